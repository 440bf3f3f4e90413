//! Figures over request rows.

use domain::{ErrorClass, KeyId, Timestamp};

use crate::{Result, Store, on, parse, requests::lowest_id};

/// Sums over request rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestTotals {
    /// Requests.
    pub requests: i64,
    /// Of them, those that were answered 400 or above.
    pub errors: i64,
    /// Tokens of prompts.
    pub input_tokens: i64,
    /// Tokens of answers.
    pub output_tokens: i64,
    /// Half of the answers had begun after so many microseconds; `None` where none began.
    pub first_byte_p50_us: Option<i64>,
}

/// What went through one upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamFigures {
    /// Its name.
    pub upstream: String,
    /// Requests.
    pub requests: i64,
    /// Of them, those that were answered 500 or above.
    pub errors: i64,
    /// Why the newest of these failed.
    pub last_error: Option<ErrorClass>,
}

/// What a key did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyActivity {
    /// Requests.
    pub requests: i64,
    /// Distinct client addresses.
    pub addresses: i64,
    /// When its newest request arrived, ever.
    pub last_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct TotalColumns {
    requests: i64,
    errors: i64,
    input_tokens: i64,
    output_tokens: i64,
}

#[derive(sqlx::FromRow)]
struct UpstreamColumns {
    upstream: String,
    requests: i64,
    errors: i64,
    last_error: Option<String>,
}

impl Store {
    /// Requests per hour of UTC, from `since` up to but not including `until`: the hour's start, all of its requests,
    /// and those that were answered 400 or above. An hour without requests is left out.
    pub async fn request_hours(&self, since: Timestamp, until: Timestamp) -> Result<Vec<(Timestamp, i64, i64)>> {
        let rows: Vec<(i64, i64, i64)> = on!(pool self.usage(), |c| sqlx::query_as(
            "SELECT started_ms / 3600000 * 3600000 AS hour, COUNT(*), \
             CAST(SUM(CASE WHEN status >= 400 THEN 1 ELSE 0 END) AS BIGINT) \
             FROM request_logs WHERE started_ms >= $1 AND started_ms < $2 GROUP BY 1 ORDER BY 1"
        )
        .bind(since.0)
        .bind(until.0)
        .fetch_all(c)
        .await)?;
        Ok(rows.into_iter().map(|(hour, requests, errors)| (Timestamp(hour), requests, errors)).collect())
    }

    /// Sums over every request that arrived at `since` or later.
    pub async fn request_totals(&self, since: Timestamp) -> Result<RequestTotals> {
        let row: TotalColumns = on!(pool self.usage(), |c| sqlx::query_as(
            "SELECT COUNT(*) AS requests, \
             CAST(COALESCE(SUM(CASE WHEN status >= 400 THEN 1 ELSE 0 END), 0) AS BIGINT) AS errors, \
             CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT) AS input_tokens, \
             CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT) AS output_tokens \
             FROM request_logs WHERE started_ms >= $1"
        )
        .bind(since.0)
        .fetch_one(c)
        .await)?;
        // The nearest-rank median: the first value that at least half of them do not exceed.
        let first_byte_p50_us: Option<i64> = on!(pool self.usage(), |c| sqlx::query_scalar(
            "SELECT first_byte_us FROM request_logs WHERE started_ms >= $1 AND first_byte_us IS NOT NULL \
             ORDER BY first_byte_us LIMIT 1 OFFSET (SELECT (COUNT(*) - 1) / 2 FROM request_logs \
             WHERE started_ms >= $1 AND first_byte_us IS NOT NULL)"
        )
        .bind(since.0)
        .fetch_optional(c)
        .await)?;
        Ok(RequestTotals {
            requests: row.requests,
            errors: row.errors,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            first_byte_p50_us,
        })
    }

    /// Figures per upstream over every request that arrived at `since` or later, by name. Requests that reached none
    /// are left out.
    pub async fn upstream_figures(&self, since: Timestamp) -> Result<Vec<UpstreamFigures>> {
        // Grouping by an expression keeps SQLite from walking the index of upstreams through rows of all times.
        let rows: Vec<UpstreamColumns> = on!(pool self.usage(), |c| sqlx::query_as(
            "SELECT f.upstream, f.requests, f.errors, CASE WHEN f.errors > 0 THEN \
               (SELECT r.error_class FROM request_logs r WHERE r.upstream = f.upstream AND r.id >= $2 \
                AND r.started_ms >= $1 AND r.status >= 500 ORDER BY r.id DESC LIMIT 1) END AS last_error \
             FROM (SELECT upstream || '' AS upstream, COUNT(*) AS requests, \
                   CAST(SUM(CASE WHEN status >= 500 THEN 1 ELSE 0 END) AS BIGINT) AS errors \
                   FROM request_logs WHERE started_ms >= $1 AND upstream IS NOT NULL GROUP BY upstream || '') f \
             ORDER BY f.upstream"
        )
        .bind(since.0)
        .bind(lowest_id(since))
        .fetch_all(c)
        .await)?;
        rows.into_iter()
            .map(|row| {
                Ok(UpstreamFigures {
                    upstream: row.upstream,
                    requests: row.requests,
                    errors: row.errors,
                    last_error: row
                        .last_error
                        .map(|class| parse::one_of("request_logs.error_class", &class, ErrorClass::parse))
                        .transpose()?,
                })
            })
            .collect()
    }

    /// What a key did at `since` or later, and when it was last seen at all.
    pub async fn key_activity(&self, key: &KeyId, since: Timestamp) -> Result<KeyActivity> {
        let (requests, addresses): (i64, i64) = on!(pool self.usage(), |c| sqlx::query_as(
            "SELECT COUNT(*), COUNT(DISTINCT client_address) FROM request_logs \
             WHERE key_id = $1 AND id >= $2 AND started_ms >= $3"
        )
        .bind(key.as_str())
        .bind(lowest_id(since))
        .bind(since.0)
        .fetch_one(c)
        .await)?;
        let last_at: Option<i64> = on!(pool self.usage(), |c| sqlx::query_scalar(
            "SELECT started_ms FROM request_logs WHERE key_id = $1 ORDER BY id DESC LIMIT 1"
        )
        .bind(key.as_str())
        .fetch_optional(c)
        .await)?;
        Ok(KeyActivity { requests, addresses, last_at: last_at.map(Timestamp) })
    }
}
