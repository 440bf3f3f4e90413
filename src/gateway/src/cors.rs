//! CORS (Fetch standard, 3.2): which browsers' origins may call the gateway (G14).

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

/// Longest time that a browser remembers a preflight, seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");
/// What of an answer a page may read beside the plain fields.
const EXPOSED: HeaderValue = HeaderValue::from_static("*");

/// Whether a request is a preflight: no key comes with it, and nothing is asked for but leave.
pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The origin of a request, if it is one of those that may call.
pub(crate) fn allowed(headers: &HeaderMap, origins: &[String]) -> Option<HeaderValue> {
    let mut sent = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (sent.next(), sent.next()) else { return None };
    let text = origin.to_str().ok()?;
    origins.iter().any(|known| known == "*" || known == text).then(|| origin.clone())
}

/// The answer to a preflight from an origin that may call.
pub(crate) fn preflight(origin: HeaderValue, asked: &HeaderMap) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let headers = answer.headers_mut();
    mark(headers, origin);
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    );
    if let Some(fields) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, fields.clone());
    }
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    answer
}

/// Lets the page of an origin that may call read the answer.
pub(crate) fn mark(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_configured_origins_may_call() {
        let mut headers = HeaderMap::new();
        assert_eq!(allowed(&headers, &["*".to_owned()]), None);
        headers.insert(header::ORIGIN, HeaderValue::from_static("https://app.example.org"));
        let list = |origin: &str| vec![origin.to_owned()];
        assert!(
            allowed(&headers, &list("https://app.example.org")).is_some() && allowed(&headers, &list("*")).is_some()
        );
        assert_eq!(allowed(&headers, &list("https://app.example.org.evil.example")), None);
        assert_eq!(allowed(&headers, &[]), None);
        headers.append(header::ORIGIN, HeaderValue::from_static("https://app.example.org"));
        assert_eq!(allowed(&headers, &list("*")), None, "two origins are none");
    }
}
