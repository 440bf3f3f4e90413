//! UI errors: why something a person asked for did not happen, as pages and islands say it.

use std::fmt;

use contract::{FieldErrors, Violation};
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// Why it did not happen. Travels to islands as JSON. `Display` is the sentence in English; the server says it in the
/// language of the request (`texts::error_sentence`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum UiError {
    /// The input cannot be taken; said beside the fields.
    Invalid {
        /// What is wrong, field by field.
        errors: FieldErrors,
    },
    /// It does not fit the present state.
    Conflict {
        /// Stable code.
        code: String,
        /// A sentence that names the fix, in English; or the reason that the code's own text gives.
        message: String,
    },
    /// Too many tries.
    Throttled {
        /// Seconds until a try is taken again.
        retry_after_s: u64,
    },
    /// There is no valid session.
    Unauthenticated {
        /// A sentence.
        message: String,
    },
    /// The role does not allow it.
    Denied,
    /// There is no such thing.
    NotFound {
        /// What was looked for.
        noun: String,
    },
    /// The database does not answer.
    Unavailable,
    /// A failure on our side.
    Internal,
    /// The server could not be reached, or its answer not be read.
    Transport {
        /// What the browser says.
        message: String,
    },
}

impl UiError {
    /// A violation by one field.
    pub fn field(name: &str, violation: impl Into<Violation>) -> Self {
        Self::Invalid { errors: FieldErrors::one(name, violation) }
    }
}

impl fmt::Display for UiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { errors } => write!(f, "{errors}"),
            Self::Conflict { message, .. } | Self::Unauthenticated { message } => f.write_str(message),
            Self::Throttled { retry_after_s } => write!(f, "too many attempts; try again in {retry_after_s} seconds"),
            Self::Denied => f.write_str("your role does not allow this"),
            Self::NotFound { noun } => write!(f, "there is no such {noun}"),
            Self::Unavailable => f.write_str("the database does not answer; try again in a moment"),
            Self::Internal => f.write_str("something went wrong on our side; the server's log has the details"),
            Self::Transport { message } => write!(f, "the server could not be reached: {message}"),
        }
    }
}

impl std::error::Error for UiError {}

impl FromServerFnError for UiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(message) | ServerFnErrorErr::MissingArg(message) => {
                Self::Conflict { code: "invalid".to_owned(), message }
            }
            other => Self::Transport { message: other.to_string() },
        }
    }
}
