//! Upstreams and their credentials: where requests go, and the secrets used there.

mod create;
mod delete;
mod list;
mod set_default;
mod set_secret;
mod test;
mod update;

pub use create::create;
pub use delete::delete;
pub use list::{list, show};
pub use set_default::set_default;
pub use set_secret::set_secret;
pub use test::{test, try_out};
pub use update::update;

pub(crate) use test::{called_models, stored_secret};

use contract::{FieldErrors, Violation};
use domain::{Credential, CredentialId, CredentialVersion, Timestamp, Upstream, UpstreamSettings};
use keyring::CredentialPlace;

use crate::{Cx, Error, Result};

/// Whether the certificates of an upstream's own can be used.
fn own_certificates(cx: &Cx, settings: &UpstreamSettings) -> Result<()> {
    let usable = settings.ca_pem.as_deref().is_none_or(|pem| cx.dialer().trusting_also(Some(pem), None).is_ok());
    if usable { Ok(()) } else { Err(FieldErrors::one("ca_pem", Violation::Certificates).into()) }
}

/// Seals `secret` for `upstream`'s address, as version `version` of credential `id` (C2).
fn seal(
    cx: &Cx,
    upstream: &Upstream,
    (id, created_at): (CredentialId, Timestamp),
    version: i64,
    secret: &str,
) -> Result<(Credential, CredentialVersion)> {
    let now = cx.now();
    let place = CredentialPlace { credential: &id, version, upstream: &upstream.id, base_url: &upstream.base_url };
    let sealed =
        cx.keyring().seal_credential(&place, secret.as_bytes(), cx.random().bytes()).map_err(Error::internal)?;
    let masked = domain::mask::provider_secret(secret);
    let credential = Credential {
        id: id.clone(),
        upstream_id: upstream.id.clone(),
        version,
        masked: masked.clone(),
        created_at,
        updated_at: now,
    };
    let version = CredentialVersion {
        credential_id: id,
        version,
        sealed,
        fingerprint: cx.keyring().fingerprint(secret),
        base_url: upstream.base_url.to_string(),
        masked,
        created_at: now,
    };
    Ok((credential, version))
}
