//! URL joining: a request goes onto the stored origin and under the stored prefix, and nowhere else.

use bytes::Bytes;
use domain::{BaseUrl, path::segment_is_plain};
use http::Uri;

use crate::DialError;

/// `base`, `tail` and `query` as one address. `tail` is empty or begins with a slash, and is taken raw.
pub(crate) fn target(base: &BaseUrl, tail: &str, query: Option<&str>) -> Result<Uri, DialError> {
    // http::Uri drops a fragment without a word, and a question mark would begin the query early.
    if base.is_echo() || tail.contains(['?', '#']) || query.is_some_and(|query| query.contains('#')) {
        return Err(DialError::OutOfBase);
    }
    let base_text = base.as_str();
    let mut text = Vec::with_capacity(base_text.len() + tail.len() + query.map_or(0, |query| query.len() + 1));
    text.extend_from_slice(base_text.as_bytes());
    text.extend_from_slice(tail.as_bytes());
    if let Some(query) = query {
        text.push(b'?');
        text.extend_from_slice(query.as_bytes());
    }
    let uri = Uri::from_maybe_shared(Bytes::from(text)).map_err(|_| DialError::OutOfBase)?;
    within(base, &uri)?;
    Ok(uri)
}

/// Asserts that `uri` is on `base`'s origin and under its prefix, whichever way a server may read its segments.
pub(crate) fn within(base: &BaseUrl, uri: &Uri) -> Result<(), DialError> {
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(DialError::OutOfBase);
    };
    let on_origin = base.origin().strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://"));
    let tail = uri.path().strip_prefix(base.prefix());
    match (on_origin, tail) {
        // Without a tail, http::Uri still says "/" behind a bare origin.
        _ if !uri.query().is_none_or(|query| query.bytes().all(|b| b.is_ascii_graphic())) => Err(DialError::OutOfBase),
        (Some(known), Some("")) if known == authority.as_str() => Ok(()),
        (Some(known), Some("/")) if known == authority.as_str() && base.prefix().is_empty() => Ok(()),
        (Some(known), Some(tail)) if known == authority.as_str() && stays_inside(tail) => Ok(()),
        _ => Err(DialError::OutOfBase),
    }
}

/// Whether `tail` is slashes and plain segments: none empty, none that decodes to a step up, a backslash or a control
/// character.
fn stays_inside(tail: &str) -> bool {
    tail.strip_prefix('/').is_some_and(|rest| rest.split('/').all(segment_is_plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn base(text: &str) -> BaseUrl {
        text.parse().unwrap()
    }

    #[test]
    fn tails_go_behind_the_base() {
        for (at, tail, query, whole) in [
            ("https://api.openai.com/v1", "/models", None, "https://api.openai.com/v1/models"),
            (
                "https://api.openai.com/v1",
                "/files/a%2Fb",
                Some("x=1&y=%23"),
                "https://api.openai.com/v1/files/a%2Fb?x=1&y=%23",
            ),
            ("http://[::1]:11434", "/chat", None, "http://[::1]:11434/chat"),
            ("https://api.openai.com/v1", "", None, "https://api.openai.com/v1"),
            ("https://api.openai.com", "", None, "https://api.openai.com/"),
            ("https://api.openai.com/v1", "/a.b/...", None, "https://api.openai.com/v1/a.b/..."),
        ] {
            assert_eq!(target(&base(at), tail, query).unwrap().to_string(), whole);
        }
    }

    #[test]
    fn tails_that_leave_the_base_are_refused() {
        let base = base("https://api.openai.com/v1");
        for tail in [
            "//evil.com/x",
            "///evil.com",
            "/../x",
            "/..",
            "/.",
            "/x/../../y",
            "/%2e%2e/x",
            "/.%2E/x",
            "/%2e",
            "/a%2f..%2fb",
            "/..%2fx",
            "/%5c%5cevil.com",
            "/\\evil.com",
            "/%09/evil.com",
            "/%00",
            "/%7f",
            "/x/",
            "/",
            "/a//b",
            "/%",
            "/%2",
            "/%zz",
            "/a?b",
            "/a#b",
            "x",
            ".evil.com",
            "@evil.com/",
            ":80/x",
            "0/x",
            "/a b",
            "/\u{e4}",
            "/a{b}",
        ] {
            assert!(matches!(target(&base, tail, None), Err(DialError::OutOfBase)), "{tail}");
        }
        for query in ["a#b", "a b", "\u{0}", "\u{e4}"] {
            assert!(matches!(target(&base, "/x", Some(query)), Err(DialError::OutOfBase)), "{query}");
        }
        assert!(matches!(target(&BaseUrl::echo(), "/models", None), Err(DialError::OutOfBase)));
    }

    #[test]
    fn foreign_addresses_are_not_within() {
        let base = base("https://api.openai.com/v1");
        for foreign in [
            "http://api.openai.com/v1/x",
            "https://api.openai.com:444/v1/x",
            "https://api.openai.com.evil.com/v1/x",
            "https://user@api.openai.com/v1/x",
            "https://evil.com/v1/x",
            "https://api.openai.com/v2/x",
            "https://api.openai.com/v1x",
            "https://api.openai.com/",
            "/v1/x",
            "api.openai.com:443",
        ] {
            assert!(within(&base, &foreign.parse().unwrap()).is_err(), "{foreign}");
        }
        within(&base, &"https://api.openai.com/v1/x?y".parse().unwrap()).unwrap();
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_stays(tail in "[/.%\\\\@:#?a-f0-9]{0,12}", query in proptest::option::of("[ -~]{0,8}")) {
            let base = base("https://api.openai.com/v1");
            if let Ok(uri) = target(&base, &tail, query.as_deref()) {
                let text = uri.to_string();
                prop_assert_eq!(uri.host(), Some("api.openai.com"));
                prop_assert!(text.starts_with("https://api.openai.com/v1"));
                prop_assert!(!text.contains("/../") && !text.to_lowercase().contains("%2e%2e"));
                prop_assert_eq!(uri.path(), format!("/v1{tail}"));
            }
        }
    }
}
