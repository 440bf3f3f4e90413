//! Spool format 2: `policy_version`, `count` and `usage_unreadable` are new, and an error class is its text, so that a
//! class of the future can be read.

#[cfg(test)]
use domain::RequestLog;
use domain::{RequestLogRef, Timestamp, Usage};
use serde::{Deserialize, Serialize};

/// A row. The order of the fields is the layout.
#[derive(Serialize, Deserialize)]
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
    error_class: Option<&'a str>,
    usage_unreadable: bool,
    policy_version: Option<i64>,
    count: u32,
}

#[cfg(test)]
impl<'a> Row<'a> {
    /// The row of a request, as that version wrote it.
    pub(super) fn of(row: &'a RequestLog) -> Self {
        let row = row.borrowed();
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
            error_class: row.error_class,
            usage_unreadable: row.usage.unreadable,
            policy_version: row.policy_version,
            count: row.count,
        }
    }
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
                unreadable: row.usage_unreadable,
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
            error_class: row.error_class,
            policy_version: row.policy_version,
            count: row.count,
            attempts_detail: None,
            background: None,
        }
    }
}
