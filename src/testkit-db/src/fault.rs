//! Database fault injection: databases that are there and do not answer.

use std::path::Path;

use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};

/// Every table is locked until this is released.
pub enum Lock {
    /// The two files of a data directory.
    Sqlite(Vec<SqliteConnection>),
    /// A database.
    Postgres(Box<PgConnection>),
}

/// Locks both databases of a data directory against writers.
pub async fn lock_sqlite(dir: &Path) -> Lock {
    let mut locked = Vec::new();
    for name in ["control.db", "usage.db"] {
        let options = SqliteConnectOptions::new().filename(dir.join(name)).create_if_missing(false);
        let mut connection = SqliteConnection::connect_with(&options).await.expect("the file is there");
        connection.execute("BEGIN IMMEDIATE").await.expect("no other holder for long");
        locked.push(connection);
    }
    Lock::Sqlite(locked)
}

/// Locks every table of the database at `url` against readers and writers.
pub async fn lock_postgres(url: &str) -> Lock {
    let mut connection = PgConnection::connect(url).await.expect("the database is there");
    connection
        .execute(
            "BEGIN; DO $$ DECLARE name text; BEGIN \
             FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP \
             EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', name); END LOOP; END $$",
        )
        .await
        .expect("tables can be locked");
    Lock::Postgres(Box::new(connection))
}

impl Lock {
    /// Gives the tables free.
    pub async fn release(self) {
        match self {
            Self::Sqlite(connections) => {
                for mut connection in connections {
                    connection.execute("ROLLBACK").await.expect("the lock is held");
                    connection.close().await.expect("the connection closes");
                }
            }
            Self::Postgres(mut connection) => {
                connection.execute("ROLLBACK").await.expect("the lock is held");
                connection.close().await.expect("the connection closes");
            }
        }
    }
}
