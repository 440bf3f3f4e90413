//! Schema compatibility: whether the tables that are there are the ones this program may use.
//!
//! Only `serve` and `migrate` change a schema. Everything else looks first, without writing, and leaves a schema alone
//! that is older or that a newer program has made unusable for this one.

use std::{collections::BTreeMap, path::Path};

use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, SqliteConnection, migrate::Migrator, sqlite::SqliteConnectOptions,
};

use crate::{
    Error, Location, Result,
    location::{CONTROL_FILE, TIMEOUT, USAGE_FILE, postgres_options},
    migrate::{CONTROL, POSTGRES, USAGE},
    table::table,
};

/// The table that sqlx keeps its list of applied migrations in.
pub(crate) const MIGRATIONS_TABLE: &str = "_sqlx_migrations";
const APPLIED: &str = "SELECT version, success, checksum FROM _sqlx_migrations ORDER BY version";

table! {
    /// Which programs may use the schema: one row, which migrations write.
    SupportRow in "schema_support", unsigned "it says which versions may use the schema; who writes to it can keep the product from starting, or have an older version start on tables that it does not know";
    singleton: i64;
    oldest_migration: i64;
    oldest_program: String;
}

/// The same steps for a connection of either engine; `$exists` counts the tables of a name.
macro_rules! read {
    ($connection:expr, $exists:expr) => {{
        let connection = $connection;
        let mut found = Found::default();
        let there: i64 = sqlx::query_scalar($exists).bind(MIGRATIONS_TABLE).fetch_one(&mut *connection).await?;
        if there > 0 {
            let rows: Vec<(i64, bool, Vec<u8>)> = sqlx::query_as(APPLIED).fetch_all(&mut *connection).await?;
            found.applied = rows.into_iter().map(|(version, success, sum)| (version, (success, sum))).collect();
        }
        let there: i64 = sqlx::query_scalar($exists).bind(SupportRow::TABLE.name).fetch_one(&mut *connection).await?;
        if there > 0 {
            // Made of constants.
            let sql = AssertSqlSafe(SupportRow::TABLE.select(""));
            found.support = sqlx::query_as(sql).fetch_optional(&mut *connection).await?;
        }
        found
    }};
}
/// How a database's schema stands to this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// No table yet.
    Absent,
    /// Exactly the one this program makes.
    Current,
    /// A newer program made it and says that this one may use it.
    Newer,
    /// Migrations of this program are missing.
    Older,
    /// A newer program made it and says that this one may not use it.
    TooNew {
        /// The oldest version of the program that may, if the schema says so.
        oldest_program: Option<String>,
    },
    /// A migration broke off, or is not the one that this program has under its number.
    Damaged(String),
}

/// A schema that this program may not use as it is. `Display` names the fix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// There is nothing yet.
    #[error("the database has no schema yet; start `keywright serve`, or run `keywright migrate`. Nothing was changed")]
    Absent,
    /// Made by an older program.
    #[error(
        "the database has the schema of an older version. Stop the older `keywright serve` that may be running beside \
         it, then start this version's `keywright serve` or run `keywright migrate`; or use the older version's command \
         line. Nothing was changed"
    )]
    Older,
    /// Made by a newer program that excludes this one.
    #[error(
        "the database has the schema of a newer version, which this one cannot use{}. Install the newer version. \
         Nothing was changed",
        .0.as_deref().map(|version| format!(" (it needs at least {version})")).unwrap_or_default()
    )]
    TooNew(Option<String>),
    /// A migration broke off or differs.
    #[error("the schema cannot be used: {0}. Restore a backup, or use the build that made it. Nothing was changed")]
    Damaged(String),
}

impl Schema {
    /// Whether a command that changes no schema may work on it.
    pub fn usable(self) -> std::result::Result<(), SchemaError> {
        match self {
            Self::Current | Self::Newer => Ok(()),
            Self::Absent => Err(SchemaError::Absent),
            Self::Older => Err(SchemaError::Older),
            Self::TooNew { oldest_program } => Err(SchemaError::TooNew(oldest_program)),
            Self::Damaged(what) => Err(SchemaError::Damaged(what)),
        }
    }

    /// Whether `serve` and `migrate` may bring it to this program's: older ones and none at all as well.
    pub fn migratable(self) -> std::result::Result<(), SchemaError> {
        match self {
            Self::Absent | Self::Older => Ok(()),
            other => other.usable(),
        }
    }
}

/// Reads which schema is there, without writing: no table, no row, no file comes into being.
pub async fn schema(location: &Location) -> Result<Schema> {
    match location {
        Location::SqliteMemory => Ok(Schema::Absent),
        Location::Sqlite { dir } => {
            let control = sqlite(&dir.join(CONTROL_FILE)).await?;
            let usage = sqlite(&dir.join(USAGE_FILE)).await?;
            let support = control.support.clone();
            Ok(worse(judge(&control, &CONTROL, support.as_ref()), judge(&usage, &USAGE, support.as_ref())))
        }
        Location::Postgres { url } => {
            let mut connection = PgConnection::connect_with(&postgres_options(url)?).await?;
            let found = read!(
                &mut connection,
                "SELECT COUNT(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = current_schema() AND c.relname = $1"
            );
            connection.close().await?;
            Ok(judge(&found, &POSTGRES, found.support.as_ref()))
        }
    }
}

/// What a database says of its schema.
#[derive(Default)]
struct Found {
    /// By number: whether it ended well, and what it was.
    applied: BTreeMap<i64, (bool, Vec<u8>)>,
    support: Option<SupportRow>,
}

async fn sqlite(path: &Path) -> Result<Found> {
    if !path.try_exists()? {
        return Ok(Found::default());
    }
    let mut connection = SqliteConnection::connect_with(&read_only(path)?).await?;
    let found = read!(&mut connection, "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = $1");
    connection.close().await?;
    Ok(found)
}

/// Opens a file for looking at it. Reading through a write-ahead log makes companion files; where there is no log,
/// there is no writer, and the file can be read as it lies.
pub(crate) fn read_only(path: &Path) -> Result<SqliteConnectOptions> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let still = !Path::new(&log).try_exists()?;
    Ok(SqliteConnectOptions::new().filename(path).read_only(true).immutable(still).busy_timeout(TIMEOUT))
}

fn judge(found: &Found, ours: &Migrator, support: Option<&SupportRow>) -> Schema {
    if found.applied.is_empty() {
        return Schema::Absent;
    }
    if let Some(version) = found.applied.iter().find(|(_, (success, _))| !success).map(|(version, _)| version) {
        return Schema::Damaged(format!("migration {version} broke off"));
    }
    if found.applied.keys().any(|version| !ours.version_exists(*version)) {
        let newest = newest_known();
        return match support {
            Some(support) if support.oldest_migration <= newest && !missing(found, ours) => Schema::Newer,
            _ => Schema::TooNew { oldest_program: support.map(|support| support.oldest_program.clone()) },
        };
    }
    let differs = ours.iter().find(|migration| {
        found.applied.get(&migration.version).is_some_and(|(_, sum)| sum.as_slice() != &*migration.checksum)
    });
    if let Some(migration) = differs {
        return Schema::Damaged(format!("migration {} is another build's", migration.version));
    }
    if missing(found, ours) { Schema::Older } else { Schema::Current }
}

fn missing(found: &Found, ours: &Migrator) -> bool {
    ours.iter().any(|migration| !found.applied.contains_key(&migration.version))
}

/// The newest migration that this program knows: what it is measured by.
fn newest_known() -> i64 {
    [&CONTROL, &USAGE, &POSTGRES].into_iter().flat_map(Migrator::iter).map(|m| m.version).max().unwrap_or_default()
}

/// Of two files of one database, the one that asks for more counts.
fn worse(one: Schema, other: Schema) -> Schema {
    let rank = |schema: &Schema| match schema {
        Schema::Current => 0,
        Schema::Newer => 1,
        Schema::Absent | Schema::Older => 2,
        Schema::TooNew { .. } => 3,
        Schema::Damaged(_) => 4,
    };
    match (one, other) {
        (Schema::Absent, Schema::Absent) => Schema::Absent,
        // One file without the other: migrating makes the missing one.
        (Schema::Absent, other) | (other, Schema::Absent) if rank(&other) <= 2 => Schema::Older,
        (one, other) if rank(&one) >= rank(&other) => one,
        (_, other) => other,
    }
}

impl From<SchemaError> for Error {
    fn from(error: SchemaError) -> Self {
        Self::Damaged(error.to_string())
    }
}
