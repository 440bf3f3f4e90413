//! Refusals: status, code, text and header fields of every policy answer of the gateway, in one place.
//!
//! A refusal says no more than its receiver may know: an unknown, disabled, expired and revoked key all get the same
//! (G4), and no client learns where upstreams are. The row has the rest.

use axum::body::Body;
use domain::{ErrorClass, KeyState, RequestId};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use crate::request_id::{REQUEST_ID, insert_request_id};

/// The vendor's field for its own: SDKs show it with an error.
const VENDOR_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");
const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// A spent rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExhaustedLimit {
    /// Requests per minute.
    pub limit: u32,
    /// Until the same request would pass.
    pub retry_after_ns: u64,
    /// Until the allowance is whole again.
    pub reset_ns: u64,
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
    /// The key may not use that model.
    ModelNotAllowed(String),
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
    /// More than so many bytes.
    RequestTooLarge(u64),
    /// A compressed request.
    UnsupportedEncoding,
    /// The body is idle or slow.
    RequestTimeout,
    /// All the memory there is for request bodies is taken.
    Overloaded,
    /// Outside of `/v1/`.
    NotFound,
    /// Database, counters or spool do not answer.
    StoreUnavailable,
    /// Nowhere to send it.
    NoUpstream,
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
            Self::UpstreamNotAllowed => facts(403, "upstream_not_allowed", Class::UpstreamNotAllowed),
            Self::RateLimitExceeded(_) => facts(429, "rate_limit_exceeded", Class::RateLimitExceeded),
            Self::InvalidJson | Self::JsonTooDeep => bad(400, "invalid_json"),
            Self::DuplicateField(_) => bad(400, "duplicate_field"),
            Self::RequestTooLarge(_) => bad(413, "request_too_large"),
            Self::UnsupportedEncoding => bad(415, "unsupported_encoding"),
            Self::RequestTimeout => bad(408, "request_timeout"),
            Self::Overloaded => facts(503, "overloaded", Class::Internal),
            Self::NotFound => bad(404, "not_found"),
            Self::StoreUnavailable => facts(503, "store_unavailable", Class::StoreUnavailable),
            Self::NoUpstream => facts(503, "no_upstream", Class::NoUpstream),
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

    /// The sentence for the client: what is wrong, and what mends it.
    pub(crate) fn message(&self) -> String {
        let fixed = match self {
            Self::InvalidFraming => {
                "The request's framing is not valid: use Content-Length, or Transfer-Encoding: chunked."
            }
            Self::BodyBroke => "The request's body is not what its framing says.",
            Self::ClientGone => "The client went away.",
            Self::InvalidHost => "The request needs exactly one valid Host header.",
            Self::InvalidTarget => "The request's path is not valid: use plain, non-empty segments such as /v1/models.",
            Self::TargetTooLong => "The request's path and query are longer than 8192 bytes.",
            Self::MethodNotAllowed => "This method is not allowed here.",
            Self::ExpectationFailed => "The only expectation that can be met is 100-continue.",
            Self::MissingApiKey => {
                "You didn't provide an API key. Provide it in an Authorization header using Bearer auth (i.e. \
                 Authorization: Bearer YOUR_KEY)."
            }
            Self::InvalidApiKey(_) | Self::RevokedMidStream => "Incorrect API key provided.",
            Self::AmbiguousCredentials => "The request carries more than one API key. Send exactly one.",
            Self::KeyInUrl => {
                "API keys are not accepted in the URL, where logs keep them. Send the key in the Authorization header, \
                 and consider the one in this URL leaked."
            }
            Self::IpNotAllowed => "This API key may not be used from your address.",
            Self::UpstreamNotAllowed => "This API key may not use this upstream.",
            Self::InvalidJson => "The request's body is not valid JSON.",
            Self::JsonTooDeep => "The request's JSON nests deeper than 64 levels.",
            Self::UnsupportedEncoding => {
                "Compressed requests are not supported. Send the body without Content-Encoding."
            }
            Self::RequestTimeout => "The request's body came too slowly.",
            Self::Overloaded => "The gateway holds as many request bodies as it can. Try again in a moment.",
            Self::NotFound => {
                "There is nothing at this path. The API of the upstream begins with /v1/; /v1/key/ is kept for the gateway's own."
            }
            Self::StoreUnavailable => "The gateway's database does not answer. Try again in a moment.",
            Self::NoUpstream => {
                "No upstream takes requests of this API key. An administrator can add one, or make one the default."
            }
            Self::CredentialUnreadable => {
                "The upstream's stored secret cannot be opened. An administrator must enter it again."
            }
            Self::UpstreamDamaged => {
                "The upstream's entry in the database is damaged. An administrator must restore it or add it again."
            }
            Self::UpstreamUnavailable => "The upstream cannot be reached.",
            Self::UpstreamForbidden => {
                "The upstream's address may not be called. An administrator can allow its network."
            }
            Self::UpstreamTimeout => "The upstream did not answer in time.",
            Self::UpstreamAuthFailed => {
                "The upstream does not accept the gateway's credential. An administrator must replace it."
            }
            Self::UpstreamRedirected(_) => {
                "The upstream redirects, which is never followed. An administrator must correct its base URL."
            }
            Self::UpstreamInvalidResponse => "The upstream's answer is not usable HTTP.",
            Self::Internal => "The gateway failed. The request id helps its administrator to find out why.",
            Self::ModelNotAllowed(model) => {
                return format!("This API key may not use the model '{}'.", shown(model));
            }
            Self::DuplicateField(field) => {
                return format!("The field '{}' stands twice in the request's body.", shown(field));
            }
            Self::RequestTooLarge(limit) => return format!("The request's body is larger than {limit} bytes."),
            Self::RateLimitExceeded(exhausted) => {
                let wait = whole_seconds(exhausted.retry_after_ns);
                let limit = exhausted.limit;
                return format!("Rate limit reached: {limit} requests per minute. Try again in {wait} s.");
            }
        };
        fixed.to_owned()
    }

    /// The whole answer. `close`: the request was not read to its end, so its connection cannot be used again.
    pub(crate) fn answer(&self, id: &RequestId, close: bool) -> Response<Body> {
        let facts = self.facts();
        let body = providers::openai::error_body(facts.status, facts.code, &self.message(), facts.param);
        let mut answer = Response::new(Body::from(body));
        *answer.status_mut() = StatusCode::from_u16(facts.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        stamp(headers, id);
        if let Some(id) = headers.get(REQUEST_ID).cloned() {
            headers.insert(VENDOR_REQUEST_ID, id);
        }
        if close {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        self.add_fields(headers);
        answer
    }

    fn add_fields(&self, headers: &mut HeaderMap) {
        match self {
            Self::RateLimitExceeded(exhausted) => rate_limit_fields(headers, *exhausted),
            Self::MethodNotAllowed => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
            }
            Self::StoreUnavailable | Self::Overloaded => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            // Nothing that a client does makes these good: an administrator has to.
            Self::NoUpstream
            | Self::CredentialUnreadable
            | Self::UpstreamDamaged
            | Self::UpstreamForbidden
            | Self::UpstreamAuthFailed
            | Self::UpstreamRedirected(_) => {
                headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
            }
            _ if self.status() == 401 => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
    }
}

/// Puts what every answer carries onto one: our request id, and `nosniff` unless it is there.
pub(crate) fn stamp(headers: &mut HeaderMap, id: &RequestId) {
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    insert_request_id(headers, id);
}

/// The vendor's fields, and those of draft-ietf-httpapi-ratelimit-headers.
fn rate_limit_fields(headers: &mut HeaderMap, exhausted: ExhaustedLimit) {
    let ms = exhausted.retry_after_ns.div_ceil(1_000_000);
    let (wait, reset) = (whole_seconds(exhausted.retry_after_ns), whole_seconds(exhausted.reset_ns));
    let limit = exhausted.limit;
    let fields = [
        (header::RETRY_AFTER, wait.to_string()),
        (RETRY_AFTER_MS, ms.to_string()),
        (HeaderName::from_static("x-ratelimit-limit-requests"), limit.to_string()),
        (HeaderName::from_static("x-ratelimit-remaining-requests"), "0".to_owned()),
        (HeaderName::from_static("x-ratelimit-reset-requests"), vendor_duration(exhausted.reset_ns)),
        (HeaderName::from_static("ratelimit-policy"), format!("\"requests\";q={limit};w=60")),
        (HeaderName::from_static("ratelimit"), format!("\"requests\";r=0;t={reset}")),
    ];
    for (name, value) in fields {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
}

/// Seconds, rounded up: whoever waits so long is let in.
const fn whole_seconds(ns: u64) -> u64 {
    ns.div_ceil(1_000_000_000)
}

/// A duration as the vendor writes it: `250ms`, `12s`, `6m0s`.
fn vendor_duration(ns: u64) -> String {
    let ms = ns.div_ceil(1_000_000);
    let seconds = whole_seconds(ns);
    match (ms, seconds) {
        (..1000, _) => format!("{ms}ms"),
        (_, ..60) => format!("{seconds}s"),
        _ => format!("{}m{}s", seconds / 60, seconds % 60),
    }
}

/// Client text in our sentence: short, and inert.
fn shown(text: &str) -> String {
    let clean = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut out: String = text.chars().take(64).map(clean).collect();
    if text.chars().nth(64).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
