//! What is wrong with an input, field by field.

use std::fmt;

use domain::text::is_invisible;
use serde::{Deserialize, Serialize};

/// One field that cannot be taken, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Name of the field as the shape has it: `rate_limits.requests_per_minute`.
    pub field: String,
    /// A sentence that names the fix.
    pub message: String,
}

/// All that is wrong with one input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    /// A single complaint.
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.push(field, message);
        errors
    }

    /// Adds a complaint.
    pub fn push(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    /// Takes the value of a good result; notes the complaint of a bad one.
    pub fn take<T, E: fmt::Display>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(field, error.to_string());
                None
            }
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The complaint about `field`, if there is one.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            let comma = if i > 0 { "; " } else { "" };
            write!(f, "{comma}{}: {}", error.field, error.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}

/// Trims, and checks the length in characters. A name that looks like another one is refused: no control characters, none
/// that turn the reading direction, none without width.
pub(crate) fn text(errors: &mut FieldErrors, field: &str, value: &str, min: usize, max: usize) -> String {
    let value = value.trim();
    let length = value.chars().count();
    if length < min || length > max {
        errors.push(field, format!("use {min} to {max} characters"));
    } else if value.chars().any(is_invisible) {
        errors.push(field, "leave out line breaks and invisible characters (control, bidirectional, zero-width)");
    }
    value.to_owned()
}
