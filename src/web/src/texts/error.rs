//! Errors in the language of the request: by code, from the catalog. What has no text of its own is said in English.

use std::{borrow::Cow, collections::HashMap};

use contract::FieldError;
use serde_json::Value;

use super::{by_id, t};
use crate::{error::UiError, ui::notice::sentence_case};

type Arguments = HashMap<Cow<'static, str>, Cow<'static, str>>;

/// What is wrong with a field.
pub(crate) fn complaint(error: &FieldError) -> String {
    let mut arguments: Arguments = error
        .params
        .iter()
        .map(|(name, value)| (Cow::Owned(name.clone()), Cow::Owned(param(&error.code, value))))
        .collect();
    // A parameter that is left out where there is nothing to say.
    arguments.entry(Cow::Borrowed("known")).or_insert(Cow::Borrowed("none"));
    let Some(sentence) = by_id(&id("field", &error.code), arguments) else { return sentence_case(&error.message) };
    match error.params.get("entry").and_then(Value::as_str) {
        Some(entry) => t!("field-entry", entry = entry, sentence = sentence),
        None => sentence,
    }
}

/// A parameter as text.
fn param(code: &str, value: &Value) -> String {
    match value {
        // The one parameter that is a sentence and is not written as one.
        Value::String(text) if code == "forbidden_address" => sentence_case(text),
        Value::String(text) => text.clone(),
        Value::Array(entries) => listed(&entries.iter().filter_map(Value::as_str).collect::<Vec<_>>()),
        other => other.to_string(),
    }
}

/// `a, b or c`
fn listed(texts: &[&str]) -> String {
    let Some((last, others)) = texts.split_last() else { return String::new() };
    let first = others.iter().fold(String::new(), |first, next| {
        let next = *next;
        if first.is_empty() { next.to_owned() } else { t!("list-next", first = first, next = next) }
    });
    let last = *last;
    if first.is_empty() { last.to_owned() } else { t!("list-or", first = first, last = last) }
}

/// Why something did not happen.
pub(crate) fn error_sentence(error: &UiError) -> String {
    match error {
        UiError::Invalid { errors } => {
            errors.0.iter().map(|error| format!("{}: {}", error.field, complaint(error))).collect::<Vec<_>>().join(" ")
        }
        UiError::Conflict { code, message } => {
            let sentence = sentence_case(message);
            let arguments = HashMap::from([
                (Cow::Borrowed("reason"), Cow::Owned(message.clone())),
                (Cow::Borrowed("sentence"), Cow::Owned(sentence.clone())),
            ]);
            by_id(&id("error", code), arguments).unwrap_or(sentence)
        }
        UiError::Unauthenticated { message } => said(&id("error", message)).unwrap_or_else(|| sentence_case(message)),
        UiError::Throttled { retry_after_s } => {
            let seconds = *retry_after_s;
            t!("error-throttled", seconds = seconds)
        }
        UiError::Denied => t!("error-denied"),
        UiError::NotFound { noun } => said(&id("error-no-such", noun)).unwrap_or_else(|| t!("error-not-found")),
        UiError::Unavailable => t!("error-unavailable"),
        UiError::Internal => t!("error-internal"),
        UiError::Transport { message } => t!("error-transport", reason = message.as_str()),
    }
}

/// The text without arguments.
fn said(id: &str) -> Option<String> {
    by_id(id, Arguments::new())
}

/// The id of a code, of a noun or of a sentence: its letters and digits, with hyphens between them.
fn id(prefix: &str, text: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let slug: String = text.chars().map(letter).collect();
    format!("{prefix}-{}", slug.trim_matches('-'))
}
