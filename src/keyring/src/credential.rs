//! Credential encryption: the one place that says what a provider's secret is bound to (its AAD).

use domain::{BaseUrl, CredentialId, UpstreamId};
use zeroize::Zeroizing;

use crate::{Aad, Keyring, SealError};

const TABLE: &str = "credential_versions";
const COLUMN: &str = "sealed";

/// Where a credential's secret belongs: it opens for nothing else.
#[derive(Clone, Copy, Debug)]
pub struct CredentialPlace<'a> {
    /// The credential.
    pub credential: &'a CredentialId,
    /// The number of its version.
    pub version: i64,
    /// The upstream that it is sent to.
    pub upstream: &'a UpstreamId,
    /// The whole address of that upstream: on shared hosts the path names the account.
    pub base_url: &'a BaseUrl,
}

impl Keyring {
    /// Seals a provider's secret for its place. `nonce` must be freshly drawn for this call.
    pub fn seal_credential(
        &self,
        place: &CredentialPlace<'_>,
        secret: &[u8],
        nonce: [u8; 12],
    ) -> Result<Vec<u8>, SealError> {
        let row = row(place);
        self.seal(&aad(place, &row), secret, nonce)
    }

    /// Opens what was sealed for the same place.
    pub fn open_credential(&self, place: &CredentialPlace<'_>, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let row = row(place);
        self.unseal(&aad(place, &row), blob)
    }

    /// Opens what the first version sealed: bound to the origin of the upstream alone. For the upgrade that seals anew.
    pub fn open_credential_v1(
        &self,
        place: &CredentialPlace<'_>,
        blob: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.unseal_parts(&[self.installation_id(), TABLE, COLUMN, &row(place), place.base_url.origin()], blob)
    }
}

fn row(place: &CredentialPlace<'_>) -> String {
    format!("{}/{}", place.credential, place.version)
}

fn aad<'a>(place: &CredentialPlace<'a>, row: &'a str) -> Aad<'a> {
    Aad { table: TABLE, column: COLUMN, row, upstream: place.upstream.as_str(), base_url: place.base_url.as_str() }
}
