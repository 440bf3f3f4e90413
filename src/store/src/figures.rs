//! Usage aggregates over request rows.

use domain::{ErrorClass, KeyId, OpenEnum, Timestamp, Visible};
use sqlx::AssertSqlSafe;

use crate::{Result, Store, on, requests::lowest_id, statement::bound};

/// A good answer that had begun.
macro_rules! good {
    () => {
        "status < 400 AND error_class IS NULL AND first_byte_us IS NOT NULL"
    };
}

/// How many requests a row stands for. An invalid number counts as one, so that no sum runs over.
macro_rules! count {
    () => {
        "CASE WHEN count BETWEEN 1 AND 1000000000 THEN count ELSE 1 END"
    };
}

/// A sum of tokens in two parts, each of which fits however many rows there are: millions (of 2^20) and the rest. Counts
/// that cannot be ([`domain::TOKENS_MAX`]) are left out: earlier versions wrote whatever an upstream said.
macro_rules! tokens {
    ($column:literal) => {
        concat!(
            "CAST(COALESCE(SUM(CASE WHEN ",
            $column,
            " BETWEEN 0 AND 1099511627776 THEN ",
            $column,
            " / 1048576 END), 0) AS BIGINT) AS ",
            $column,
            "_high, CAST(COALESCE(SUM(CASE WHEN ",
            $column,
            " BETWEEN 0 AND 1099511627776 THEN ",
            $column,
            " % 1048576 END), 0) AS BIGINT) AS ",
            $column,
            "_low"
        )
    };
}

// `{rows}` stands for what a caller's view is restricted to: see [`crate::visible::VisibleRows::within`].

const HOURS: &str = concat!(
    "SELECT started_ms / 3600000 * 3600000 AS hour, CAST(SUM(",
    count!(),
    ") AS BIGINT), ",
    "CAST(SUM(CASE WHEN status >= 400 THEN ",
    count!(),
    " ELSE 0 END) AS BIGINT) ",
    "FROM request_logs WHERE started_ms >= $1 AND started_ms < $2{rows} GROUP BY 1 ORDER BY 1"
);
const TOTALS: &str = concat!(
    "SELECT CAST(COALESCE(SUM(",
    count!(),
    "), 0) AS BIGINT) AS requests, ",
    "CAST(COALESCE(SUM(CASE WHEN status >= 400 THEN ",
    count!(),
    " ELSE 0 END), 0) AS BIGINT) AS errors, ",
    tokens!("input_tokens"),
    ", ",
    tokens!("output_tokens"),
    " FROM request_logs WHERE started_ms >= $1{rows}"
);
/// The nearest-rank median: the first value that at least half of them do not exceed.
const FIRST_BYTE_P50: &str = concat!(
    "SELECT first_byte_us FROM request_logs WHERE started_ms >= $1 AND ",
    good!(),
    "{rows} ORDER BY first_byte_us ",
    "LIMIT 1 OFFSET (SELECT (COUNT(*) - 1) / 2 FROM request_logs WHERE started_ms >= $1 AND ",
    good!(),
    "{rows})"
);
/// Grouping by an expression keeps SQLite from walking an index of upstreams through rows of all times.
const UPSTREAMS: &str = concat!(
    "SELECT f.upstream_id, f.requests, f.errors, CASE WHEN f.errors > 0 THEN ",
    "(SELECT r.error_class FROM request_logs r WHERE r.upstream_id = f.upstream_id AND r.id >= $2 ",
    "AND r.started_ms >= $1 AND r.status >= 500{rows} ORDER BY r.id DESC LIMIT 1) END AS last_error ",
    "FROM (SELECT upstream_id || '' AS upstream_id, CAST(SUM(",
    count!(),
    ") AS BIGINT) AS requests, ",
    "CAST(SUM(CASE WHEN status >= 500 THEN ",
    count!(),
    " ELSE 0 END) AS BIGINT) AS errors ",
    "FROM request_logs WHERE started_ms >= $1 AND upstream_id IS NOT NULL{rows} GROUP BY upstream_id || '') f ",
    "ORDER BY f.upstream_id"
);
const ACTIVITY: &str = concat!(
    "SELECT CAST(COALESCE(SUM(",
    count!(),
    "), 0) AS BIGINT), COUNT(DISTINCT client_address) FROM request_logs ",
    "WHERE key_id = $1 AND id >= $2 AND started_ms >= $3"
);

/// Sums over request rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestTotals {
    /// Requests.
    pub requests: i64,
    /// Of them, those that were answered 400 or above.
    pub errors: i64,
    /// Tokens of prompts; `i64::MAX` where there are more.
    pub input_tokens: i64,
    /// Tokens of answers, likewise.
    pub output_tokens: i64,
    /// Half of the good answers had begun after so many microseconds; `None` without any.
    pub first_byte_p50_us: Option<i64>,
}

/// What went through one upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamFigures {
    /// Its id: one that takes the name of a deleted one inherits nothing.
    pub upstream_id: String,
    /// Requests.
    pub requests: i64,
    /// Of them, those that were answered 500 or above.
    pub errors: i64,
    /// Why the newest of these failed.
    pub last_error: Option<OpenEnum<ErrorClass>>,
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
    input_tokens_high: i64,
    input_tokens_low: i64,
    output_tokens_high: i64,
    output_tokens_low: i64,
}

#[derive(sqlx::FromRow)]
struct UpstreamColumns {
    upstream_id: String,
    requests: i64,
    errors: i64,
    last_error: Option<String>,
}

impl Store {
    /// Requests per hour of UTC, from `since` up to but not including `until`: the hour's start, all of its requests,
    /// and those that were answered 400 or above. An hour without requests is left out.
    pub async fn request_hours(
        &self,
        visible: &Visible,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(Timestamp, i64, i64)>> {
        let sql = self.visible_rows(visible).await?.within(HOURS, [since.0.into(), until.0.into()]);
        let rows: Vec<(i64, i64, i64)> = on!(pool self.usage(), |c| {
            let query = sqlx::query_as::<Engine, (i64, i64, i64)>(AssertSqlSafe(sql.text.clone()));
            bound!(query, sql).fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(|(hour, requests, errors)| (Timestamp(hour), requests, errors)).collect())
    }

    /// Sums over every request that arrived at `since` or later.
    pub async fn request_totals(&self, visible: &Visible, since: Timestamp) -> Result<RequestTotals> {
        let seen = self.visible_rows(visible).await?;
        let sql = seen.within(TOTALS, [since.0.into()]);
        let row: TotalColumns = on!(pool self.usage(), |c| {
            let query = sqlx::query_as::<Engine, TotalColumns>(AssertSqlSafe(sql.text.clone()));
            bound!(query, sql).fetch_one(c).await
        })?;
        let sql = seen.within(FIRST_BYTE_P50, [since.0.into()]);
        let first_byte_p50_us: Option<i64> = on!(pool self.usage(), |c| {
            let query = sqlx::query_scalar::<Engine, i64>(AssertSqlSafe(sql.text.clone()));
            bound!(query, sql).fetch_optional(c).await
        })?;
        let sum = |high: i64, low: i64| high.saturating_mul(1 << 20).saturating_add(low);
        Ok(RequestTotals {
            requests: row.requests,
            errors: row.errors,
            input_tokens: sum(row.input_tokens_high, row.input_tokens_low),
            output_tokens: sum(row.output_tokens_high, row.output_tokens_low),
            first_byte_p50_us,
        })
    }

    /// Figures per upstream over every request that arrived at `since` or later, by id. Requests that reached none
    /// are left out.
    pub async fn upstream_figures(&self, visible: &Visible, since: Timestamp) -> Result<Vec<UpstreamFigures>> {
        let seen = self.visible_rows(visible).await?;
        let sql = seen.within(UPSTREAMS, [since.0.into(), lowest_id(since).into()]);
        let rows: Vec<UpstreamColumns> = on!(pool self.usage(), |c| {
            let query = sqlx::query_as::<Engine, UpstreamColumns>(AssertSqlSafe(sql.text.clone()));
            bound!(query, sql).fetch_all(c).await
        })?;
        let figures = |row: UpstreamColumns| UpstreamFigures {
            upstream_id: row.upstream_id,
            requests: row.requests,
            errors: row.errors,
            last_error: row.last_error.map(|class| OpenEnum::read(&class, ErrorClass::parse)),
        };
        Ok(rows.into_iter().map(figures).collect())
    }

    /// What a key did at `since` or later, and when it was last seen at all.
    pub async fn key_activity(&self, key: &KeyId, since: Timestamp) -> Result<KeyActivity> {
        let (requests, addresses): (i64, i64) = on!(pool self.usage(), |c| {
            sqlx::query_as(ACTIVITY).bind(key.as_str()).bind(lowest_id(since)).bind(since.0).fetch_one(c).await
        })?;
        let last_at: Option<i64> = on!(pool self.usage(), |c| sqlx::query_scalar(
            "SELECT started_ms FROM request_logs WHERE key_id = $1 ORDER BY id DESC LIMIT 1"
        )
        .bind(key.as_str())
        .fetch_optional(c)
        .await)?;
        Ok(KeyActivity { requests, addresses, last_at: last_at.map(Timestamp) })
    }
}
