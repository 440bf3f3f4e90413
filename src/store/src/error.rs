//! Database errors and named constraints.

use sqlx::{error::ErrorKind, migrate::MigrateError};

/// The outcome of everything in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A constraint does not allow it.
    #[error("the database refuses it: {}", .0.as_str())]
    Conflict(Constraint),
    /// The database does not answer, or not in time.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row that does not parse: of a newer version, or damaged.
    #[error("the database holds what this version cannot read: {0}")]
    Damaged(String),
}

/// The constraints of the schema that callers distinguish, each with its name in the migrations of `PostgreSQL` and the
/// column by which SQLite names it.
macro_rules! constraints {
    ($($(#[$doc:meta])* $name:ident = $postgres:literal, $sqlite:literal;)*) => {
        /// Why a write was refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Constraint {
            $($(#[$doc])* $name,)*
            /// A row points at one that is not there.
            Reference,
            /// Any other key is taken.
            Unique,
            /// The row was written by another transaction since it was read.
            Stale,
        }

        impl Constraint {
            /// The name, as the migrations give it where it is one of theirs.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $postgres,)*
                    Self::Reference => "reference",
                    Self::Unique => "unique",
                    Self::Stale => "stale",
                }
            }
        }

        const CONSTRAINTS: &[(Constraint, &str, &str)] = &[$((Constraint::$name, $postgres, $sqlite),)*];
    };
}

constraints! {
    /// There is an installation already.
    InstallationSingleton = "installation_singleton", "installation.singleton";
    /// A keyring row of this id is there.
    KeyringId = "keyring_id", "keyring.id";
    /// A project has this name.
    ProjectsName = "projects_name", "projects.name";
    /// A person has this address.
    UsersEmail = "users_email", "users.email";
    /// A session has this id.
    SessionsIdHash = "sessions_id_hash", "sessions.id_hash";
    /// A key has this secret.
    KeysHash = "keys_hash", "key_versions.lookup_hash";
    /// An upstream has this name.
    UpstreamsName = "upstreams_name", "upstreams.name";
    /// Another route has that name.
    ModelsName = "models_name_key", "models.name";
    /// The upstream has a credential.
    CredentialsUpstream = "credentials_upstream", "credentials.upstream_id";
}

/// `PostgreSQL`'s class of errors about the data itself, such as text that it cannot hold.
const DATA_EXCEPTION: &str = "22";

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => match error.kind() {
                ErrorKind::UniqueViolation => Self::Conflict(constraint(error.constraint(), error.message())),
                ErrorKind::ForeignKeyViolation => Self::Conflict(Constraint::Reference),
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
fn constraint(name: Option<&str>, message: &str) -> Constraint {
    let column = message.strip_prefix("UNIQUE constraint failed: ").map(|rest| rest.split(',').next().unwrap_or(rest));
    CONSTRAINTS
        .iter()
        .find(|(_, postgres, sqlite)| name == Some(postgres) || column == Some(sqlite))
        .map_or(Constraint::Unique, |(constraint, ..)| *constraint)
}
