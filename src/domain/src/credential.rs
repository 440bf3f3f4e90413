//! Credentials: our secrets at providers, as sealed bytes; plaintext never passes through here.

use crate::{CredentialId, Timestamp, UpstreamId};

/// A credential of an upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// Where it is used.
    pub upstream_id: UpstreamId,
    /// Number of the version in use, from 1.
    pub version: i64,
    /// `sk-***1234` (C4).
    pub masked: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its secret was last replaced.
    pub updated_at: Timestamp,
}

/// One secret of a credential, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialVersion {
    /// The credential.
    pub credential_id: CredentialId,
    /// Its number, from 1.
    pub version: i64,
    /// The envelope: see `keyring`.
    pub sealed: Vec<u8>,
    /// Keyed fingerprint: shows whether a secret is this one, without opening it (C2).
    pub fingerprint: Vec<u8>,
    /// The base URL that the secret is bound to; opening it for another one fails.
    pub base_url: String,
    /// How it is shown.
    pub masked: String,
    /// When it was made.
    pub created_at: Timestamp,
}
