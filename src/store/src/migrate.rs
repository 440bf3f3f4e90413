//! Schema migrations: bring the tables to what this version expects.

use sqlx::{
    Connection as _, PgConnection, SqlitePool,
    migrate::{MigrateError, Migration, Migrator},
};

use crate::{
    Location, Result,
    engine::Db,
    location::{Pools, postgres_options},
    schema::schema,
};

pub(crate) static CONTROL: Migrator = sqlx::migrate!("../../migrations/sqlite/control");
pub(crate) static USAGE: Migrator = sqlx::migrate!("../../migrations/sqlite/usage");
pub(crate) static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

pub(crate) async fn run(location: &Location, pools: &Pools) -> Result<()> {
    // Beyond this, what a newer program has added and this one does not know is left as it is.
    schema(location).await?.migratable()?;
    match (location, &pools.control_writer, &pools.usage_writer) {
        (Location::Postgres { url }, ..) => {
            // On a connection of its own, without the pool's limit on waiting: another node's migration may take long.
            let mut connection = PgConnection::connect_with(&postgres_options(url)?).await?;
            tolerant(&POSTGRES).run_direct(None, &mut connection, false).await?;
            connection.close().await?;
        }
        (_, Db::Sqlite(control), Db::Sqlite(usage)) => {
            sqlite(control, &CONTROL).await?;
            sqlite(usage, &USAGE).await?;
        }
        // The location decides which pools there are.
        _ => {}
    }
    Ok(())
}

/// sqlx takes no lock on SQLite: under one of ours, of two processes that start at once the second finds it done.
async fn sqlite(pool: &SqlitePool, migrator: &Migrator) -> std::result::Result<(), MigrateError> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    tolerant(migrator).run_direct(None, &mut *tx, false).await?;
    tx.commit().await?;
    Ok(())
}

/// The same migrations, beside others that a newer program has applied: which of those are no harm was judged before.
fn tolerant(migrator: &Migrator) -> Migrator {
    let known: Vec<Migration> = migrator.iter().cloned().collect();
    let mut tolerant = Migrator::with_migrations(known);
    tolerant.set_ignore_missing(true);
    tolerant
}
