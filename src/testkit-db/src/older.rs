//! Older and newer schemas: databases as an older version left them, and those of a version that is yet to come.

use std::path::{Path, PathBuf};

use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection, migrate::Migrator,
    sqlite::SqliteConnectOptions,
};
use store::Location;

/// Applies the migrations up to and with `version`, and no more, to an empty database.
pub async fn migrate_up_to(location: &Location, version: i64) {
    match location {
        Location::Sqlite { dir } => {
            for (file, folder) in [("control.db", "sqlite/control"), ("usage.db", "sqlite/usage")] {
                let mut connection = sqlite(&dir.join(file)).await;
                migrations(folder).await.run_to(version, &mut connection).await.expect("migrations apply");
                connection.close().await.expect("the connection closes");
            }
        }
        Location::Postgres { url } => {
            let mut connection = PgConnection::connect(url).await.expect("the database is there");
            migrations("postgres").await.run_to(version, &mut connection).await.expect("migrations apply");
            connection.close().await.expect("the connection closes");
        }
        Location::SqliteMemory => panic!("no other process can reach these"),
    }
}

/// Runs statements on the control plane's database, past the store.
pub async fn execute(location: &Location, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    match location {
        Location::Sqlite { dir } => {
            let mut connection = sqlite(&dir.join("control.db")).await;
            connection.execute(sql).await.expect("the statement runs");
            connection.close().await.expect("the connection closes");
        }
        Location::Postgres { url } => {
            let mut connection = PgConnection::connect(url).await.expect("the database is there");
            connection.execute(sql).await.expect("the statement runs");
            connection.close().await.expect("the connection closes");
        }
        Location::SqliteMemory => panic!("no other process can reach these"),
    }
}

/// The numbers of the migrations that the control plane's database lists, each as often as it is listed.
pub async fn applied(location: &Location) -> Vec<i64> {
    const LISTED: &str = "SELECT version FROM _sqlx_migrations ORDER BY version";
    match location {
        Location::Sqlite { dir } => {
            let mut connection = sqlite(&dir.join("control.db")).await;
            sqlx::query_scalar(LISTED).fetch_all(&mut connection).await.expect("the list can be read")
        }
        Location::Postgres { url } => {
            let mut connection = PgConnection::connect(url).await.expect("the database is there");
            sqlx::query_scalar(LISTED).fetch_all(&mut connection).await.expect("the list can be read")
        }
        Location::SqliteMemory => panic!("no other process can reach these"),
    }
}

async fn sqlite(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    SqliteConnection::connect_with(&options).await.expect("the file can be opened")
}

async fn migrations(folder: &str) -> Migrator {
    let dir: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(folder);
    Migrator::new(dir).await.expect("migrations can be read")
}
