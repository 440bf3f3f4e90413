//! Error mapping: from the control plane's errors to what people read. Failures are logged here, once.

use contract::Violation;

use crate::error::UiError;

/// What to say of `error`.
pub(crate) fn ui_error(error: control::Error) -> UiError {
    match error {
        control::Error::Denied => UiError::Denied,
        control::Error::Unauthenticated(message) => UiError::Unauthenticated { message },
        control::Error::NotFound(noun) => UiError::NotFound { noun: noun.to_owned() },
        control::Error::Invalid(errors) => UiError::Invalid { errors },
        control::Error::Conflict { code: "name_taken", .. } => {
            UiError::field("name", Violation::NameTaken { noun: "upstream" })
        }
        control::Error::Conflict { code, message } | control::Error::Damaged { code, message } => {
            UiError::Conflict { code: code.to_owned(), message }
        }
        control::Error::Unprocessable { code, message } => {
            UiError::Conflict { code: format!("invalid_{code}"), message }
        }
        control::Error::Throttled { retry_after_s } => UiError::Throttled { retry_after_s },
        control::Error::Unavailable(source) => {
            tracing::warn!(error = &*source as &dyn std::error::Error, "the database does not answer");
            UiError::Unavailable
        }
        control::Error::Internal(source) => {
            tracing::error!(error = &*source as &dyn std::error::Error, "an action failed");
            UiError::Internal
        }
    }
}
