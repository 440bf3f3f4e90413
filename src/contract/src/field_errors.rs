//! Field errors: what is wrong with an input, field by field.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Violation;

/// One field that cannot be taken, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Name of the field as the shape has it: `rate_limits.requests_per_minute`.
    pub field: String,
    /// Stable, for programs; `docs/field-errors.md` lists them.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(example = "length"))]
    pub code: String,
    /// A sentence that names the fix.
    pub message: String,
    /// What the sentence is filled with; left out where there is nothing. `entry` is the entry of a list.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object, required = false))]
    pub params: Map<String, Value>,
}

impl FieldError {
    /// What is wrong with `field`.
    pub fn new(field: &str, violation: &Violation) -> Self {
        Self {
            field: field.to_owned(),
            code: violation.code().to_owned(),
            message: violation.to_string(),
            params: violation.params(),
        }
    }
}

/// All that is wrong with one input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    /// A single violation.
    pub fn one(field: &str, violation: impl Into<Violation>) -> Self {
        let mut errors = Self::default();
        errors.push(field, violation);
        errors
    }

    /// Adds a violation.
    pub fn push(&mut self, field: &str, violation: impl Into<Violation>) {
        self.0.push(FieldError::new(field, &violation.into()));
    }

    /// Adds a violation by one entry of a list.
    pub fn push_entry(&mut self, field: &str, entry: &str, violation: impl Into<Violation>) {
        let mut error = FieldError::new(field, &violation.into());
        error.message = format!("{entry}: {}", error.message);
        error.params.insert("entry".to_owned(), entry.into());
        self.0.push(error);
    }

    /// Takes the value of a good result; notes the violation of a bad one.
    pub fn take<T, E: Into<Violation>>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(field, error);
                None
            }
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sentence about `field`, if there is one.
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
