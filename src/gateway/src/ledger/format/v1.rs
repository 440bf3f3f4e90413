//! Spool format 1, of the first release: frozen.
//!
//! Never changed: `format_tests.rs` compares it with a segment that the first release wrote.

use domain::{ErrorClass, RequestLogRef, Timestamp, Usage};
use serde::Deserialize;
#[cfg(test)]
use serde::Serialize;

/// A row. The order of the fields is the layout.
#[derive(Deserialize)]
#[cfg_attr(test, derive(Serialize))]
pub(super) struct Row<'a> {
    id: &'a str,
    started_ms: i64,
    key_id: &'a str,
    key_version: i64,
    key_name: &'a str,
    key_prefix: &'a str,
    project_id: &'a str,
    method: &'a str,
    endpoint: &'a str,
    streamed: bool,
    model: Option<&'a str>,
    model_served: Option<&'a str>,
    upstream_id: Option<&'a str>,
    upstream: Option<&'a str>,
    status: u16,
    upstream_status: Option<u16>,
    input_tokens: Option<i64>,
    cached_tokens: Option<i64>,
    output_tokens: Option<i64>,
    reasoning_tokens: Option<i64>,
    price_nano: Option<i64>,
    latency_us: i64,
    first_byte_us: Option<i64>,
    attempts: i32,
    client_address: &'a str,
    user_agent: Option<&'a str>,
    error_class: Option<Class>,
}

/// Why a request did not end well. A class is its number, counted from 0: none is inserted, reordered or removed.
#[derive(Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(Serialize))]
enum Class {
    KeyDisabled,
    KeyExpired,
    KeyRevoked,
    ModelNotAllowed,
    UpstreamNotAllowed,
    IpNotAllowed,
    RateLimitExceeded,
    BadRequest,
    NoUpstream,
    CredentialUnreadable,
    UpstreamUnavailable,
    UpstreamForbidden,
    UpstreamTimeout,
    UpstreamAuthFailed,
    UpstreamRedirected,
    UpstreamInvalidResponse,
    UpstreamReset,
    UpstreamError,
    ClientGone,
    RevokedMidStream,
    Interrupted,
    StoreUnavailable,
    Internal,
}

impl<'a> From<Row<'a>> for RequestLogRef<'a> {
    fn from(row: Row<'a>) -> Self {
        Self {
            id: row.id,
            started_at: Timestamp(row.started_ms),
            key_id: row.key_id,
            key_version: row.key_version,
            key_name: row.key_name,
            key_prefix: row.key_prefix,
            project_id: row.project_id,
            method: row.method,
            endpoint: row.endpoint,
            streamed: row.streamed,
            model: row.model,
            model_served: row.model_served,
            upstream_id: row.upstream_id,
            upstream: row.upstream,
            status: row.status,
            upstream_status: row.upstream_status,
            usage: Usage {
                input_tokens: row.input_tokens,
                cached_tokens: row.cached_tokens,
                output_tokens: row.output_tokens,
                reasoning_tokens: row.reasoning_tokens,
                ..Usage::default()
            }
            .checked(),
            usage_raw: None,
            service_tier: None,
            price_nano: row.price_nano,
            cost_source: None,
            session_id: None,
            latency_us: row.latency_us,
            first_byte_us: row.first_byte_us,
            attempts: row.attempts,
            client_address: row.client_address,
            user_agent: row.user_agent,
            error_class: row.error_class.map(|class| ErrorClass::from(class).as_str()),
            policy_version: None,
            count: 1,
            attempts_detail: None,
            background: None,
        }
    }
}

impl From<Class> for ErrorClass {
    fn from(class: Class) -> Self {
        match class {
            Class::KeyDisabled => Self::KeyDisabled,
            Class::KeyExpired => Self::KeyExpired,
            Class::KeyRevoked => Self::KeyRevoked,
            Class::ModelNotAllowed => Self::ModelNotAllowed,
            Class::UpstreamNotAllowed => Self::UpstreamNotAllowed,
            Class::IpNotAllowed => Self::IpNotAllowed,
            Class::RateLimitExceeded => Self::RateLimitExceeded,
            Class::BadRequest => Self::BadRequest,
            Class::NoUpstream => Self::NoUpstream,
            Class::CredentialUnreadable => Self::CredentialUnreadable,
            Class::UpstreamUnavailable => Self::UpstreamUnavailable,
            Class::UpstreamForbidden => Self::UpstreamForbidden,
            Class::UpstreamTimeout => Self::UpstreamTimeout,
            Class::UpstreamAuthFailed => Self::UpstreamAuthFailed,
            Class::UpstreamRedirected => Self::UpstreamRedirected,
            Class::UpstreamInvalidResponse => Self::UpstreamInvalidResponse,
            Class::UpstreamReset => Self::UpstreamReset,
            Class::UpstreamError => Self::UpstreamError,
            Class::ClientGone => Self::ClientGone,
            Class::RevokedMidStream => Self::RevokedMidStream,
            Class::Interrupted => Self::Interrupted,
            Class::StoreUnavailable => Self::StoreUnavailable,
            Class::Internal => Self::Internal,
        }
    }
}

#[cfg(test)]
impl<'a> Row<'a> {
    /// The row as the first release would have written it.
    pub(super) fn of(row: &RequestLogRef<'a>) -> Self {
        let numbered = |text: &str| postcard::from_bytes(&[number_of(text)]).unwrap();
        Self {
            id: row.id,
            started_ms: row.started_at.0,
            key_id: row.key_id,
            key_version: row.key_version,
            key_name: row.key_name,
            key_prefix: row.key_prefix,
            project_id: row.project_id,
            method: row.method,
            endpoint: row.endpoint,
            streamed: row.streamed,
            model: row.model,
            model_served: row.model_served,
            upstream_id: row.upstream_id,
            upstream: row.upstream,
            status: row.status,
            upstream_status: row.upstream_status,
            input_tokens: row.usage.input_tokens,
            cached_tokens: row.usage.cached_tokens,
            output_tokens: row.usage.output_tokens,
            reasoning_tokens: row.usage.reasoning_tokens,
            price_nano: row.price_nano,
            latency_us: row.latency_us,
            first_byte_us: row.first_byte_us,
            attempts: row.attempts,
            client_address: row.client_address,
            user_agent: row.user_agent,
            error_class: row.error_class.map(numbered),
        }
    }
}

#[cfg(test)]
fn number_of(class: &str) -> u8 {
    let all = (0..23).map(|number| (number, postcard::from_bytes::<Class>(&[number]).unwrap()));
    all.map(|(number, known)| (number, ErrorClass::from(known))).find(|(_, known)| known.as_str() == class).unwrap().0
}
