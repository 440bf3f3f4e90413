//! Head checks of the admin plane: what is refused before it is known who sends it.

use axum::extract::Request;
use http::{HeaderMap, Method, StatusCode, Uri, header};

use super::{
    csrf,
    hosts::{BadHost, Hosts},
};

/// Longest target.
const TARGET_MAX: usize = 8 * 1024;
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// A no: its status, its code, and what mends it.
pub(super) type Refused = (StatusCode, &'static str, &'static str);

/// Who may come in, and under which names.
pub(super) struct Rules {
    /// Names that are answered to.
    pub hosts: Hosts,
    /// Origins that may write.
    pub own_origins: Vec<String>,
    /// Whether passwords would cross a network in the clear.
    pub exposed: bool,
}

impl Rules {
    /// Framing, method, target, host, expectation, coding: in this order. Then whether it may write.
    pub(super) fn check(&self, request: &Request) -> Result<(), Refused> {
        let (headers, uri) = (request.headers(), request.uri());
        if !gateway::framing_is_plain(headers, request.version()) {
            let fix = "use Content-Length, or Transfer-Encoding: chunked";
            return Err((StatusCode::BAD_REQUEST, "invalid_framing", fix));
        }
        if !METHODS.contains(request.method()) {
            return Err((StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this method is not served"));
        }
        target(uri)?;
        self.hosts.check(headers).map_err(|bad| match bad {
            BadHost::Malformed => {
                (StatusCode::BAD_REQUEST, "invalid_host", "send one Host header that names this server")
            }
            BadHost::Misdirected => (
                StatusCode::MISDIRECTED_REQUEST,
                "misdirected",
                "this server does not answer to that name; set KEYWRIGHT_ADMIN_URL to the address you use",
            ),
        })?;
        expectation_and_coding(headers)?;
        self.may_write(request)
    }

    fn may_write(&self, request: &Request) -> Result<(), Refused> {
        let (method, path) = (request.method(), request.uri().path());
        if self.exposed && method == Method::POST && matches!(path, "/login" | "/setup") {
            return Err((
                StatusCode::FORBIDDEN,
                "insecure_http",
                "passwords would cross the network in the clear; put TLS in front and set KEYWRIGHT_ADMIN_URL=https://…, \
                 or KEYWRIGHT_INSECURE_HTTP=true on a network that you trust",
            ));
        }
        if !csrf::allowed(method, path, request.headers(), &self.own_origins) {
            return Err((
                StatusCode::FORBIDDEN,
                "csrf_rejected",
                "a change must come from this server's own pages; programs send an Origin header or a bearer token",
            ));
        }
        Ok(())
    }
}

/// A plain path of plain segments, so that routes, checks and logs all read the same one. A slash at the end is the
/// router's to judge.
fn target(uri: &Uri) -> Result<(), Refused> {
    if uri.path_and_query().is_some_and(|target| target.as_str().len() > TARGET_MAX) {
        return Err((StatusCode::URI_TOO_LONG, "request_too_large", "use a target of at most 8 KiB"));
    }
    // In absolute form the target, not the Host, names the host; no browser sends that to a server.
    let origin_form = uri.scheme().is_none() && uri.authority().is_none();
    let path = uri.path().strip_prefix('/').filter(|_| origin_form);
    let plain = path.is_some_and(|path| {
        path.is_empty() || path.strip_suffix('/').unwrap_or(path).split('/').all(domain::path::segment_is_plain)
    });
    if plain {
        return Ok(());
    }
    Err((StatusCode::BAD_REQUEST, "invalid_target", "use a path of plain, non-empty segments, such as /keys"))
}

fn expectation_and_coding(headers: &HeaderMap) -> Result<(), Refused> {
    let are = |name, known: &[u8]| {
        headers.get_all(name).iter().all(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(known))
    };
    if !are(header::EXPECT, b"100-continue") {
        return Err((StatusCode::EXPECTATION_FAILED, "expectation_failed", "only Expect: 100-continue is served"));
    }
    if !are(header::CONTENT_ENCODING, b"identity") {
        let fix = "send the body without compression";
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", fix));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        for plain in ["/", "/keys", "/keys/", "/api/v1/keys?x=//..", "/keys/a%2Fb", "/a.b/..."] {
            assert_eq!(target(&plain.parse().unwrap()), Ok(()), "{plain}");
        }
        for odd in [
            "//",
            "//keys",
            "/a//b",
            "/a//",
            "/a/..",
            "/../a",
            "/.",
            "/%2e%2E/a",
            "/a%2f..%2fb",
            "/a%5cb",
            "/a%00",
            "/a%7f",
            "/%zz",
            "/%2",
            "/a|b",
            "*",
            "http://127.0.0.1:8081/keys",
            "127.0.0.1:8081",
        ] {
            assert_eq!(target(&odd.parse().unwrap()).unwrap_err().1, "invalid_target", "{odd}");
        }
        let long = format!("/{}", "a".repeat(TARGET_MAX));
        assert_eq!(target(&long.parse().unwrap()).unwrap_err().0, StatusCode::URI_TOO_LONG);
    }
}
