//! The keyed function that links audit records (HMAC-SHA-256 under the audit key).

use keyring::Keyring;

/// Computes links under this keyring.
pub(crate) fn mac(keyring: &Keyring) -> impl Fn(&[u8]) -> [u8; 32] + Send + Sync + 'static {
    let keyring = keyring.clone();
    move |bytes: &[u8]| keyring.audit_link(bytes)
}
