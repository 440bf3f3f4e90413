//! Request target check (RFC 9112, 3.2): validated and never changed.
//!
//! Client text is never joined or resolved (security.md): segments are looked at one by one, kept raw, and put behind
//! the upstream's stored base as they are.

use domain::path::{percent_decode, segment_is_plain};
use http::{Method, Uri};
use providers::Operation;

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
    /// Plain, but nothing of ours: outside of the roots, or our own `/v1/key/`.
    NotFound,
}

/// More than one key in the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TwoKeys;

/// A target that may be passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    uri: Uri,
    /// The dialect that it is spoken to in.
    pub dialect: domain::Dialect,
    /// What is asked for.
    pub operation: Operation,
}

impl Target {
    /// The path with its root, raw.
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// The query string without its question mark, raw.
    pub(crate) fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// Takes the parameter `key` out of the query, where Gemini's SDKs may put it: it is neither passed on nor written down.
    /// `Err`: it stands there twice.
    pub(crate) fn take_query_key(&mut self) -> Result<Option<String>, TwoKeys> {
        let Some(query) = self.uri.query() else { return Ok(None) };
        let (keys, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(|pair| pair.starts_with("key="));
        let key = match keys[..] {
            [] => return Ok(None),
            [key] => key,
            _ => return Err(TwoKeys),
        };
        let key = key.strip_prefix("key=").and_then(percent_decode).unwrap_or_default();
        let key = String::from_utf8_lossy(&key).into_owned();
        let rest = rest.join("&");
        let target = if rest.is_empty() { self.path().to_owned() } else { format!("{}?{rest}", self.path()) };
        self.uri = Uri::try_from(target).unwrap_or_default();
        Ok(Some(key))
    }

    /// The model that the path names.
    pub(crate) fn model(&self) -> Option<String> {
        providers::of(self.dialect).model_in_path(self.path())
    }
}

/// Checks method and target of a request in a dialect.
pub(crate) fn check(method: &Method, uri: &Uri, dialect: domain::Dialect) -> Result<Target, BadTarget> {
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
    let is_root = match segments.split_once('/') {
        // An upstream may read `%6Bey/` as `key/`, but no other path begins with ours.
        Some(("v1", rest)) => !ours(rest.split('/').next().unwrap_or_default()),
        Some(("v1beta" | "openai", _)) => true,
        Some(("upload", rest)) => rest.starts_with("v1beta/"),
        _ => false,
    };
    if !is_root {
        return Err(BadTarget::NotFound);
    }
    let operation = providers::of(dialect).classify(method.as_str(), uri.path());
    Ok(Target { uri: uri.clone(), dialect, operation })
}

#[cfg(test)]
#[path = "target_fuzz.rs"]
mod fuzz;

#[cfg(test)]
mod tests {
    use domain::Dialect;
    use proptest::prelude::*;

    use super::*;

    fn verdict(method: &str, target: &str) -> Result<String, BadTarget> {
        let uri: Uri = target.parse().map_err(|_| BadTarget::Malformed)?;
        check(&method.parse().unwrap(), &uri, Dialect::Openai).map(|target| target.path().to_owned())
    }

    #[test]
    fn paths_pass_raw() {
        for (target, path) in [
            ("/v1/chat/completions", "/v1/chat/completions"),
            ("/v1/models/ft:gpt-4o:acme::9", "/v1/models/ft:gpt-4o:acme::9"),
            ("/v1/files/a%2Fb", "/v1/files/a%2Fb"),
            ("/v1/models/meta-llama%2fLlama-3", "/v1/models/meta-llama%2fLlama-3"),
            ("/v1/x/...", "/v1/x/..."),
            ("/v1/x/%25%32%65%2e%25", "/v1/x/%25%32%65%2e%25"),
            ("/v1/x/%C3%A9;a=1,2", "/v1/x/%C3%A9;a=1,2"),
            ("/v1/keys", "/v1/keys"),
            ("/v1beta/models/g:generateContent", "/v1beta/models/g:generateContent"),
            ("/openai/deployments/d/x", "/openai/deployments/d/x"),
            ("/upload/v1beta/files", "/upload/v1beta/files"),
        ] {
            assert_eq!(verdict("POST", target).as_deref(), Ok(path), "{target}");
        }
        let uri: Uri = "/v1/files?after=a%2Fb&x=//..".parse().unwrap();
        assert_eq!(check(&Method::GET, &uri, Dialect::Openai).unwrap().query(), Some("after=a%2Fb&x=//.."));
    }

    #[test]
    fn a_key_is_taken_out_of_the_query() {
        let taken = |target: &str| {
            let mut target = check(&Method::GET, &target.parse().unwrap(), Dialect::Gemini).unwrap();
            let key = target.take_query_key();
            key.map(|key| (key, target.query().map(str::to_owned)))
        };
        assert_eq!(taken("/v1beta/models?alt=sse&key=a%2Db"), Ok((Some("a-b".to_owned()), Some("alt=sse".to_owned()))));
        assert_eq!(taken("/v1beta/models?key=x"), Ok((Some("x".to_owned()), None)));
        assert_eq!(taken("/v1beta/models?pageSize=5"), Ok((None, Some("pageSize=5".to_owned()))));
        assert_eq!(taken("/v1beta/models?key=x&key=y"), Err(TwoKeys));
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
            ("GET", "/v1/..;/admin", Malformed),
            ("GET", "/v1/.;x=1/admin", Malformed),
            ("GET", "/v1/%2e%2e;x/admin", Malformed),
            ("GET", "/v1/%252e%252e/admin", Malformed),
            ("GET", "/v1/a%252f..%252fb", Malformed),
            ("GET", "/v1/%255c", Malformed),
            ("GET", "/upload/x", NotFound),
            ("GET", "/v1beta", NotFound),
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
                && let Ok(target) = check(&Method::GET, &uri, Dialect::Openai)
            {
                let path = percent_decode(target.path()).unwrap().into_owned();
                prop_assert!(target.path().starts_with("/v1/") && !path.contains(&b'\\'));
                prop_assert!(path.split(|b| *b == b'/').all(|part| part != b"." && part != b".."));
                prop_assert!(!target.path().contains("//") && !target.path().ends_with('/'));
            }
        }
    }
}
