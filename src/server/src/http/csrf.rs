//! CSRF check: writes must come from our own pages; neither Leptos nor tower-sessions checks that.

use http::{HeaderMap, Method, header};

/// Whether a request may change something, judged by what browsers say of where it comes from.
///
/// `Sec-Fetch-Site` decides where it is sent; else `Origin` must equal ours; with neither the answer is no.
/// A program with a bearer token has no ambient authority that another site could borrow, so it is exempt, but only
/// on paths where the token (and not a cookie) is what counts.
pub fn allowed(method: &Method, path: &str, headers: &HeaderMap, own_origins: &[String]) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    if path.starts_with("/api/") && headers.contains_key(header::AUTHORIZATION) {
        return true;
    }
    let one = |name: &str| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok(),
            _ => None,
        }
    };
    if headers.contains_key("sec-fetch-site") {
        return matches!(one("sec-fetch-site"), Some("same-origin" | "none"));
    }
    one("origin").is_some_and(|origin| own_origins.iter().any(|own| own == origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(path: &str, pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        allowed(&Method::POST, path, &headers, &["http://127.0.0.1:8081".to_owned()])
    }

    #[test]
    fn own_pages_pass_and_foreign_ones_do_not() {
        assert!(post("/keys", &[("sec-fetch-site", "same-origin")]));
        assert!(post("/keys", &[("sec-fetch-site", "none")]));
        assert!(post("/keys", &[("origin", "http://127.0.0.1:8081")]));
        assert!(!post("/keys", &[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:8081")]));
        assert!(!post("/keys", &[("sec-fetch-site", "same-site")]));
        assert!(!post("/keys", &[("origin", "http://evil.example")]));
        assert!(!post("/keys", &[("origin", "null")]));
        assert!(!post("/keys", &[]));
    }

    #[test]
    fn a_bearer_token_counts_on_the_api_alone() {
        assert!(post("/api/v1/keys", &[("authorization", "Bearer x")]));
        assert!(!post("/keys/new", &[("authorization", "Bearer x")]));
    }

    #[test]
    fn reading_is_free() {
        assert!(allowed(&Method::GET, "/keys", &HeaderMap::new(), &[]));
        assert!(!allowed(&Method::DELETE, "/x", &HeaderMap::new(), &[]));
    }
}
