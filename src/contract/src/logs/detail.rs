//! Request log detail DTOs: usage, cost and tries.

use super::{AttemptLog, CostSource, Deserialize, LogRow, OpenEnum, RequestLog, Serialize, StoredRequest, Usage};

/// What a request cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CostView {
    /// A decimal number; `null` without a price.
    #[cfg_attr(feature = "openapi", schema(example = "0.00014"))]
    pub amount: Option<String>,
    /// `USD`.
    pub currency: String,
    /// `reported` by the provider, `computed`, `estimated` or `unpriced`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub source: OpenEnum<CostSource>,
}

impl Default for CostView {
    fn default() -> Self {
        Self { amount: None, currency: "USD".to_owned(), source: CostSource::Unpriced.into() }
    }
}

impl CostView {
    pub(super) fn of(row: &RequestLog) -> Self {
        let Some(nano) = row.price_nano else { return Self::default() };
        let source = row.cost_source.clone().unwrap_or_else(|| CostSource::Reported.into());
        Self { amount: Some(decimal(nano)), source, ..Self::default() }
    }
}

/// Nano-units as a decimal number without zeros at its end: `0.00014`.
fn decimal(nano: i64) -> String {
    let sign = if nano < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:09}", nano.unsigned_abs() / 1_000_000_000, nano.unsigned_abs() % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// One request with all that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogDetail {
    /// The row.
    #[serde(flatten)]
    pub row: LogRow,
    /// Counts of kinds that are priced apart.
    #[serde(default)]
    pub usage: UsageView,
    /// The vendor's own usage object.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub usage_raw: Option<serde_json::Value>,
}

/// Counts of kinds that are priced apart; `null`: the upstream did not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs)] // see the fields of `domain::Usage`
pub struct UsageView {
    pub cache_write_5m: Option<i64>,
    pub cache_write_1h: Option<i64>,
    pub cache_write_other: Option<i64>,
    pub audio_in: Option<i64>,
    pub image_in: Option<i64>,
    pub audio_out: Option<i64>,
    pub image_out: Option<i64>,
    pub images: Option<i64>,
    pub web_searches: Option<i64>,
    pub web_fetches: Option<i64>,
}

impl From<&Usage> for UsageView {
    fn from(usage: &Usage) -> Self {
        Self {
            cache_write_5m: usage.cache_write_5m,
            cache_write_1h: usage.cache_write_1h,
            cache_write_other: usage.cache_write_other,
            audio_in: usage.audio_in,
            image_in: usage.image_in,
            audio_out: usage.audio_out,
            image_out: usage.image_out,
            images: usage.images,
            web_searches: usage.web_searches,
            web_fetches: usage.web_fetches,
        }
    }
}

impl LogDetail {
    /// A row as the database has it, whole or damaged.
    pub fn of(stored: &StoredRequest) -> Self {
        let mut row = LogRow::of(stored);
        let Ok(found) = stored else { return Self { row, usage: UsageView::default(), usage_raw: None } };
        // What cannot be read of the detail is left out: the row stands for itself.
        let read: Option<Vec<AttemptLog>> =
            found.attempts_detail.as_deref().and_then(|text| serde_json::from_str(text).ok());
        row.attempts = Attempts::Tries(read.unwrap_or_else(|| only_try(found)));
        Self {
            row,
            usage: UsageView::from(&found.usage),
            usage_raw: found.usage_raw.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        }
    }
}

/// The one try of a request whose row says all of it.
fn only_try(row: &RequestLog) -> Vec<AttemptLog> {
    let Some(upstream) = row.upstream.clone().filter(|_| row.attempts > 0) else { return Vec::new() };
    vec![AttemptLog {
        n: 1,
        upstream,
        model: row.model.clone(),
        credential_id: None,
        status: row.upstream_status.or((row.status != 499).then_some(row.status)),
        error_class: row.error_class.as_ref().map(ToString::to_string),
        started_ms: 0,
        first_byte_ms: row.first_byte_us.map(|us| us / 1000),
        ended_ms: Some(row.latency_us / 1000),
    }]
}

/// Tries on upstreams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Attempts {
    /// How many.
    Count(i32),
    /// Each of them.
    Tries(Vec<AttemptLog>),
}

impl Attempts {
    /// How many.
    pub fn count(&self) -> usize {
        match self {
            Self::Count(count) => usize::try_from(*count).unwrap_or(0),
            Self::Tries(tries) => tries.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_decimal_numbers() {
        for (nano, text) in
            [(140_000, "0.00014"), (0, "0"), (1, "0.000000001"), (2_500_000_000, "2.5"), (-1, "-0.000000001")]
        {
            assert_eq!(decimal(nano), text);
        }
    }
}
