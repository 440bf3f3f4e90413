//! Admin plane router: head checks in order, then REST, pages and assets.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use domain::{Clock, Random, RequestId};
use gateway::{REQUEST_ID, insert_request_id};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use http_body::Body as _;
use ipnet::IpNet;

use super::{
    assets,
    body::{self, BodyPace},
    head::{Refused, Rules},
    hosts::Hosts,
};

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
    /// Whether passwords would cross a network in the clear: then sign-in is refused.
    pub exposed: bool,
    /// Whose forwarding headers count.
    pub trusted_proxies: Vec<IpNet>,
    /// How slow a body may be.
    pub body_pace: BodyPace,
    /// The time, for request ids.
    pub clock: Arc<dyn Clock>,
    /// Random bytes, for request ids.
    pub random: Arc<dyn Random>,
}

struct Guard {
    rules: Rules,
    https: bool,
    trusted_proxies: Vec<IpNet>,
    body_pace: BodyPace,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// The whole admin plane.
pub fn admin_router(parts: AdminParts) -> Router {
    let guard = Arc::new(Guard {
        rules: Rules { hosts: parts.hosts, own_origins: parts.own_origins, exposed: parts.exposed },
        https: parts.https,
        trusted_proxies: parts.trusted_proxies,
        body_pace: parts.body_pace,
        clock: parts.clock,
        random: parts.random,
    });
    parts
        .inner
        // The guard measures every body.
        .layer(DefaultBodyLimit::disable())
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

/// Request id, client address, head; then security headers on whatever comes back. The body is left to whoever has
/// found out who asks, under limits.
async fn guarded(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    let id = RequestId::new(guard.clock.now(), guard.random.bytes());
    insert_request_id(request.headers_mut(), &id);
    resolve_client(&guard.trusted_proxies, &mut request);
    let unread = !request.body().is_end_stream();
    let mut answer = if let Err(refused) = guard.rules.check(&request) {
        refusal(request.headers(), request.uri(), refused, unread)
    } else {
        let (head, body) = request.into_parts();
        let (headers, uri) = (head.headers.clone(), head.uri.clone());
        match body::limited(body, uri.path(), guard.body_pace) {
            Ok((body, fate)) => {
                let mut answer = next.run(Request::from_parts(head, body)).await;
                if let Some(refused) = fate.refused() {
                    answer = refusal(&headers, &uri, refused, true);
                } else if !fate.is_over() {
                    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                answer
            }
            Err(refused) => refusal(&headers, &uri, refused, true),
        }
    };
    secure(&guard, answer.headers_mut());
    insert_request_id(answer.headers_mut(), &id);
    answer
}

/// A page for browsers, problem+json for programs. `unread`: part of the request is still on the wire, so that its
/// connection cannot be used again.
fn refusal(headers: &HeaderMap, uri: &Uri, (status, code, message): Refused, unread: bool) -> Response {
    let wants_page = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let mut answer = if wants_page && !uri.path().starts_with("/api/") {
        let page = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{status}</title><h1>{status}</h1><p>{message}.</p>",
        );
        ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
    } else {
        let id = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        let problem = api::Problem::new(status, code, message).body(id);
        ([(header::CONTENT_TYPE, api::MEDIA_TYPE)], problem).into_response()
    };
    *answer.status_mut() = status;
    if unread {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// Behind a trusted proxy the right-most hop that is not one is the client.
fn resolve_client(trusted: &[IpNet], request: &mut Request) {
    let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() else { return };
    let client = gateway::client_address(peer.ip(), request.headers(), trusted);
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, peer.port())));
}

fn secure(guard: &Guard, headers: &mut HeaderMap) {
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
