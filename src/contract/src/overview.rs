//! The first page's figures.

pub mod operations;

use serde::{Deserialize, Serialize};

use crate::upstreams::UpstreamView;

pub use operations::OverviewShow;

/// What happened in the last 24 hours, and what to do next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overview {
    /// Requests in 24 hours.
    pub requests: i64,
    /// Of them, answered with 400 or above.
    pub errors: i64,
    /// Prompt tokens in 24 hours.
    pub input_tokens: i64,
    /// Answer tokens in 24 hours.
    pub output_tokens: i64,
    /// Median milliseconds to the first byte, over good answers; `null` without any.
    pub first_byte_p50_ms: Option<f64>,
    /// 24 buckets of one hour, oldest first; the last one is the running hour.
    pub hours: Vec<HourCount>,
    /// Keys that pass requests.
    pub active_keys: i64,
    /// Keys in all, revoked ones left out.
    pub keys: i64,
    /// Keys that end within 14 days, soonest first, five at most.
    pub expiring: Vec<ExpiringKey>,
    /// Upstreams with their figures.
    pub upstreams: Vec<UpstreamHealth>,
}

/// One hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HourCount {
    /// RFC 3339: where the hour begins.
    pub from: String,
    /// Requests.
    pub requests: i64,
    /// Of them, answered with 400 or above.
    pub errors: i64,
}

/// A key that ends soon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExpiringKey {
    /// `key_…`
    pub id: String,
    /// For people.
    pub name: String,
    /// RFC 3339.
    pub expires_at: String,
}

/// An upstream's last 24 hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpstreamHealth {
    /// The upstream.
    pub upstream: UpstreamView,
    /// Requests sent to it.
    pub requests: i64,
    /// Of them, answered with 500 or above.
    pub errors: i64,
    /// Error class of its newest failure (500 or above) in these hours.
    pub last_error: Option<String>,
}
