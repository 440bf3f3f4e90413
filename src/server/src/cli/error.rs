//! CLI errors and exit codes: why a command did not do what was asked.

use std::fmt;

use contract::{FieldError, FieldErrors};

/// Why a command failed: a sentence for people, an exit code for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    kind: Kind,
    message: String,
}

/// What kind of failure; the number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Anything else.
    Failure = 1,
    /// What was typed cannot be meant.
    Usage = 2,
    /// There is no such thing.
    NotFound = 3,
    /// No token, or a wrong one.
    Unauthenticated = 4,
    /// The token may not do this.
    Forbidden = 5,
    /// It does not fit the present state.
    Conflict = 6,
    /// Too many tries.
    RateLimited = 7,
    /// Nothing answers.
    Unreachable = 8,
    /// Ctrl-C.
    Interrupted = 130,
}

impl CliError {
    /// A failure of this kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// Something went wrong.
    pub fn failure(message: impl Into<String>) -> Self {
        Self::new(Kind::Failure, message)
    }

    /// What was typed cannot be meant.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// It does not fit the present state.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, message)
    }

    /// There is no such thing.
    pub fn not_found(noun: &str) -> Self {
        Self::new(Kind::NotFound, format!("there is no such {noun}"))
    }

    /// The user pressed Ctrl-C.
    pub fn interrupted() -> Self {
        Self::new(Kind::Interrupted, "interrupted")
    }

    /// What kind it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What the process ends with.
    pub const fn exit_code(&self) -> u8 {
        self.kind as u8
    }

    /// Wrong input, in the words of the command line: flags, not fields.
    pub(super) fn fields(errors: &[FieldError]) -> Self {
        let lines: Vec<String> =
            errors.iter().map(|error| format!("{}: {}", flag(&error.field), error.message)).collect();
        Self::usage(lines.join("\n"))
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}

impl From<FieldErrors> for CliError {
    fn from(errors: FieldErrors) -> Self {
        Self::fields(&errors.0)
    }
}

impl From<control::Error> for CliError {
    fn from(error: control::Error) -> Self {
        use control::Error as E;
        let message = error.to_string();
        match error {
            E::Denied => Self::new(Kind::Forbidden, message),
            E::NotFound(_) => Self::new(Kind::NotFound, message),
            E::Invalid(errors) => errors.into(),
            E::Conflict { .. } => Self::new(Kind::Conflict, message),
            E::Damaged { .. } => Self::failure(message),
            E::Unprocessable { .. } => Self::new(Kind::Usage, message),
            E::Throttled { .. } => Self::new(Kind::RateLimited, message),
            E::Unauthenticated(_) => Self::new(Kind::Unauthenticated, message),
            // No log stands behind a command that works on the database itself: the cause is printed here.
            E::Unavailable(source) => Self::new(Kind::Unreachable, format!("the database does not answer: {source}")),
            E::Internal(source) => Self::failure(format!("something went wrong: {source}")),
        }
    }
}

/// The flag behind a field of a shape; an entry of a list belongs to the list's flag. A flag is named like its field
/// unless it stands here.
fn flag(field: &str) -> String {
    let field = field.split('[').next().unwrap_or_default();
    let shorter = match field {
        "allowed_cidrs" => "cidr",
        "allowed_models" => "model",
        "allowed_upstreams" => "upstream",
        // It has no flag: what is typed in a command line is seen by others.
        "api_key" => return "secret".to_owned(),
        "rate_limits.requests_per_minute" => "rpm",
        "tags" => "tag",
        other => other,
    };
    format!("--{}", shorter.replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use contract::Violation;

    use super::*;

    #[test]
    fn every_failure_has_its_exit_code() {
        let code = |error: control::Error| CliError::from(error).exit_code();
        assert_eq!(code(control::Error::Internal("x".into())), 1);
        assert_eq!(code(control::Error::Invalid(FieldErrors::one("name", Violation::Required))), 2);
        assert_eq!(code(control::Error::NotFound("key")), 3);
        assert_eq!(code(control::Error::Unauthenticated("x".to_owned())), 4);
        assert_eq!(code(control::Error::Denied), 5);
        assert_eq!(code(control::Error::Conflict { code: "x", message: "x".to_owned() }), 6);
        assert_eq!(code(control::Error::Throttled { retry_after_s: 1 }), 7);
        assert_eq!(code(control::Error::Unavailable("x".into())), 8);
        assert_eq!(CliError::interrupted().exit_code(), 130);
    }

    #[test]
    fn fields_are_printed_as_flags() {
        let mut errors = FieldErrors::one("rate_limits.requests_per_minute", Violation::WholeNumber);
        errors.push("allowed_models[1]", Violation::WrongType { expected: "a string".to_owned() });
        errors.push("later_field", Violation::Required);
        let printed = CliError::from(errors).to_string();
        assert_eq!(
            printed,
            "--rpm: use a whole number\n--model: expected a string\n--later-field: this field is required"
        );
    }
}
