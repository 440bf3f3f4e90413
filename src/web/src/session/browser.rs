//! Device cookie: by it a browser that signed in before is known at the next sign-in (see `control::users::login`). It
//! follows the rules of the session cookie, and outlives it.

use http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret as _, SecretString};

/// The prefix makes browsers refuse the cookie unless it is Secure, host-only and for the whole site.
const fn name(https: bool) -> &'static str {
    if https { "__Host-keywright-browser" } else { "keywright-browser" }
}

/// The token that the browser brought, if there is one.
pub(crate) fn token_of(headers: &HeaderMap, https: bool) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name(https))?.strip_prefix('='))
        .map(str::to_owned)
}

/// The field that gives the browser `token`.
pub(crate) fn set_cookie(token: &SecretString, https: bool) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let (name, token, seconds) = (name(https), token.expose_secret(), control::users::DEVICE_LIFETIME_MS / 1000);
    let mut value =
        HeaderValue::try_from(format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"))
            .ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_tls_the_cookie_has_the_rules_of_the_host_prefix() {
        let secret = SecretString::from("v1.a.b");
        let set = |https| set_cookie(&secret, https).unwrap().to_str().unwrap().to_owned();
        assert_eq!(
            set(true),
            "__Host-keywright-browser=v1.a.b; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(set(false), "keywright-browser=v1.a.b; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax");
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=b; __Host-keywright-browser=v1.a.b".parse().unwrap());
        assert_eq!(token_of(&headers, true).as_deref(), Some("v1.a.b"));
        assert_eq!(token_of(&headers, false), None);
    }
}
