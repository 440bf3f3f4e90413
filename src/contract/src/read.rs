//! Field readers shared by the parsers of inputs: a line of text, and lists whose entries are judged one by one.

use domain::text::is_invisible;

use crate::{FieldErrors, Violation};

/// Trims, and checks the length in characters. A name that looks like another one is refused: no control characters, none
/// that turn the reading direction, none without width.
pub(crate) fn text(errors: &mut FieldErrors, field: &str, value: &str, min: usize, max: usize) -> String {
    let value = value.trim();
    let length = value.chars().count();
    if length < min || length > max {
        errors.push(field, Violation::Length { min, max });
    } else if value.chars().any(is_invisible) {
        errors.push(field, Violation::InvisibleCharacters);
    }
    value.to_owned()
}

/// Reads each entry of a list; what is wrong is said of each entry.
pub(crate) fn list<T>(
    errors: &mut FieldErrors,
    field: &str,
    texts: &[String],
    max: usize,
    parse: impl Fn(&str) -> Result<T, Violation>,
) -> Vec<T> {
    if texts.len() > max {
        errors.push(field, Violation::TooMany { max });
        return Vec::new();
    }
    let mut out = Vec::with_capacity(texts.len());
    for text in texts {
        match parse(text.trim()) {
            Ok(value) => out.push(value),
            Err(violation) => errors.push_entry(field, text, violation),
        }
    }
    out
}
