//! Request log table: written in batches, read by keyset, each row for itself.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use domain::{
    DamagedRequest, ErrorClass, KeyId, OpenEnum, RequestId, RequestLog, RequestLogRef, StoredRequest, Timestamp, Usage,
    Visible,
};
use sqlx::{AssertSqlSafe, ColumnIndex, Decode, FromRow, QueryBuilder, Row};

use crate::{
    Error, Result, Store, background, dialect,
    engine::Db,
    on,
    parse::{self, storable},
    visible::restrict_to_visible_rows,
};

macro_rules! request_columns {
    () => {
        "id, started_ms, key_id, key_version, key_name, key_prefix, project_id, method, endpoint, streamed, model, \
         model_served, upstream_id, upstream, status, upstream_status, input_tokens, cached_tokens, output_tokens, \
         reasoning_tokens, price_nano, latency_us, first_byte_us, attempts, client_address, user_agent, error_class, \
         policy_version, count, usage_unreadable, cache_write_tokens, usage_detail, service_tier, cost_source, \
         session_id"
    };
}

/// What only the page of one row shows is not read for lists.
const COLUMNS: &str = concat!(request_columns!(), ", usage_raw, attempts_detail");
const SELECT: &str = concat!(
    "SELECT ",
    request_columns!(),
    ", NULL AS usage_raw, NULL AS attempts_detail FROM request_logs WHERE 1 = 1"
);
const FIND: &str =
    concat!("SELECT ", request_columns!(), ", usage_raw, attempts_detail FROM request_logs WHERE id = $1");
const LATEST_OF_KEY: &str = concat!(
    "SELECT ",
    request_columns!(),
    ", usage_raw, attempts_detail FROM request_logs WHERE key_id = $1 ORDER BY id DESC LIMIT 1"
);

/// So many rows in one statement, the largest that fits first. Few sizes, so that each statement is prepared once and
/// stays prepared: reading its text would cost more than running it. 37 columns each, far below either engine's limit of
/// bound values.
const CHUNKS: [usize; 5] = [256, 64, 16, 4, 1];
/// An id is made when its request arrives, so ids sort like arrivals, but for a clock that was set meanwhile.
const CLOCK_SLACK: i64 = 60 * Timestamp::SECOND;
/// The largest instant that an id can hold: 48 bits.
const ID_TIME_MAX: i64 = (1 << 48) - 1;

/// A statement that inserts so many rows.
struct Insert {
    rows: usize,
    sql: Arc<str>,
}

/// The statements of an engine, largest first.
fn inserts(db: &Db) -> &'static [Insert; CHUNKS.len()] {
    static ALL: OnceLock<[[Insert; CHUNKS.len()]; 2]> = OnceLock::new();
    let [sqlite, postgres] = ALL.get_or_init(|| {
        [dialect::sqlite_place as fn(usize) -> _, dialect::postgres_place]
            .map(|place| CHUNKS.map(|rows| Insert { rows, sql: insert_sql(rows, place).into() }))
    });
    match db {
        Db::Sqlite(_) => sqlite,
        Db::Postgres(_) => postgres,
    }
}

fn insert_sql(rows: usize, place: fn(usize) -> Cow<'static, str>) -> String {
    let columns = COLUMNS.split(',').count();
    format!(
        "INSERT INTO request_logs ({COLUMNS}) VALUES {} ON CONFLICT DO NOTHING",
        dialect::places(rows, columns, place)
    )
}

/// Which request rows, newest first. All conditions hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
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
    /// Arrived at this instant or later.
    pub since: Option<Timestamp>,
    /// Arrived before this instant.
    pub until: Option<Timestamp>,
    /// At most so many.
    pub limit: i64,
    /// Only rows whose id sorts below this one: the last one of the page before.
    pub below: Option<String>,
}

#[derive(sqlx::FromRow)]
struct RequestColumns {
    id: String,
    started_ms: i64,
    key_id: String,
    key_version: i64,
    key_name: String,
    key_prefix: String,
    project_id: String,
    method: String,
    endpoint: String,
    streamed: bool,
    model: Option<String>,
    model_served: Option<String>,
    upstream_id: Option<String>,
    upstream: Option<String>,
    status: i64,
    upstream_status: Option<i64>,
    input_tokens: Option<i64>,
    cached_tokens: Option<i64>,
    output_tokens: Option<i64>,
    reasoning_tokens: Option<i64>,
    price_nano: Option<i64>,
    latency_us: i64,
    first_byte_us: Option<i64>,
    attempts: i64,
    client_address: String,
    user_agent: Option<String>,
    error_class: Option<String>,
    policy_version: Option<i64>,
    count: i64,
    usage_unreadable: bool,
    usage_detail: Option<String>,
    service_tier: Option<String>,
    cost_source: Option<String>,
    session_id: Option<String>,
    usage_raw: Option<String>,
    attempts_detail: Option<String>,
}

impl TryFrom<RequestColumns> for RequestLog {
    type Error = Error;

    fn try_from(row: RequestColumns) -> Result<Self> {
        Ok(Self {
            id: parse::text("request_logs.id", &row.id)?,
            started_at: Timestamp(row.started_ms),
            key_id: parse::text("request_logs.key_id", &row.key_id)?,
            key_version: row.key_version,
            key_name: row.key_name,
            key_prefix: row.key_prefix,
            project_id: parse::text("request_logs.project_id", &row.project_id)?,
            method: row.method,
            endpoint: row.endpoint,
            streamed: row.streamed,
            model: row.model,
            model_served: row.model_served,
            upstream_id: row.upstream_id.map(|id| parse::text("request_logs.upstream_id", &id)).transpose()?,
            upstream: row.upstream,
            status: parse::number("request_logs.status", row.status)?,
            upstream_status: row
                .upstream_status
                .map(|status| parse::number("request_logs.upstream_status", status))
                .transpose()?,
            usage: Usage {
                input_tokens: row.input_tokens,
                cached_tokens: row.cached_tokens,
                output_tokens: row.output_tokens,
                reasoning_tokens: row.reasoning_tokens,
                unreadable: row.usage_unreadable,
                // A detail that cannot be read is none: the counts beside it stand for themselves.
                ..row.usage_detail.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
            }
            // Rows of versions that took any number hold counts that cannot be.
            .checked(),
            usage_raw: row.usage_raw,
            service_tier: row.service_tier,
            price_nano: row.price_nano,
            cost_source: row.cost_source.map(|source| OpenEnum::read(&source, |text| text.parse().ok())),
            session_id: row.session_id,
            latency_us: row.latency_us,
            first_byte_us: row.first_byte_us,
            attempts: parse::number("request_logs.attempts", row.attempts)?,
            client_address: row.client_address,
            user_agent: row.user_agent,
            error_class: row.error_class.map(|class| OpenEnum::read(&class, ErrorClass::parse)),
            policy_version: row.policy_version,
            count: parse::number("request_logs.count", row.count)?,
            attempts_detail: row.attempts_detail,
            background: None,
        })
    }
}

/// Reads a row. What is damaged in it concerns no other row.
fn read<'r, R>(row: &'r R) -> StoredRequest
where
    R: Row,
    RequestColumns: FromRow<'r, R>,
    &'static str: ColumnIndex<R>,
    Vec<u8>: Decode<'r, R::Database>,
    i64: Decode<'r, R::Database>,
{
    RequestColumns::from_row(row).map_err(Error::from).and_then(RequestLog::try_from).map_err(|error| {
        let id: Vec<u8> = row.try_get_unchecked("id").unwrap_or_default();
        DamagedRequest {
            id: String::from_utf8_lossy(&id).into_owned(),
            started_at: row.try_get_unchecked("started_ms").ok().map(Timestamp),
            what: match error {
                Error::Damaged(what) => what,
                other => other.to_string(),
            },
        }
    })
}

impl Store {
    /// Writes rows in one transaction. A row whose id is there already is left as it is, so a batch may come twice.
    pub async fn insert_requests<R>(&self, rows: &[R]) -> Result<()>
    where
        R: Sync,
        for<'r> RequestLogRef<'r>: From<&'r R>,
    {
        if rows.is_empty() {
            return Ok(());
        }
        let day = |row: &R| RequestLogRef::from(row).started_at.0.div_euclid(Timestamp::DAY);
        let days: BTreeSet<i64> = rows.iter().map(day).collect();
        dialect::ensure_days(self.usage_writer(), &days.into_iter().collect::<Vec<_>>()).await?;
        let mut open = dialect::begin_shared(self.usage_writer()).await?;
        let settled = background::settle(&mut open, rows.iter().map(RequestLogRef::from)).await?;
        let mut rest = rows;
        while let Some(insert) = inserts(self.usage_writer()).iter().find(|insert| insert.rows <= rest.len()) {
            let (chunk, after) = rest.split_at(insert.rows);
            on!(tx &mut open, |c| {
                let text = |text: Option<&str>| text.map(|text| storable(text).into_owned());
                let mut query = sqlx::query::<Engine>(AssertSqlSafe(insert.sql.clone()));
                for row in chunk.iter().map(RequestLogRef::from).map(|row| settled.apply(row)) {
                    query = query
                        .bind(row.id)
                        .bind(row.started_at.0)
                        .bind(row.key_id)
                        .bind(row.key_version)
                        .bind(storable(row.key_name).into_owned())
                        .bind(storable(row.key_prefix).into_owned())
                        .bind(row.project_id)
                        .bind(storable(row.method).into_owned())
                        .bind(storable(row.endpoint).into_owned())
                        .bind(row.streamed)
                        .bind(text(row.model))
                        .bind(text(row.model_served))
                        .bind(row.upstream_id)
                        .bind(text(row.upstream))
                        .bind(i64::from(row.status))
                        .bind(row.upstream_status.map(i64::from))
                        .bind(row.usage.input_tokens)
                        .bind(row.usage.cached_tokens)
                        .bind(row.usage.output_tokens)
                        .bind(row.usage.reasoning_tokens)
                        .bind(row.price_nano)
                        .bind(row.latency_us)
                        .bind(row.first_byte_us)
                        .bind(i64::from(row.attempts))
                        .bind(storable(row.client_address).into_owned())
                        .bind(text(row.user_agent))
                        .bind(text(row.error_class))
                        .bind(row.policy_version)
                        .bind(i64::from(row.count))
                        .bind(row.usage.unreadable)
                        .bind(row.usage.cache_writes())
                        .bind(detail(&row.usage))
                        .bind(text(row.service_tier))
                        .bind(row.cost_source)
                        .bind(text(row.session_id))
                        .bind(text(row.usage_raw))
                        .bind(text(row.attempts_detail));
                }
                query.execute(c).await.map(drop)
            })?;
            rest = after;
        }
        open.commit().await?;
        Ok(())
    }

    /// The row of one request.
    pub async fn find_request(&self, id: &RequestId) -> Result<Option<StoredRequest>> {
        Ok(on!(pool self.usage(), |c| {
            sqlx::query(FIND).bind(id.as_str()).fetch_optional(c).await.map(|row| row.as_ref().map(read))
        })?)
    }

    /// The newest row of a key.
    pub async fn latest_request_of_key(&self, key: &KeyId) -> Result<Option<StoredRequest>> {
        Ok(on!(pool self.usage(), |c| {
            sqlx::query(LATEST_OF_KEY).bind(key.as_str()).fetch_optional(c).await.map(|row| row.as_ref().map(read))
        })?)
    }

    /// A page of rows, newest first: a walk down an index from `below`, whatever the number of rows.
    pub async fn list_requests(&self, visible: &Visible, filter: &RequestFilter) -> Result<Vec<StoredRequest>> {
        let seen = self.visible_rows(visible).await?;
        Ok(on!(pool self.usage(), |c| {
            let mut query = QueryBuilder::<Engine>::new(SELECT);
            restrict_to_visible_rows!(query, &seen);
            for (column, wanted) in [
                (" AND id = ", &filter.id),
                (" AND id < ", &filter.below),
                (" AND key_id = ", &filter.key_id),
                (" AND model = ", &filter.model),
                (" AND upstream = ", &filter.upstream),
            ] {
                if let Some(wanted) = wanted {
                    query.push(column).push_bind(storable(wanted).into_owned());
                }
            }
            if let Some(since) = filter.since {
                query.push(" AND started_ms >= ").push_bind(since.0);
                query.push(" AND id >= ").push_bind(lowest_id(since));
            }
            if let Some(until) = filter.until {
                query.push(" AND started_ms < ").push_bind(until.0);
                query.push(" AND id <= ").push_bind(highest_id(until));
            }
            if let Some((low, high)) = filter.status {
                // The literal conditions are what the indexes of failures promise.
                match (i64::from(low), i64::from(high)) {
                    (low, high) if low == high => {
                        query.push(" AND status = ").push_bind(low);
                    }
                    (low, high) if low % 100 == 0 && high == low + 99 => {
                        query.push(" AND status / 100 = ").push_bind(low / 100);
                    }
                    (low, high) => {
                        query.push(" AND status BETWEEN ").push_bind(low).push(" AND ").push_bind(high);
                    }
                }
                if low >= 400 {
                    query.push(" AND status >= 400");
                }
            }
            query.push(" ORDER BY id DESC LIMIT ").push_bind(filter.limit);
            query.build().fetch_all(c).await.map(|rows| rows.iter().map(read).collect())
        })?)
    }
}

/// The counts that have no column of their own, as JSON; `None` where there are none.
fn detail(usage: &Usage) -> Option<String> {
    let detail = usage.details();
    (!detail.is_empty()).then(|| serde_json::to_string(&detail).unwrap_or_default())
}

/// No request that arrived at `at` or later has an id below this one. Lets a walk by id end where the time does.
pub(crate) fn lowest_id(at: Timestamp) -> String {
    RequestId::new(Timestamp(at.plus(-CLOCK_SLACK).0.clamp(0, ID_TIME_MAX)), [0; 10]).to_string()
}

/// No request that arrived before `at` has an id above this one.
fn highest_id(at: Timestamp) -> String {
    RequestId::new(Timestamp(at.plus(CLOCK_SLACK).0.clamp(0, ID_TIME_MAX)), [0xFF; 10]).to_string()
}
