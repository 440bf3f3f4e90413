//! Database inspection before anything is written to it (C10).

use std::{collections::HashSet, path::Path};

use domain::{Installation, KeyringRow};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use crate::{
    Location, Result,
    installation::{InstallationIdentity, KeyringColumns, SELECT_INSTALLATION, SELECT_KEYRING},
    location::{CONTROL_FILE, USAGE_FILE, postgres_options},
    schema::{MIGRATIONS_TABLE, SupportRow, read_only},
    table::{DERIVED, TABLES},
};

/// What a database holds, as far as opening it is concerned.
#[derive(Debug)]
pub enum Inspection {
    /// Nothing yet, or the empty tables of a start that was cut short before it seeded them.
    Empty,
    /// An installation with its keyring.
    Seeded {
        /// The installation.
        installation: Installation,
        /// Its wrapped keys.
        keyring: Vec<KeyringRow>,
    },
    /// Tables without a keyring: another application's, or ours with their keyring lost.
    Foreign,
}

const SQLITE_TABLES: &str =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
const POSTGRES_TABLES: &str = "SELECT c.relname::TEXT FROM pg_catalog.pg_class c \
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition";

/// The same steps for a connection of either engine.
macro_rules! examine {
    ($connection:expr, $tables:expr) => {{
        let connection = $connection;
        let tables: HashSet<String> =
            sqlx::query_scalar($tables).fetch_all(&mut *connection).await?.into_iter().collect();
        let mut found = Found { blank: true, foreign: tables.iter().any(|table| !is_ours(table)), ..Found::default() };
        // The emptiness of our tables shows that the installation was never used; but a migration fills one of them.
        for table in TABLES.iter().map(|table| table.name) {
            if table == SupportRow::TABLE.name || !tables.contains(table) {
                continue;
            }
            // Made of a constant.
            let sql = AssertSqlSafe(format!("SELECT 1 FROM {table} LIMIT 1"));
            found.blank &= sqlx::query(sql).fetch_optional(&mut *connection).await?.is_none();
        }
        if tables.contains("installation") && tables.contains("keyring") {
            let row: Option<InstallationIdentity> =
                sqlx::query_as(SELECT_INSTALLATION).fetch_optional(&mut *connection).await?;
            found.installation = row.map(Installation::from);
            let rows: Vec<KeyringColumns> = sqlx::query_as(SELECT_KEYRING).fetch_all(&mut *connection).await?;
            found.keyring = rows.into_iter().map(KeyringRow::from).collect();
        }
        found
    }};
}

/// Looks without writing: no table, no row, no file comes into being.
pub async fn inspect(location: &Location) -> Result<Inspection> {
    match location {
        Location::SqliteMemory => Ok(Inspection::Empty),
        Location::Sqlite { dir } => {
            let control = sqlite(&dir.join(CONTROL_FILE)).await?;
            let usage = sqlite(&dir.join(USAGE_FILE)).await?;
            let both = Found {
                // Request rows beside a lost control.db belong to the installation that was lost.
                blank: control.blank && usage.blank,
                foreign: control.foreign || usage.foreign,
                ..control
            };
            Ok(both.verdict())
        }
        Location::Postgres { url } => {
            let mut connection = PgConnection::connect_with(&postgres_options(url)?).await?;
            let found = examine!(&mut connection, POSTGRES_TABLES);
            connection.close().await?;
            Ok(found.verdict())
        }
    }
}

struct Found {
    /// No table of ours holds a row.
    blank: bool,
    /// There are tables that are not ours.
    foreign: bool,
    installation: Option<Installation>,
    keyring: Vec<KeyringRow>,
}

impl Default for Found {
    fn default() -> Self {
        Self { blank: true, foreign: false, installation: None, keyring: Vec::new() }
    }
}

impl Found {
    fn verdict(self) -> Inspection {
        match self.installation {
            Some(installation) if !self.keyring.is_empty() => {
                Inspection::Seeded { installation, keyring: self.keyring }
            }
            _ if self.blank && !self.foreign => Inspection::Empty,
            _ => Inspection::Foreign,
        }
    }
}

async fn sqlite(path: &Path) -> Result<Found> {
    if !path.try_exists()? {
        return Ok(Found::default());
    }
    let mut connection = SqliteConnection::connect_with(&read_only(path)?).await?;
    let found = examine!(&mut connection, SQLITE_TABLES);
    connection.close().await?;
    Ok(found)
}

fn is_ours(table: &str) -> bool {
    table == MIGRATIONS_TABLE || TABLES.iter().any(|known| known.name == table) || DERIVED.contains(&table)
}
