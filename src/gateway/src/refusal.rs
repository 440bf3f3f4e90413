//! Refusals: status, code, text and header fields of every policy answer of the gateway, in one place.
//!
//! A refusal says no more than its receiver may know: an unknown, disabled, expired and revoked key all get the same
//! (G4), and no client learns where upstreams are. The row has the rest.

mod message;

use axum::body::Body;
use domain::{Dialect, ErrorClass, KeyState, Permission, RequestId, Rule, Scope};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use providers::ErrorText;

use crate::request_id::{REQUEST_ID, insert_request_id};

/// The vendors' fields for their own: SDKs show them with an error.
const VENDOR_REQUEST_IDS: [HeaderName; 2] =
    [HeaderName::from_static("x-request-id"), HeaderName::from_static("request-id")];
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");
const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// Longer waits than so many seconds are not for an SDK to sleep through.
const PATIENCE: u64 = 60;

/// A spent limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExhaustedLimit {
    /// Which.
    pub rule: Rule,
    /// Until the same request would pass.
    pub retry_after_ns: u64,
}

/// A no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A transfer coding other than exactly `chunked`, or chunks in HTTP/1.0.
    InvalidFraming,
    /// The body is not what its framing says.
    BodyBroke,
    /// The client went away in the middle of its body; this is sent to no one.
    ClientGone,
    /// Host missing, double or malformed.
    InvalidHost,
    /// A target that is no plain path.
    InvalidTarget,
    /// A target over 8 KiB.
    TargetTooLong,
    /// TRACE, CONNECT or nothing known.
    MethodNotAllowed,
    /// `Expect` other than `100-continue`.
    ExpectationFailed,
    /// No key.
    MissingApiKey,
    /// A key that is none of ours, or (in the row only) one that is not active.
    InvalidApiKey(Option<KeyState>),
    /// The key was ended before the answer began.
    RevokedMidStream,
    /// Two keys.
    AmbiguousCredentials,
    /// A key in the address.
    KeyInUrl,
    /// The key may not be used from there.
    IpNotAllowed,
    /// The key may not use that model; `None`: it named none, or something that is no name.
    ModelNotAllowed(Option<String>),
    /// There is no such model, as far as the key may know.
    ModelNotFound(String),
    /// The key lacks a scope.
    ScopeNotAllowed(Scope),
    /// The key may only read, or only write.
    PermissionNotAllowed(Permission),
    /// A browser's origin that is not configured.
    OriginNotAllowed,
    /// It wants to go on as a WebSocket.
    UpgradeRequired,
    /// It came back to the installation that had sent it on.
    LoopDetected,
    /// The key may not reach that upstream.
    UpstreamNotAllowed,
    /// Too many requests.
    RateLimitExceeded(ExhaustedLimit),
    /// The body is not JSON.
    InvalidJson,
    /// It nests deeper than 64.
    JsonTooDeep,
    /// A top-level field stands twice.
    DuplicateField(String),
    /// It has more top-level fields than any request.
    TooManyFields,
    /// The body is no form, or one that could be read in two ways.
    InvalidForm,
    /// More than so many bytes.
    RequestTooLarge(u64),
    /// A compressed request.
    UnsupportedEncoding,
    /// The body is idle or slow.
    RequestTimeout,
    /// All the memory there is for request bodies is taken.
    Overloaded,
    /// The key's other requests hold as much of it as one key may.
    KeyOverloaded,
    /// Outside of `/v1/`.
    NotFound,
    /// Database, counters or spool do not answer.
    StoreUnavailable,
    /// Nowhere to send it in this dialect.
    NoUpstream(Dialect),
    /// Every deployment rests, or the upstream has as many open requests as it may have; after so many seconds one may
    /// answer.
    UpstreamOverloaded(u64),
    /// The upstream's secret does not open.
    CredentialUnreadable,
    /// The upstream's row does not verify: it was changed by something other than the product.
    UpstreamDamaged,
    /// The upstream is down.
    UpstreamUnavailable,
    /// Its address may not be called.
    UpstreamForbidden,
    /// It is silent.
    UpstreamTimeout,
    /// It does not take our secret.
    UpstreamAuthFailed,
    /// It sends us elsewhere, with this status.
    UpstreamRedirected(u16),
    /// Its answer is no HTTP.
    UpstreamInvalidResponse,
    /// Our own fault.
    Internal,
}

/// What a refusal is made of.
struct Facts {
    status: u16,
    code: &'static str,
    class: ErrorClass,
    param: Option<&'static str>,
}

const fn facts(status: u16, code: &'static str, class: ErrorClass) -> Facts {
    Facts { status, code, class, param: None }
}

impl Refusal {
    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        self.facts().status
    }

    /// The stable code in the body.
    pub(crate) fn code(&self) -> &'static str {
        self.facts().code
    }

    /// What the row says.
    pub(crate) fn class(&self) -> ErrorClass {
        self.facts().class
    }

    /// The status that the upstream sent and that is hidden here.
    pub(crate) const fn upstream_status(&self) -> Option<u16> {
        match self {
            Self::UpstreamAuthFailed => Some(401),
            Self::UpstreamRedirected(status) => Some(*status),
            _ => None,
        }
    }

    fn facts(&self) -> Facts {
        use ErrorClass as Class;
        let bad = |status, code| facts(status, code, Class::BadRequest);
        match self {
            Self::InvalidFraming | Self::BodyBroke => bad(400, "invalid_framing"),
            Self::ClientGone => facts(499, "client_gone", Class::ClientGone),
            Self::InvalidHost => bad(400, "invalid_host"),
            Self::InvalidTarget => bad(400, "invalid_target"),
            Self::TargetTooLong => bad(414, "request_too_large"),
            Self::MethodNotAllowed => bad(405, "method_not_allowed"),
            Self::ExpectationFailed => bad(417, "expectation_failed"),
            Self::MissingApiKey => bad(401, "missing_api_key"),
            Self::InvalidApiKey(state) => facts(
                401,
                "invalid_api_key",
                match state {
                    Some(KeyState::Disabled) => Class::KeyDisabled,
                    Some(KeyState::Expired) => Class::KeyExpired,
                    Some(KeyState::Revoked | KeyState::Active) => Class::KeyRevoked,
                    Some(KeyState::Damaged) | None => Class::BadRequest,
                },
            ),
            Self::RevokedMidStream => facts(401, "invalid_api_key", Class::RevokedMidStream),
            Self::AmbiguousCredentials => bad(400, "ambiguous_credentials"),
            Self::KeyInUrl => bad(401, "key_in_url"),
            Self::IpNotAllowed => facts(403, "ip_not_allowed", Class::IpNotAllowed),
            Self::ModelNotAllowed(_) => {
                Facts { param: Some("model"), ..facts(403, "model_not_allowed", Class::ModelNotAllowed) }
            }
            Self::ModelNotFound(_) => {
                Facts { param: Some("model"), ..facts(404, "model_not_found", Class::ModelNotAllowed) }
            }
            Self::ScopeNotAllowed(_) => facts(403, "scope_not_allowed", Class::ScopeNotAllowed),
            Self::PermissionNotAllowed(_) => facts(403, "permission_not_allowed", Class::PermissionNotAllowed),
            Self::OriginNotAllowed => bad(403, "origin_not_allowed"),
            Self::UpgradeRequired => bad(426, "upgrade_required"),
            Self::LoopDetected => facts(508, "loop_detected", Class::LoopDetected),
            Self::UpstreamOverloaded(_) => facts(503, "upstream_overloaded", Class::UpstreamOverloaded),
            Self::UpstreamNotAllowed => facts(403, "upstream_not_allowed", Class::UpstreamNotAllowed),
            Self::RateLimitExceeded(_) => facts(429, "rate_limit_exceeded", Class::RateLimitExceeded),
            Self::InvalidJson | Self::JsonTooDeep | Self::TooManyFields => bad(400, "invalid_json"),
            Self::InvalidForm => bad(400, "invalid_form"),
            Self::DuplicateField(_) => bad(400, "duplicate_field"),
            Self::RequestTooLarge(_) => bad(413, "request_too_large"),
            Self::UnsupportedEncoding => bad(415, "unsupported_encoding"),
            Self::RequestTimeout => bad(408, "request_timeout"),
            Self::Overloaded | Self::KeyOverloaded => facts(503, "overloaded", Class::Internal),
            Self::NotFound => bad(404, "not_found"),
            Self::StoreUnavailable => facts(503, "store_unavailable", Class::StoreUnavailable),
            Self::NoUpstream(_) => facts(503, "no_upstream", Class::NoUpstream),
            Self::UpstreamDamaged => facts(503, "upstream_damaged", Class::UpstreamDamaged),
            Self::CredentialUnreadable => facts(503, "credential_unreadable", Class::CredentialUnreadable),
            Self::UpstreamUnavailable => facts(502, "upstream_unavailable", Class::UpstreamUnavailable),
            Self::UpstreamForbidden => facts(502, "upstream_forbidden", Class::UpstreamForbidden),
            Self::UpstreamTimeout => facts(504, "upstream_timeout", Class::UpstreamTimeout),
            Self::UpstreamAuthFailed => facts(502, "upstream_auth_failed", Class::UpstreamAuthFailed),
            Self::UpstreamRedirected(_) => facts(502, "upstream_redirected", Class::UpstreamRedirected),
            Self::UpstreamInvalidResponse => facts(502, "upstream_invalid_response", Class::UpstreamInvalidResponse),
            Self::Internal => facts(500, "internal", Class::Internal),
        }
    }

    /// The whole answer, in the caller's dialect. `close`: the request was not read to its end, so its connection cannot be
    /// used again.
    pub(crate) fn answer(&self, id: &RequestId, dialect: Dialect, close: bool) -> Response<Body> {
        let (facts, status, message) = (self.facts(), self.status_in(dialect), self.message());
        let body = providers::of(dialect).error_body(&ErrorText {
            status,
            code: facts.code,
            message: &message,
            param: facts.param,
            request_id: id.as_str(),
            retry_after: self.retry_after(),
        });
        let mut answer = Response::new(Body::from(body));
        *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        stamp(headers, id);
        if let Some(id) = headers.get(REQUEST_ID).cloned() {
            for name in VENDOR_REQUEST_IDS {
                headers.insert(name, id.clone());
            }
        }
        if close {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        self.add_fields(headers);
        answer
    }

    /// The HTTP status as the dialect's vendor says it.
    pub(crate) fn status_in(&self, dialect: Dialect) -> u16 {
        let facts = self.facts();
        providers::of(dialect).status(facts.status, facts.code)
    }

    /// After how many seconds the same request may pass.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::RateLimitExceeded(exhausted) => Some(exhausted.wait()),
            Self::UpstreamOverloaded(seconds) => Some(*seconds),
            Self::StoreUnavailable | Self::Overloaded | Self::KeyOverloaded => Some(1),
            _ => None,
        }
    }

    fn add_fields(&self, headers: &mut HeaderMap) {
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            if seconds > PATIENCE {
                headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
            }
        }
        match self {
            Self::RateLimitExceeded(exhausted) => {
                headers.insert(RETRY_AFTER_MS, HeaderValue::from(exhausted.retry_after_ns.div_ceil(1_000_000).max(1)));
            }
            Self::MethodNotAllowed => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
            }
            // Nothing that a client does makes these good: an administrator has to.
            Self::NoUpstream(_)
            | Self::CredentialUnreadable
            | Self::UpstreamDamaged
            | Self::UpstreamForbidden
            | Self::UpstreamAuthFailed
            | Self::LoopDetected
            | Self::UpstreamRedirected(_) => {
                headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
            }
            Self::UpgradeRequired => {
                headers.insert(header::UPGRADE, HeaderValue::from_static("HTTP/1.1"));
            }
            _ if self.status() == 401 => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
    }
}

impl ExhaustedLimit {
    /// Whole seconds, rounded up: whoever waits so long is let in. A place among those under way may be free at any moment.
    pub(crate) fn wait(&self) -> u64 {
        self.retry_after_ns.div_ceil(1_000_000_000).max(1)
    }
}

/// Puts what every answer carries onto one: our request id, and `nosniff` unless it is there.
pub(crate) fn stamp(headers: &mut HeaderMap, id: &RequestId) {
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    insert_request_id(headers, id);
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
