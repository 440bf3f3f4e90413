//! Control plane errors: why an action did not happen. Entry points translate them; nothing here knows HTTP.

use contract::{BadPage, FieldErrors};
use store::Constraint;

/// The outcome of an action.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an action did not happen. `Display` is the public sentence; the source of [`Error::Internal`] is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The actor's role does not allow it.
    #[error("your role does not allow this")]
    Denied,
    /// There is no valid credential.
    #[error("{0}")]
    Unauthenticated(String),
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The input cannot be taken.
    #[error("{0}")]
    Invalid(FieldErrors),
    /// It does not fit the present state.
    #[error("{message}")]
    Conflict {
        /// Stable code.
        code: &'static str,
        /// Public sentence that names the fix.
        message: String,
    },
    /// A row that this needs does not verify: it was changed by something other than the product.
    #[error("{message}")]
    Damaged {
        /// Stable code.
        code: &'static str,
        /// Public sentence that names the fix.
        message: String,
    },
    /// It can be read, and is refused for a reason that is no field's.
    #[error("{message}")]
    Unprocessable {
        /// Stable code.
        code: &'static str,
        /// Public sentence that names the fix.
        message: String,
    },
    /// Too many tries.
    #[error("too many attempts; try again in {retry_after_s} seconds")]
    Throttled {
        /// Seconds until a try is taken again.
        retry_after_s: u64,
    },
    /// The database does not answer.
    #[error("the database does not answer; try again in a moment")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Something that should not happen.
    #[error("something went wrong on our side; the server's log has the details under this request's id")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Stable, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Denied => "forbidden",
            Self::Unauthenticated(_) => "unauthenticated",
            Self::NotFound(_) => "not_found",
            Self::Invalid(_) => "invalid",
            Self::Conflict { code, .. } | Self::Damaged { code, .. } | Self::Unprocessable { code, .. } => code,
            Self::Throttled { .. } => "throttled",
            Self::Unavailable(_) => "store_unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// A conflict with its sentence.
    pub(crate) fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::Conflict { code, message: message.into() }
    }

    /// Something of the installation that does not verify. What it is goes to the log.
    pub(crate) fn damaged<T>(code: &'static str, row: &domain::DamagedRow<T>) -> Self {
        tracing::error!(table = row.table, row = row.id, damage = %row.damage, "a row of the database is damaged");
        let message = "a row of the database that this needs was damaged; restore it from a backup".to_owned();
        Self::Damaged { code, message }
    }

    /// A failure that the caller cannot fix.
    pub(crate) fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<BadPage> for Error {
    fn from(error: BadPage) -> Self {
        match error {
            BadPage::Fields(errors) => Self::Invalid(errors),
            BadPage::TooDeep => {
                Self::Unprocessable { code: BadPage::TOO_DEEP, message: BadPage::TOO_DEEP_SENTENCE.to_owned() }
            }
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Conflict(Constraint::UpstreamsName) => {
                Self::conflict("name_taken", "another upstream has this name; choose a different one")
            }
            store::Error::Conflict(Constraint::ModelsName) => {
                Self::conflict("name_taken", "another model route has this name; choose a different one")
            }
            store::Error::Conflict(Constraint::UsersEmail) => {
                Self::conflict("email_taken", "a user with this e-mail address exists already")
            }
            store::Error::Conflict(Constraint::Stale) => {
                Self::conflict("stale", "this was changed in the meantime; look at it again and repeat")
            }
            store::Error::Unavailable(source) => Self::Unavailable(source),
            other => Self::Internal(other.into()),
        }
    }
}
