//! Dashboard DTOs: the figures of the first page.

pub mod operations;

use domain::{KeyId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{upstreams::UpstreamView, wire};

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
    #[serde(with = "wire::instant")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub from: Timestamp,
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
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: KeyId,
    /// For people.
    pub name: String,
    /// RFC 3339.
    #[serde(with = "wire::instant")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub expires_at: Timestamp,
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
