//! The admin plane: doors in order, then REST, pages and assets.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use domain::{Clock, Random, RequestId};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use ipnet::IpNet;

use super::{
    assets, csrf,
    hosts::{BadHost, Hosts},
};

/// Our request id, on every answer of both planes.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-keywright-request-id");
/// Largest request body of the admin plane.
const BODY_MAX: usize = 1024 * 1024;
/// A form or a JSON body is there at once; a body that takes longer is a client that holds a place.
const BODY_TIME: Duration = Duration::from_secs(30);
/// Longest target.
const TARGET_MAX: usize = 8 * 1024;

/// What the admin plane is built from.
pub struct AdminParts {
    /// REST and pages, sessions included.
    pub inner: Router,
    /// Names it answers to.
    pub hosts: Hosts,
    /// `https://keys.example.org`: origins that may write.
    pub own_origins: Vec<String>,
    /// Whether browsers reach it over TLS.
    pub https: bool,
    /// Whether passwords would cross a network in the clear: then nobody may sign in.
    pub exposed: bool,
    /// Whose forwarding headers count.
    pub trusted_proxies: Vec<IpNet>,
    /// The time, for request ids.
    pub clock: Arc<dyn Clock>,
    /// Random bytes, for request ids.
    pub random: Arc<dyn Random>,
}

struct Guard {
    hosts: Hosts,
    own_origins: Vec<String>,
    https: bool,
    exposed: bool,
    trusted_proxies: Vec<IpNet>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// The whole admin plane.
pub fn admin_router(parts: AdminParts) -> Router {
    let guard = Arc::new(Guard {
        hosts: parts.hosts,
        own_origins: parts.own_origins,
        https: parts.https,
        exposed: parts.exposed,
        trusted_proxies: parts.trusted_proxies,
        clock: parts.clock,
        random: parts.random,
    });
    parts
        .inner
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn(assets_first))
        .layer(middleware::from_fn_with_state(guard, guarded))
}

async fn assets_first(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(answer) = assets::answer(request.uri().path(), request.headers())
    {
        return answer;
    }
    next.run(request).await
}

/// Request id, client address, Host, method, CSRF; then security headers on whatever comes back.
async fn guarded(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    let id = RequestId::new(guard.clock.now(), guard.random.bytes());
    let id = HeaderValue::from_str(id.as_str()).unwrap_or_else(|_| HeaderValue::from_static("req_unknown"));
    request.headers_mut().insert(REQUEST_ID, id.clone());
    resolve_client(&guard.trusted_proxies, &mut request);
    let mut answer = match refused(&guard, &request) {
        Some((status, code, message)) => refusal(&request, status, code, message),
        None => match whole(request).await {
            Ok(request) => next.run(request).await,
            Err(answer) => answer,
        },
    };
    secure(&guard, answer.headers_mut());
    answer.headers_mut().insert(REQUEST_ID, id);
    answer
}

/// The request with its body read: neither size nor time are left to the rooms behind.
async fn whole(request: Request) -> Result<Request, Response> {
    let (head, body) = request.into_parts();
    let read = tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, BODY_MAX)).await;
    let (status, code, message) = match read {
        Ok(Ok(bytes)) => return Ok(Request::from_parts(head, bytes.into())),
        Ok(Err(_)) => (StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", "send at most 1 MiB"),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "request_timeout", "send the whole body within 30 seconds"),
    };
    Err(refusal(&Request::from_parts(head, axum::body::Body::empty()), status, code, message))
}

fn refused(guard: &Guard, request: &Request) -> Option<(StatusCode, &'static str, &'static str)> {
    match guard.hosts.check(request.headers(), request.uri()) {
        Err(BadHost::Malformed) => {
            return Some((StatusCode::BAD_REQUEST, "invalid_host", "send one Host header that names this server"));
        }
        Err(BadHost::Misdirected) => {
            return Some((
                StatusCode::MISDIRECTED_REQUEST,
                "misdirected",
                "this server does not answer to that name; set KEYWRIGHT_ADMIN_URL to the address you use",
            ));
        }
        Ok(()) => {}
    }
    if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > TARGET_MAX) {
        return Some((StatusCode::URI_TOO_LONG, "uri_too_long", "use a target of at most 8 KiB"));
    }
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    if !known.contains(request.method()) {
        return Some((StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this method is not served"));
    }
    if request
        .headers()
        .get(header::EXPECT)
        .is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
    {
        return Some((StatusCode::EXPECTATION_FAILED, "expectation_failed", "only Expect: 100-continue is served"));
    }
    if guard.exposed && request.method() == Method::POST && matches!(request.uri().path(), "/login" | "/setup") {
        return Some((
            StatusCode::FORBIDDEN,
            "insecure_http",
            "passwords would cross the network in the clear; put TLS in front and set KEYWRIGHT_ADMIN_URL=https://…, \
             or KEYWRIGHT_INSECURE_HTTP=true on a network that you trust",
        ));
    }
    if !csrf::allowed(request.method(), request.uri().path(), request.headers(), &guard.own_origins) {
        return Some((
            StatusCode::FORBIDDEN,
            "csrf_rejected",
            "a change must come from this server's own pages; programs send an Origin header or a bearer token",
        ));
    }
    None
}

/// A page for browsers, problem+json for programs. The connection closes: the body was not read.
fn refusal(request: &Request, status: StatusCode, code: &'static str, message: &'static str) -> Response {
    let wants_page = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let mut answer = if wants_page && !request.uri().path().starts_with("/api/") {
        let page = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{status}</title><h1>{status}</h1><p>{message}.</p>",
        );
        ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
    } else {
        let id = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
        let problem = api::Problem::new(status, code, message).body(id);
        ([(header::CONTENT_TYPE, api::MEDIA_TYPE)], problem).into_response()
    };
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// Behind a trusted proxy the right-most hop that is not one is the client.
fn resolve_client(trusted: &[IpNet], request: &mut Request) {
    let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() else { return };
    let client = gateway::client_address(peer.ip(), request.headers(), trusted);
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, peer.port())));
}

fn secure(guard: &Guard, headers: &mut http::HeaderMap) {
    let fixed = [
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ];
    for (name, value) in fixed {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if guard.https {
        headers
            .insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains"));
    }
    // Pages bring a policy with their nonce; everything else may load nothing at all.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
