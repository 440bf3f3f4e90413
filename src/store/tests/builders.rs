//! Store fixtures: rows written through the store, and direct access to write what it never would.

use domain::{Unverified, Upstream, VirtualKey};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use store::{Location, Store};
use testkit_db::TestDb;
pub use testkit_domain::*;

/// The value of a row whose MAC holds.
pub fn sound<T>(row: Option<Unverified<T>>) -> Option<T>
where
    T: std::fmt::Debug,
{
    row.map(|row| row.verify(&TestMacs).unwrap().into_inner())
}

/// The values of rows whose MACs hold.
pub fn all_sound<T: std::fmt::Debug>(rows: impl IntoIterator<Item = Unverified<T>>) -> Vec<T> {
    rows.into_iter().map(|row| row.verify(&TestMacs).unwrap().into_inner()).collect()
}

/// Writes the one project that everything else points at.
pub async fn with_project(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    tx.insert_project(&TestMacs, &project()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Writes keys; the lookup hash of each is made of its place in the list, from 1.
pub async fn with_keys(store: &Store, keys: &[VirtualKey]) {
    with_project(store).await;
    let mut tx = store.begin().await.unwrap();
    for (n, key) in (1..).zip(keys) {
        tx.insert_key(&TestMacs, key, &version(key, n)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub async fn with_upstreams(store: &Store, upstreams: &[Upstream]) {
    let mut tx = store.begin().await.unwrap();
    for upstream in upstreams {
        tx.insert_upstream(&TestMacs, upstream).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Executes what the store would not, on the control plane's tables.
pub async fn behind_its_back(db: &TestDb, sql: &str) {
    run(db, "control.db", sql).await;
}

/// The same on the request rows.
pub async fn behind_its_back_on_usage(db: &TestDb, sql: &str) {
    run(db, "usage.db", sql).await;
}

async fn run(db: &TestDb, file: &str, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    match &db.location {
        Location::Sqlite { dir } => {
            let url = format!("sqlite://{}", dir.join(file).display());
            SqliteConnection::connect(&url).await.unwrap().execute(sql).await.unwrap();
        }
        Location::Postgres { url } => {
            PgConnection::connect(url).await.unwrap().execute(sql).await.unwrap();
        }
        Location::SqliteMemory => panic!("no other process can reach these"),
    }
}

/// How the engine means to execute a query on the request rows, in its own words.
pub async fn plan(db: &TestDb, sql: &str) -> String {
    match &db.location {
        Location::Sqlite { dir } => {
            let url = format!("sqlite://{}", dir.join("usage.db").display());
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
            steps.into_iter().map(|(.., step)| step + " \n").collect()
        }
        Location::Postgres { url } => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            // Few rows are quickest sorted; what counts is how many would be read.
            connection.execute("SET enable_sort = off; SET enable_seqscan = off").await.unwrap();
            let sql = AssertSqlSafe(format!("EXPLAIN {sql}"));
            let lines: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
            lines.into_iter().map(|line| line + " \n").collect()
        }
        Location::SqliteMemory => panic!("no other process can reach these"),
    }
}
