//! Request log DTOs: filters and rows.

mod detail;
pub mod operations;

use domain::{
    AttemptLog, CostSource, DamagedRequest, KeyId, OpenEnum, ProjectId, RequestId, RequestLog, StoredRequest,
    Timestamp, UpstreamId, Usage,
};
use serde::{Deserialize, Serialize};

use crate::{FieldErrors, Violation, wire};

pub use detail::{Attempts, CostView, LogDetail, UsageView};
pub use operations::{LogsList, LogsShow};

/// Which rows, newest first. All filters hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct LogQuery {
    /// A whole key id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// The model asked for, exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// An upstream's name, exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<String>,
    /// A status (`429`) or a class (`4xx`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// A whole request id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Not before this instant, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Before this instant, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Rows per page, 1 to 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(default = 50, minimum = 1, maximum = 500))]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Filters that have been read and found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter {
    /// The key.
    pub key_id: Option<String>,
    /// The model asked for.
    pub model: Option<String>,
    /// The upstream's name.
    pub upstream: Option<String>,
    /// Lowest and highest status, both included.
    pub status: Option<(u16, u16)>,
    /// One request.
    pub id: Option<String>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Rows per page.
    pub limit: i64,
    /// Only rows whose id sorts below this one.
    pub below: Option<String>,
}

impl TryFrom<LogQuery> for LogFilter {
    type Error = FieldErrors;

    fn try_from(shape: LogQuery) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let filled = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        let mut instant = |field: &str, text: Option<String>| {
            filled(text).and_then(|text| {
                let instant = Timestamp::parse_rfc3339(&text);
                errors.take(field, instant.ok_or(Violation::Instant { example: "2026-11-21T09:00:00Z" }))
            })
        };
        let since = instant("since", shape.since);
        let until = instant("until", shape.until);
        let status =
            filled(shape.status).and_then(|text| errors.take("status", status_range(&text).ok_or(Violation::Status)));
        let limit = shape.limit.unwrap_or(50);
        if !(1..=500).contains(&limit) {
            errors.push("limit", Violation::Range { min: 1, max: 500 });
        }
        let below = filled(shape.cursor);
        if below.as_deref().is_some_and(|cursor| cursor.parse::<domain::RequestId>().is_err()) {
            errors.push("cursor", Violation::Cursor);
        }
        if errors.is_empty() {
            Ok(Self {
                key_id: filled(shape.key_id),
                model: filled(shape.model),
                upstream: filled(shape.upstream),
                status,
                id: filled(shape.id),
                since,
                until,
                limit,
                below,
            })
        } else {
            Err(errors)
        }
    }
}

fn status_range(text: &str) -> Option<(u16, u16)> {
    if let Some(class) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")) {
        let class: u16 = class.parse().ok().filter(|class| (1..=5).contains(class))?;
        return Some((class * 100, class * 100 + 99));
    }
    let status: u16 = text.parse().ok().filter(|status| (100..=599).contains(status))?;
    Some((status, status))
}

/// One request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogRow {
    /// `req_…`; equals the answer's `x-keywright-request-id`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: OpenEnum<RequestId>,
    /// RFC 3339: when it arrived.
    #[serde(with = "wire::instant_or_blank")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub started_at: Option<Timestamp>,
    /// `key_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub key_id: OpenEnum<KeyId>,
    /// Which of the key's secrets.
    pub key_version: i64,
    /// The key's name then.
    pub key_name: String,
    /// The key's visible prefix.
    pub key_prefix: String,
    /// `prj_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub project_id: OpenEnum<ProjectId>,
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub endpoint: String,
    /// Whether a stream was asked for.
    pub streamed: bool,
    /// The model asked for.
    pub model: Option<String>,
    /// The model that answered.
    pub model_served: Option<String>,
    /// `up_…`
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub upstream_id: Option<UpstreamId>,
    /// The upstream's name then.
    pub upstream: Option<String>,
    /// The status the client saw; 499: it went away first.
    pub status: u16,
    /// The upstream's status, where it differs.
    pub upstream_status: Option<u16>,
    /// Tokens of the whole prompt, cached and written ones included, in every dialect.
    pub input_tokens: Option<i64>,
    /// Of them, read from the provider's cache.
    pub cached_tokens: Option<i64>,
    /// Of them, written to the provider's cache.
    #[serde(default)]
    pub cache_write_tokens: Option<i64>,
    /// Tokens of the answer.
    pub output_tokens: Option<i64>,
    /// Of them reasoning.
    pub reasoning_tokens: Option<i64>,
    /// From arrival to the end of the answer, milliseconds.
    pub latency_ms: f64,
    /// From arrival to the first byte of the answer, milliseconds.
    pub first_byte_ms: Option<f64>,
    /// Tries on upstreams: in a list how many, for one request each of them.
    #[cfg_attr(feature = "openapi", schema(value_type = i32))]
    pub attempts: Attempts,
    /// Where it came from.
    pub client_address: String,
    /// What it called itself.
    pub user_agent: Option<String>,
    /// Why it did not end well.
    pub error_class: Option<String>,
    /// Version of the key's policy that it was judged by; `null` in rows of versions that had none.
    pub policy_version: Option<i64>,
    /// How many requests the row stands for: 1, but for refusals that are written together.
    pub count: i64,
    /// Whether the upstream reported token counts that cannot be; those are left out.
    pub usage_unreadable: bool,
    /// What it cost.
    #[serde(default)]
    pub cost: CostView,
    /// The tier that served, as the upstream says it.
    #[serde(default)]
    pub service_tier: Option<String>,
    /// The session that the client named.
    #[serde(default)]
    pub session_id: Option<String>,
    /// What in the row cannot be read, where anything: its other fields are then empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damaged: Option<String>,
}

impl LogRow {
    /// A row as the database has it, whole or damaged.
    pub fn of(stored: &StoredRequest) -> Self {
        match stored {
            Ok(row) => Self::from(row),
            Err(damaged) => Self::from(damaged),
        }
    }
}

impl From<&DamagedRequest> for LogRow {
    fn from(row: &DamagedRequest) -> Self {
        Self {
            id: OpenEnum::read(&row.id, |id| id.parse().ok()),
            started_at: row.started_at,
            key_id: OpenEnum::Other(String::new()),
            key_version: 0,
            key_name: String::new(),
            key_prefix: String::new(),
            project_id: OpenEnum::Other(String::new()),
            method: String::new(),
            endpoint: String::new(),
            streamed: false,
            model: None,
            model_served: None,
            upstream_id: None,
            upstream: None,
            status: 0,
            upstream_status: None,
            input_tokens: None,
            cached_tokens: None,
            cache_write_tokens: None,
            output_tokens: None,
            reasoning_tokens: None,
            latency_ms: 0.0,
            first_byte_ms: None,
            attempts: Attempts::Count(0),
            client_address: String::new(),
            user_agent: None,
            error_class: None,
            policy_version: None,
            count: 1,
            usage_unreadable: false,
            cost: CostView::default(),
            service_tier: None,
            session_id: None,
            damaged: Some(row.what.clone()),
        }
    }
}

impl From<&RequestLog> for LogRow {
    fn from(row: &RequestLog) -> Self {
        Self {
            id: row.id.clone().into(),
            started_at: Some(row.started_at),
            key_id: row.key_id.clone().into(),
            key_version: row.key_version,
            key_name: row.key_name.clone(),
            key_prefix: row.key_prefix.clone(),
            project_id: row.project_id.clone().into(),
            method: row.method.clone(),
            endpoint: row.endpoint.clone(),
            streamed: row.streamed,
            model: row.model.clone(),
            model_served: row.model_served.clone(),
            upstream_id: row.upstream_id.clone(),
            upstream: row.upstream.clone(),
            status: row.status,
            upstream_status: row.upstream_status,
            input_tokens: row.usage.input_tokens,
            cached_tokens: row.usage.cached_tokens,
            cache_write_tokens: row.usage.cache_writes(),
            output_tokens: row.usage.output_tokens,
            reasoning_tokens: row.usage.reasoning_tokens,
            latency_ms: milliseconds(row.latency_us),
            first_byte_ms: row.first_byte_us.map(milliseconds),
            attempts: Attempts::Count(row.attempts),
            client_address: row.client_address.clone(),
            user_agent: row.user_agent.clone(),
            error_class: row.error_class.as_ref().map(ToString::to_string),
            policy_version: row.policy_version,
            count: row.count.into(),
            usage_unreadable: row.usage.unreadable,
            cost: CostView::of(row),
            service_tier: row.service_tier.clone(),
            session_id: row.session_id.clone(),
            damaged: None,
        }
    }
}

/// Microseconds as milliseconds. Latencies are far below the 2^53 that a float holds exactly.
#[allow(clippy::cast_precision_loss)]
fn milliseconds(us: i64) -> f64 {
    us as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_classes() {
        assert_eq!(status_range("4xx"), Some((400, 499)));
        assert_eq!(status_range("429"), Some((429, 429)));
        assert_eq!(status_range("9xx"), None);
        assert_eq!(status_range("42"), None);
    }

    #[test]
    fn blanks_are_no_filters_and_bounds_hold() {
        let filter = LogFilter::try_from(LogQuery { model: Some(" ".into()), ..LogQuery::default() }).unwrap();
        assert_eq!((filter.model, filter.limit), (None, 50));
        assert!(LogFilter::try_from(LogQuery { limit: Some(501), ..LogQuery::default() }).is_err());
        assert!(LogFilter::try_from(LogQuery { cursor: Some("x".into()), ..LogQuery::default() }).is_err());
    }
}
