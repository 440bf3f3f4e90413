//! PostgreSQL test databases.

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// A database that is dropped with this value.
pub(crate) struct Database {
    server: String,
    name: String,
    url: String,
}

/// The URL of the server's own database, as the environment gives it.
#[allow(clippy::disallowed_methods)] // tests are configured by the environment alone
pub(crate) fn server() -> Option<String> {
    std::env::var("KEYWRIGHT_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// Whether it was configured that there is no server.
#[allow(clippy::disallowed_methods)] // tests are configured by the environment alone
pub(crate) fn skipping() -> bool {
    std::env::var("KEYWRIGHT_TEST_SQLITE_ONLY").is_ok_and(|value| value == "1")
}

impl Database {
    /// Creates one, with a name that no other test of this run has.
    pub(crate) async fn create(server: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("keywright_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        // A process of an earlier run may have had this one's number and died in mid-test.
        drop_database(server, &name).await;
        let mut connection = PgConnection::connect(server).await.expect("KEYWRIGHT_TEST_POSTGRES names a server");
        // Made of numbers.
        connection
            .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .await
            .expect("the user may create databases");
        connection.close().await.expect("the connection closes");
        let (base, _) = server.rsplit_once('/').expect("KEYWRIGHT_TEST_POSTGRES ends in /DATABASE");
        Self { server: server.to_owned(), url: format!("{base}/{name}"), name }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    /// The test's own runtime cannot wait here: another thread brings one.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(drop_database(&server, &name));
        });
        // A database that stays behind goes with the cluster; the test's verdict is not its business.
        let _ = dropping.join();
    }
}

/// Connections that are still open are cut.
async fn drop_database(server: &str, name: &str) {
    let mut connection = PgConnection::connect(server).await.expect("KEYWRIGHT_TEST_POSTGRES names a server");
    let sql = AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    connection.execute(sql).await.expect("the user may drop databases");
    connection.close().await.expect("the connection closes");
}

/// Every row of every table, as PostgreSQL writes it: bytes as hexadecimal, text as it is.
pub(crate) async fn dump(url: &str) -> String {
    let mut connection = PgConnection::connect(url).await.expect("the database is there");
    let tables: Vec<(String,)> =
        sqlx::query_as("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
            .fetch_all(&mut connection)
            .await
            .expect("tables can be listed");
    let mut out = String::new();
    for (table,) in tables {
        // Names from the catalogue itself.
        let sql = AssertSqlSafe(format!("SELECT t::text FROM \"{table}\" AS t"));
        let rows: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut connection).await.expect("rows can be read");
        for (row,) in rows {
            out.push_str(&row);
            out.push('\n');
        }
    }
    assert!(!out.is_empty(), "the database is not empty");
    out
}
