//! Device cookie: a token that says that a browser has signed in to an account before. It opens nothing; it gives the
//! browser an allowance of sign-in tries of its own ("Slow Down Online Guessing Attacks with Device Cookies", OWASP).
//!
//! `v1.ACCOUNT.DEVICE.ISSUED.MAC`: the account's name below, 16 random bytes, milliseconds since 1970, and a MAC under
//! the installation's keyring over all before it.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use domain::Timestamp;
use secrecy::SecretString;

use crate::Cx;

/// How long a browser stays known without signing in, in milliseconds: as long as browsers keep any cookie (400 days,
/// draft-ietf-httpbis-rfc6265bis, 5.5).
pub const DEVICE_LIFETIME_MS: i64 = 400 * 86_400_000;
/// Nothing longer is one of ours.
const LONGEST: usize = 256;
const VERSION: &str = "v1";

/// How an account is named where its e-mail address must not stand (memory of tries, change notices, cookies): a MAC
/// of the address, in hexadecimal. Accounts that do not exist have names as well.
pub(crate) fn account(cx: &Cx, email: &str) -> String {
    HEXLOWER.encode(&mac(cx, "sign-in-account-v1", email)[..16])
}

/// The device that `token` names, if it is a token of ours for `account` that is still good.
pub(crate) fn known(cx: &Cx, token: &str, account: &str) -> Option<String> {
    if token.len() > LONGEST {
        return None;
    }
    let (body, given) = token.rsplit_once('.')?;
    let given = BASE64URL_NOPAD.decode(given.as_bytes()).ok()?;
    if !keyring::token::equal(&mac(cx, "device-cookie-v1", body), &given) {
        return None;
    }
    let mut parts = body.split('.');
    let (version, whose, device, issued) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let issued = Timestamp(issued.parse().ok()?);
    let good = version == VERSION && whose == account && cx.now().since(issued) < DEVICE_LIFETIME_MS;
    good.then(|| device.to_owned())
}

/// A token for a browser that has just signed in to `account`; `device` is what it was known as before.
pub(crate) fn issue(cx: &Cx, account: &str, device: Option<String>) -> SecretString {
    let device = device.unwrap_or_else(|| BASE64URL_NOPAD.encode(&cx.random().bytes::<16>()));
    let body = format!("{VERSION}.{account}.{device}.{}", cx.now().0);
    let mac = BASE64URL_NOPAD.encode(&mac(cx, "device-cookie-v1", &body));
    SecretString::from(format!("{body}.{mac}"))
}

/// A MAC of `text` for one use alone.
pub(super) fn mac(cx: &Cx, domain: &str, text: &str) -> [u8; 32] {
    cx.keyring().token_hash(domain, text.as_bytes())
}
