//! Upstreams and their credentials: where requests go, and the secrets used there.

mod create;
mod delete;
mod list;
mod set_default;
mod set_secret;
mod test;

pub use create::create;
pub use delete::delete;
pub use list::{list, show};
pub use set_default::set_default;
pub use set_secret::set_secret;
pub use test::{test, try_out};

use domain::{Credential, CredentialId, CredentialVersion, Timestamp, Upstream};
use keyring::CredentialPlace;

use crate::{Cx, Error, Result};

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
