//! Store tests: request rows of the first schema, after the migrations that came since.

use domain::{ErrorClass, OpenEnum, RequestLog, Usage, Visible};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection, migrate::Migrator};
use store::{Location, RequestFilter, Store};

use crate::builders::{NOON, failed, request};

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite/usage");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// The columns that the first schema had.
fn insert(row: &RequestLog) -> String {
    let text = |text: &str| format!("'{text}'");
    let maybe = |text: Option<&str>| text.map_or("NULL".to_owned(), |text| format!("'{text}'"));
    let number = |number: Option<i64>| number.map_or("NULL".to_owned(), |number| number.to_string());
    let values = [
        text(row.id.as_str()),
        row.started_at.0.to_string(),
        text(row.key_id.as_str()),
        row.key_version.to_string(),
        text(&row.key_name),
        text(&row.key_prefix),
        text(row.project_id.as_str()),
        text(&row.method),
        text(&row.endpoint),
        if row.streamed { "TRUE" } else { "FALSE" }.to_owned(),
        maybe(row.model.as_deref()),
        maybe(row.model_served.as_deref()),
        maybe(row.upstream_id.as_ref().map(domain::UpstreamId::as_str)),
        maybe(row.upstream.as_deref()),
        row.status.to_string(),
        number(row.upstream_status.map(i64::from)),
        number(row.usage.input_tokens),
        number(row.usage.cached_tokens),
        number(row.usage.output_tokens),
        number(row.usage.reasoning_tokens),
        number(row.price_nano),
        row.latency_us.to_string(),
        number(row.first_byte_us),
        row.attempts.to_string(),
        text(&row.client_address),
        maybe(row.user_agent.as_deref()),
        maybe(row.error_class.as_ref().map(OpenEnum::as_str)),
    ];
    format!(
        "INSERT INTO request_logs (id, started_ms, key_id, key_version, key_name, key_prefix, project_id, method, \
         endpoint, streamed, model, model_served, upstream_id, upstream, status, upstream_status, input_tokens, \
         cached_tokens, output_tokens, reasoning_tokens, price_nano, latency_us, first_byte_us, attempts, \
         client_address, user_agent, error_class) VALUES ({})",
        values.join(", ")
    )
}

fn rows() -> [RequestLog; 3] {
    let bare = RequestLog { model: None, upstream_id: None, usage: Usage::default(), ..request(1) };
    [request(0), bare, failed(2, 502, ErrorClass::UpstreamReset)].map(|row| RequestLog { policy_version: None, ..row })
}

async fn assert_whole(location: &Location) {
    let store = Store::open(location).await.unwrap();
    store.migrate().await.unwrap();
    let found = store
        .list_requests(&Visible::everything(), &RequestFilter { limit: 9, ..RequestFilter::default() })
        .await
        .unwrap();
    let mut wanted = rows().map(Ok);
    wanted.reverse();
    assert_eq!(found, wanted);
    let totals = store.request_totals(&Visible::everything(), NOON).await.unwrap();
    assert_eq!((totals.requests, totals.errors, totals.input_tokens), (3, 1, 20));
    // Rows of today stand beside them, in the same partition.
    store.insert_requests(&[request(3)]).await.unwrap();
    assert_eq!(store.request_totals(&Visible::everything(), NOON).await.unwrap().requests, 4);
    store.close().await;
}

#[tokio::test]
async fn rows_of_the_first_schema_are_whole_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", dir.path().join("usage.db").display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    SQLITE.run_direct(Some(1), &mut connection, false).await.unwrap();
    for row in rows() {
        connection.execute(AssertSqlSafe(insert(&row))).await.unwrap();
    }
    connection.close().await.unwrap();
    assert_whole(&Location::Sqlite { dir: dir.path().to_owned() }).await;
}

#[tokio::test]
async fn rows_of_the_first_schema_are_whole_on_postgres() {
    let Some(url) = testkit_db::empty_postgres().await else { return };
    let mut connection = PgConnection::connect(&url).await.unwrap();
    POSTGRES.run_direct(Some(1), &mut connection, false).await.unwrap();
    let day = NOON.0.div_euclid(domain::Timestamp::DAY);
    let (from, to) = (day * domain::Timestamp::DAY, (day + 1) * domain::Timestamp::DAY);
    let partition = format!(
        "CREATE TABLE request_logs_2026_11_21 (LIKE request_logs INCLUDING DEFAULTS INCLUDING INDEXES); \
         ALTER TABLE request_logs ATTACH PARTITION request_logs_2026_11_21 FOR VALUES FROM ({from}) TO ({to})"
    );
    connection.execute(AssertSqlSafe(partition)).await.unwrap();
    for row in rows() {
        connection.execute(AssertSqlSafe(insert(&row))).await.unwrap();
    }
    connection.close().await.unwrap();
    assert_whole(&Location::Postgres { url }).await;
}
