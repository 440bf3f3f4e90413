//! Deserialisation errors as field errors. Values are never repeated: they may be secrets.

use std::fmt::Write as _;

use contract::{FieldErrors, Violation};
use serde_path_to_error::{Path, Segment};

/// Names of fields come from outside; what is longer than any of ours is cut.
pub(super) const NAME_MAX: usize = 100;

/// The complaint behind `message`, which arose at `path`. `root` names the whole input.
pub(super) fn complaint(path: &Path, message: &str, root: &str) -> FieldErrors {
    let mut field = spelled(path);
    let violation =
        if let Some((_, known)) = message.strip_prefix("unknown field ").and_then(|rest| rest.split_once("`,")) {
            match known.trim().strip_prefix("expected ") {
                Some(known) => Violation::UnknownField { known: Some(without_position(known).to_owned()) },
                None => Violation::UnknownField { known: None },
            }
        } else if let Some(name) = quoted(message, "missing field ") {
            field = join(&field, name);
            Violation::Required
        } else if let Some(name) = quoted(message, "duplicate field ") {
            field = join(&field, name);
            Violation::DuplicateField
        } else if let Some((_, wanted)) = message.rsplit_once(", expected ") {
            Violation::WrongType { expected: without_position(wanted).to_owned() }
        } else if message.contains("digit") || message.contains("number too") {
            Violation::WholeNumber
        } else {
            Violation::Unfit
        };
    if field.is_empty() {
        root.clone_into(&mut field);
    }
    let field: String = field.chars().take(NAME_MAX).collect();
    FieldErrors::one(&field, violation)
}

/// `rate_limits.requests_per_minute`, `allowed_models[2]`.
fn spelled(path: &Path) -> String {
    let mut text = String::new();
    for segment in path {
        match segment {
            // Writing to a String cannot fail.
            Segment::Seq { index } => drop(write!(text, "[{index}]")),
            Segment::Map { key } | Segment::Enum { variant: key } => text = join(&text, key),
            Segment::Unknown => {}
        }
    }
    text
}

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
}

fn quoted<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.strip_prefix(start)?.strip_prefix('`')?.split('`').next()
}

/// Lines and columns mean nothing beside a path.
fn without_position(text: &str) -> &str {
    text.rsplit_once(" at line ").map_or(text, |(text, _)| text)
}
