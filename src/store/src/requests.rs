//! Request rows: written in batches, read by keyset.

use std::collections::BTreeSet;

use domain::{ErrorClass, KeyId, RequestId, RequestLog, Timestamp, Usage};
use sqlx::QueryBuilder;

use crate::{
    Error, Result, Store, dialect, on,
    parse::{self, storable},
};

macro_rules! request_columns {
    () => {
        "id, started_ms, key_id, key_version, key_name, key_prefix, project_id, method, endpoint, streamed, model, \
         model_served, upstream_id, upstream, status, upstream_status, input_tokens, cached_tokens, output_tokens, \
         reasoning_tokens, price_nano, latency_us, first_byte_us, attempts, client_address, user_agent, error_class"
    };
}

const INSERT: &str = concat!("INSERT INTO request_logs (", request_columns!(), ") ");
const SELECT: &str = concat!("SELECT ", request_columns!(), " FROM request_logs WHERE 1 = 1");
const FIND: &str = concat!("SELECT ", request_columns!(), " FROM request_logs WHERE id = $1");
const LATEST_OF_KEY: &str =
    concat!("SELECT ", request_columns!(), " FROM request_logs WHERE key_id = $1 ORDER BY id DESC LIMIT 1");

/// So many rows in one statement: 27 columns each, far below either engine's limit of bound values.
const CHUNK: usize = 500;
/// An id is made when its request arrives, so ids sort like arrivals, but for a clock that was set meanwhile.
const CLOCK_SLACK: i64 = 60 * Timestamp::SECOND;
/// The largest instant that an id can hold: 48 bits.
const ID_TIME_MAX: i64 = (1 << 48) - 1;

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
            },
            price_nano: row.price_nano,
            latency_us: row.latency_us,
            first_byte_us: row.first_byte_us,
            attempts: parse::number("request_logs.attempts", row.attempts)?,
            client_address: row.client_address,
            user_agent: row.user_agent,
            error_class: row
                .error_class
                .map(|class| parse::one_of("request_logs.error_class", &class, ErrorClass::parse))
                .transpose()?,
        })
    }
}

impl Store {
    /// Writes rows in one transaction. A row whose id is there already is left as it is, so a batch may come twice.
    pub async fn insert_requests(&self, rows: &[RequestLog]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let days: BTreeSet<i64> = rows.iter().map(|row| row.started_at.0.div_euclid(Timestamp::DAY)).collect();
        dialect::ensure_days(self.usage_writer(), &days.into_iter().collect::<Vec<_>>()).await?;
        let mut open = dialect::begin_shared(self.usage_writer()).await?;
        for chunk in rows.chunks(CHUNK) {
            on!(tx &mut open, |c| {
                let mut query = QueryBuilder::<Engine>::new(INSERT);
                query.push_values(chunk, |mut values, row| {
                    let text = |text: &Option<String>| text.as_deref().map(|text| storable(text).into_owned());
                    values
                        .push_bind(row.id.as_str())
                        .push_bind(row.started_at.0)
                        .push_bind(row.key_id.as_str())
                        .push_bind(row.key_version)
                        .push_bind(storable(&row.key_name).into_owned())
                        .push_bind(storable(&row.key_prefix).into_owned())
                        .push_bind(row.project_id.as_str())
                        .push_bind(storable(&row.method).into_owned())
                        .push_bind(storable(&row.endpoint).into_owned())
                        .push_bind(row.streamed)
                        .push_bind(text(&row.model))
                        .push_bind(text(&row.model_served))
                        .push_bind(row.upstream_id.as_ref().map(domain::UpstreamId::as_str))
                        .push_bind(text(&row.upstream))
                        .push_bind(i64::from(row.status))
                        .push_bind(row.upstream_status.map(i64::from))
                        .push_bind(row.usage.input_tokens)
                        .push_bind(row.usage.cached_tokens)
                        .push_bind(row.usage.output_tokens)
                        .push_bind(row.usage.reasoning_tokens)
                        .push_bind(row.price_nano)
                        .push_bind(row.latency_us)
                        .push_bind(row.first_byte_us)
                        .push_bind(i64::from(row.attempts))
                        .push_bind(storable(&row.client_address).into_owned())
                        .push_bind(text(&row.user_agent))
                        .push_bind(row.error_class.map(ErrorClass::as_str));
                });
                query.push(" ON CONFLICT DO NOTHING");
                // Batches differ in length: their texts would push everything else out of the statement cache.
                query.build().persistent(chunk.len() == CHUNK).execute(c).await.map(drop)
            })?;
        }
        open.commit().await?;
        Ok(())
    }

    /// The row of one request.
    pub async fn find_request(&self, id: &RequestId) -> Result<Option<RequestLog>> {
        let row: Option<RequestColumns> =
            on!(pool self.usage(), |c| sqlx::query_as(FIND).bind(id.as_str()).fetch_optional(c).await)?;
        row.map(RequestLog::try_from).transpose()
    }

    /// The newest row of a key.
    pub async fn latest_request_of_key(&self, key: &KeyId) -> Result<Option<RequestLog>> {
        let row: Option<RequestColumns> =
            on!(pool self.usage(), |c| sqlx::query_as(LATEST_OF_KEY).bind(key.as_str()).fetch_optional(c).await)?;
        row.map(RequestLog::try_from).transpose()
    }

    /// A page of rows, newest first: a walk down an index from `below`, whatever the number of rows.
    pub async fn list_requests(&self, filter: &RequestFilter) -> Result<Vec<RequestLog>> {
        let rows: Vec<RequestColumns> = on!(pool self.usage(), |c| {
            let mut query = QueryBuilder::<Engine>::new(SELECT);
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
            query.build_query_as().fetch_all(c).await
        })?;
        rows.into_iter().map(RequestLog::try_from).collect()
    }
}

/// No request that arrived at `at` or later has an id below this one. Lets a walk by id end where the time does.
pub(crate) fn lowest_id(at: Timestamp) -> String {
    RequestId::new(Timestamp(at.plus(-CLOCK_SLACK).0.clamp(0, ID_TIME_MAX)), [0; 10]).to_string()
}

/// No request that arrived before `at` has an id above this one.
fn highest_id(at: Timestamp) -> String {
    RequestId::new(Timestamp(at.plus(CLOCK_SLACK).0.clamp(0, ID_TIME_MAX)), [0xFF; 10]).to_string()
}
