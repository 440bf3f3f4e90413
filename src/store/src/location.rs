//! Database location and connection pools.

use std::{
    fmt,
    fs::OpenOptions,
    net::IpAddr,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tempfile::TempDir;

use crate::{Result, dialect, engine::Db};

/// The control plane's file.
pub(crate) const CONTROL_FILE: &str = "control.db";
/// The request rows' file.
pub(crate) const USAGE_FILE: &str = "usage.db";
/// How long to wait for a lock or a connection.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);
const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;

/// Where the databases are.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A directory that holds `control.db` and `usage.db`.
    Sqlite {
        /// The directory; it must exist.
        dir: PathBuf,
    },
    /// Throw-away databases for tests: files in a temporary directory of their own, which goes with the store.
    /// SQLite's real in-memory databases lock differently from files, and tests would not test what runs.
    SqliteMemory,
    /// A `PostgreSQL` database.
    Postgres {
        /// `postgres://user:password@host:port/database`.
        url: String,
    },
}

/// A URL may hold a password: only the kind is said.
impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { dir } => f.debug_struct("Sqlite").field("dir", dir).finish(),
            Self::SqliteMemory => f.write_str("SqliteMemory"),
            Self::Postgres { .. } => f.write_str("Postgres"),
        }
    }
}

/// How a connection to `PostgreSQL` would be made, as the driver understands its URL and its `PG*` variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresLink {
    /// The host's name or address, or the directory of a socket.
    pub host: String,
    /// Whether it stays on this machine: a socket, or a loopback address.
    pub local: bool,
    /// Whether the server's certificate and name are checked (`sslmode=verify-full`).
    pub verified: bool,
}

/// Variables that the `PostgreSQL` driver reads by itself wherever `DATABASE_URL` is silent (sqlx 0.9,
/// `PgConnectOptions::new`). The last one names a file of passwords, else `~/.pgpass` is read.
pub const POSTGRES_VARIABLES: [&str; 13] = [
    "PGHOSTADDR",
    "PGHOST",
    "PGPORT",
    "PGUSER",
    "PGPASSWORD",
    "PGDATABASE",
    "PGSSLMODE",
    "PGSSLROOTCERT",
    "PGSSLCERT",
    "PGSSLKEY",
    "PGAPPNAME",
    "PGOPTIONS",
    "PGPASSFILE",
];

impl PostgresLink {
    /// Reads `url` as a connection would, without making one.
    pub fn of(url: &str) -> Result<Self> {
        let options = postgres_options(url)?;
        let host = options.get_host();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let loopback = host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback());
        let socket = options.get_socket().is_some() || host.starts_with('/');
        Ok(Self {
            host: options.get_socket().map_or_else(|| host.to_owned(), |path| path.display().to_string()),
            local: socket || loopback,
            verified: matches!(options.get_ssl_mode(), PgSslMode::VerifyFull),
        })
    }
}

/// Every pool of a store. On `PostgreSQL` all four are the same one.
pub(crate) struct Pools {
    pub(crate) control: Db,
    pub(crate) control_writer: Db,
    pub(crate) usage: Db,
    pub(crate) usage_writer: Db,
    /// Keeps throw-away files as long as they may be used.
    _files: Option<TempDir>,
}

impl Pools {
    pub(crate) async fn open(location: &Location) -> Result<Self> {
        match location {
            Location::Sqlite { dir } => Self::sqlite(dir, SqliteSynchronous::Full, None).await,
            Location::SqliteMemory => {
                let files = TempDir::with_prefix("keywright-")?;
                let dir = files.path().to_owned();
                Self::sqlite(&dir, SqliteSynchronous::Off, Some(files)).await
            }
            Location::Postgres { url } => {
                let pool = PgPoolOptions::new()
                    .max_connections(POSTGRES_CONNECTIONS)
                    .acquire_timeout(TIMEOUT)
                    .after_connect(|connection, _| Box::pin(dialect::prepare_connection(connection)))
                    .connect_with(postgres_options(url)?)
                    .await?;
                let db = Db::Postgres(pool);
                Ok(Self {
                    control: db.clone(),
                    control_writer: db.clone(),
                    usage: db.clone(),
                    usage_writer: db,
                    _files: None,
                })
            }
        }
    }

    async fn sqlite(dir: &Path, synchronous: SqliteSynchronous, files: Option<TempDir>) -> Result<Self> {
        let (control_writer, control) = sqlite_file(&dir.join(CONTROL_FILE), synchronous).await?;
        let (usage_writer, usage) = sqlite_file(&dir.join(USAGE_FILE), synchronous).await?;
        Ok(Self { control, control_writer, usage, usage_writer, _files: files })
    }

    /// Readers first: the last connection to close is a writer, which folds the write-ahead log back into the file.
    pub(crate) async fn close(&self) {
        for db in [&self.control, &self.usage, &self.control_writer, &self.usage_writer] {
            db.close().await;
        }
    }
}

/// One writer, so that writes queue up here instead of failing on the file's lock; readers beside it.
async fn sqlite_file(path: &Path, synchronous: SqliteSynchronous) -> Result<(Db, Db)> {
    // SQLite gives its companion files the mode of this one.
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false).busy_timeout(TIMEOUT);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(TIMEOUT)
        .connect_with(
            options
                .clone()
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(synchronous)
                .foreign_keys(true)
                // A statement of many rows keeps what it may have to undo: not in a file of its own, made anew each time.
                .pragma("temp_store", "memory")
                .optimize_on_close(true, 400),
        )
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(TIMEOUT)
        .connect_with(options.read_only(true))
        .await?;
    Ok((Db::Sqlite(writer), Db::Sqlite(readers)))
}

pub(crate) fn postgres_options(url: &str) -> Result<PgConnectOptions> {
    let options: PgConnectOptions = url.parse()?;
    Ok(options.application_name("keywright"))
}
