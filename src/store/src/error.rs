//! What can go wrong with a database.

use sqlx::{error::ErrorKind, migrate::MigrateError};

/// The outcome of everything in this room.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A constraint does not allow it; its name as the migrations give it (`upstreams_name`, `users_email`,
    /// `keys_hash`, …), `reference` where a row points at one that is not there, `unique` for any other key.
    #[error("the database refuses it: {0}")]
    Conflict(&'static str),
    /// The database does not answer, or not in time.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row that does not parse: of a newer version, or damaged.
    #[error("the database holds what this version cannot read: {0}")]
    Damaged(String),
}

/// Constraints that callers tell apart: our name, and the column by which SQLite names it.
const CONSTRAINTS: [(&str, &str); 9] = [
    ("installation_singleton", "installation.singleton"),
    ("keyring_id", "keyring.id"),
    ("projects_name", "projects.name"),
    ("users_email", "users.email"),
    ("sessions_id_hash", "sessions.id_hash"),
    ("keys_hash", "key_versions.lookup_hash"),
    ("upstreams_name", "upstreams.name"),
    ("upstreams_default", "upstreams.is_default"),
    ("credentials_upstream", "credentials.upstream_id"),
];

/// `PostgreSQL`'s class of errors about the data itself, such as text that it cannot hold.
const DATA_EXCEPTION: &str = "22";

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => match error.kind() {
                ErrorKind::UniqueViolation => Self::Conflict(constraint(error.constraint(), error.message())),
                ErrorKind::ForeignKeyViolation => Self::Conflict("reference"),
                ErrorKind::NotNullViolation | ErrorKind::CheckViolation => Self::Damaged(error.message().to_owned()),
                _ if error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some()
                    && error.code().is_some_and(|code| code.starts_with(DATA_EXCEPTION)) =>
                {
                    Self::Damaged(error.message().to_owned())
                }
                _ => Self::Unavailable(error.into()),
            },
            sqlx::Error::ColumnDecode { index, source } => Self::Damaged(format!("column {index}: {source}")),
            sqlx::Error::ColumnNotFound(_) | sqlx::Error::Decode(_) | sqlx::Error::TypeNotFound { .. } => {
                Self::Damaged(error.to_string())
            }
            error => Self::Unavailable(error.into()),
        }
    }
}

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) => {
                Self::Damaged(format!("it was migrated by a newer version (migration {version} is unknown here)"))
            }
            MigrateError::VersionMismatch(version) => {
                Self::Damaged(format!("it was migrated by a different build (migration {version} differs)"))
            }
            MigrateError::Execute(error) => error.into(),
            error => Self::Unavailable(error.into()),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Unavailable(error.into())
    }
}

/// PostgreSQL names the constraint; SQLite names `table.column`, the first one counts.
fn constraint(name: Option<&str>, message: &str) -> &'static str {
    let column = message.strip_prefix("UNIQUE constraint failed: ").map(|rest| rest.split(',').next().unwrap_or(rest));
    CONSTRAINTS
        .into_iter()
        .find(|(ours, sqlite)| name == Some(ours) || column == Some(sqlite))
        .map_or("unique", |(ours, _)| ours)
}
