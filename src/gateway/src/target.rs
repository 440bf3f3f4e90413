//! Request target check (RFC 9112, 3.2): validated and never changed.
//!
//! Client text is never joined or resolved (security.md): segments are looked at one by one, kept raw, and put behind
//! the upstream's stored base as they are.

use domain::path::{percent_decode, segment_is_plain};
use http::{Method, Uri};

/// Longest target; more is 414.
const TARGET_MAX: usize = 8 * 1024;
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// Why a target is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadTarget {
    /// TRACE, CONNECT, or nothing known.
    Method,
    /// Over 8 KiB.
    TooLong,
    /// Not a plain path of plain segments.
    Malformed,
    /// Plain, but nothing of ours: outside `/v1/`, or our own `/v1/key/`.
    NotFound,
}

/// A target that may be passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    uri: Uri,
}

impl Target {
    /// The path with `/v1`, raw.
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// What goes behind an upstream's base: the path without `/v1`, raw.
    pub(crate) fn tail(&self) -> &str {
        self.path().strip_prefix("/v1").unwrap_or_default()
    }

    /// The query string without its question mark, raw.
    pub(crate) fn query(&self) -> Option<&str> {
        self.uri.query()
    }
}

/// Checks method and target of a request.
pub(crate) fn check(method: &Method, uri: &Uri) -> Result<Target, BadTarget> {
    if !METHODS.contains(method) {
        return Err(BadTarget::Method);
    }
    if uri.path_and_query().map_or(0, |target| target.as_str().len()) > TARGET_MAX {
        return Err(BadTarget::TooLong);
    }
    // Only the origin form; the others name a host that is not for clients to choose.
    if uri.scheme().is_some() || uri.authority().is_some() {
        return Err(BadTarget::Malformed);
    }
    if uri.path() == "/" {
        return Err(BadTarget::NotFound);
    }
    let segments = uri.path().strip_prefix('/').ok_or(BadTarget::Malformed)?;
    if !segments.split('/').all(segment_is_plain) {
        return Err(BadTarget::Malformed);
    }
    let ours = |first: &str| percent_decode(first).is_some_and(|text| *text == *b"key");
    match segments.split_once('/') {
        // An upstream may read `%6Bey/` as `key/`, but no other path begins with ours.
        Some(("v1", rest)) if !ours(rest.split('/').next().unwrap_or_default()) => Ok(Target { uri: uri.clone() }),
        _ => Err(BadTarget::NotFound),
    }
}

#[cfg(test)]
#[path = "target_fuzz.rs"]
mod fuzz;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn verdict(method: &str, target: &str) -> Result<String, BadTarget> {
        let uri: Uri = target.parse().map_err(|_| BadTarget::Malformed)?;
        check(&method.parse().unwrap(), &uri).map(|target| target.tail().to_owned())
    }

    #[test]
    fn paths_pass_raw() {
        for (target, tail) in [
            ("/v1/chat/completions", "/chat/completions"),
            ("/v1/models/ft:gpt-4o:acme::9", "/models/ft:gpt-4o:acme::9"),
            ("/v1/files/a%2Fb", "/files/a%2Fb"),
            ("/v1/models/meta-llama%2fLlama-3", "/models/meta-llama%2fLlama-3"),
            ("/v1/x/...", "/x/..."),
            ("/v1/x/%25%32%65%2e%25", "/x/%25%32%65%2e%25"),
            ("/v1/x/%C3%A9;a=1,2", "/x/%C3%A9;a=1,2"),
            ("/v1/keys", "/keys"),
        ] {
            assert_eq!(verdict("POST", target).as_deref(), Ok(tail), "{target}");
        }
        let uri: Uri = "/v1/files?after=a%2Fb&x=//..".parse().unwrap();
        assert_eq!(check(&Method::GET, &uri).unwrap().query(), Some("after=a%2Fb&x=//.."));
    }

    #[test]
    fn the_edge_table() {
        use BadTarget::{Malformed, Method, NotFound, TooLong};
        for (method, target, why) in [
            ("GET", "http://evil.example/v1/models", Malformed),
            ("GET", "//v1", Malformed),
            ("GET", "//v1/models", Malformed),
            ("GET", "/v1//models", Malformed),
            ("GET", "/v1///evil.com/x", Malformed),
            ("GET", "/v1/models/", Malformed),
            ("GET", "/v1/", Malformed),
            ("GET", "/v1/%", Malformed),
            ("GET", "/v1/%2", Malformed),
            ("GET", "/v1/%zz", Malformed),
            ("GET", "/v1/a/../b", Malformed),
            ("GET", "/v1/.", Malformed),
            ("GET", "/v1/%2e%2E/x", Malformed),
            ("GET", "/v1/a%2f..%2fb", Malformed),
            ("GET", "/v1/..%2fx", Malformed),
            ("GET", "/v1/%5c%5cevil.com", Malformed),
            ("GET", "/v1/%09/evil.com", Malformed),
            ("GET", "/v1/a%00", Malformed),
            ("GET", "/v1/a%7f", Malformed),
            ("GET", "/v1/a%C2%85", Malformed),
            ("GET", "/v1/a\"b", Malformed),
            ("GET", "/v1/a|b", Malformed),
            ("GET", "*", Malformed),
            ("GET", "/", NotFound),
            ("GET", "/v1", NotFound),
            ("GET", "/v2/models", NotFound),
            ("GET", "/V1/models", NotFound),
            ("GET", "/%76%31/models", NotFound),
            ("GET", "/v1/key/self", NotFound),
            ("POST", "/v1/key/self", NotFound),
            ("GET", "/v1/k%65y/self", NotFound),
            ("GET", "/v1/key", NotFound),
            ("TRACE", "/v1/models", Method),
            ("CONNECT", "/v1/models", Method),
            ("BREW", "/v1/models", Method),
        ] {
            assert_eq!(verdict(method, target), Err(why), "{method} {target}");
        }
        let long = format!("/v1/x?{}", "a".repeat(TARGET_MAX));
        assert_eq!(verdict("GET", &long), Err(TooLong));
    }

    proptest! {
        /// Whatever passes, no reader finds a way up or out in it.
        #[test]
        fn what_passes_stays_inside(tail in "[/.%\\\\@:;?a-f0-9]{0,14}") {
            if let Ok(uri) = format!("/v1/{tail}").parse::<Uri>()
                && let Ok(target) = check(&Method::GET, &uri)
            {
                let path = percent_decode(target.path()).unwrap().into_owned();
                prop_assert!(target.path().starts_with("/v1/") && !path.contains(&b'\\'));
                prop_assert!(path.split(|b| *b == b'/').all(|part| part != b"." && part != b".."));
                prop_assert!(!target.path().contains("//") && !target.path().ends_with('/'));
            }
        }
    }
}
