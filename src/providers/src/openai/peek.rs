//! JSON peek: what the gateway must know of a request's body, read without building it.

use std::{borrow::Cow, collections::HashSet, ops::Range};

use crate::json::{self, JsonError};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The few facts that policy and metering need; everything else in a body is the upstream's to judge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peek {
    /// `model`, if it is a string; whole, however long.
    pub model: Option<String>,
    /// Models that it names beside it: in a list `models`, or in the requests of a batch.
    pub other_models: Vec<String>,
    /// A model is named that is no string.
    pub odd_model: bool,
    /// Where the value of `model` stands in the body.
    pub model_at: Option<Range<usize>>,
    /// Whether `background` is `true`.
    pub background: bool,
    /// Whether usage is asked for in a provider's own way (`usage: {include: true}`), so that the answer would have it anyhow.
    pub usage_requested_otherwise: bool,
    /// Whether `stream` is `true`.
    pub stream: bool,
    /// Whether `stream_options.include_usage` is `true`.
    pub usage_requested: bool,
    /// The largest of `max_tokens`, `max_completion_tokens` and `max_output_tokens`; tokens.
    pub max_tokens: Option<u64>,
    /// Where the value of `stream_options` stands in the body.
    pub(super) stream_options: Option<Range<usize>>,
}

/// Why a body cannot be passed on. All are the client's to mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeekError {
    /// It is not JSON in UTF-8.
    #[error("the body is not valid JSON")]
    NotJson,
    /// Arrays and objects nest deeper than 64.
    #[error("the body nests deeper than {} levels", json::MAX_DEPTH)]
    TooDeep,
    /// A top-level field stands twice: two readers may each take another one, and a rule that looked at the first
    /// would be got around by the second.
    #[error("the field \"{0}\" stands twice in the body")]
    Duplicate(String),
    /// More top-level fields than any request has; remembering their names would cost more than the body.
    #[error("the body has more than {FIELDS_MAX} top-level fields")]
    TooManyFields,
}

/// The most top-level fields of a body.
pub const FIELDS_MAX: usize = 512;
/// The most models that are listened to in a list.
const MODELS_MAX: usize = 10_000;

impl From<JsonError> for PeekError {
    fn from(flaw: JsonError) -> Self {
        match flaw {
            JsonError::Syntax => Self::NotJson,
            JsonError::Depth => Self::TooDeep,
        }
    }
}

/// Reads `body`, which may be any JSON value; one that is not an object says nothing.
///
/// `model` is also found under another case (`Model`), and counts as a duplicate then: JSON readers exist that take
/// names regardless of case, and a rule about models must hold with them too.
///
/// A byte order mark in front is passed over, as many readers do (RFC 8259, 8.1), so that it hides no model either.
pub fn peek(body: &[u8]) -> Result<Peek, PeekError> {
    let mark = if body.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let mut found = read(&body[mark..])?;
    let shift = |at: Range<usize>| at.start + mark..at.end + mark;
    found.stream_options = found.stream_options.map(shift);
    found.model_at = found.model_at.map(shift);
    Ok(found)
}

fn read(body: &[u8]) -> Result<Peek, PeekError> {
    let mut seen = Names::default();
    let (mut duplicate, mut fields) = (None, 0);
    let mut found = Peek::default();
    json::members(body, |member| {
        fields += 1;
        if fields > FIELDS_MAX {
            return;
        }
        let name = json::unescape(&body[member.name.clone()]);
        let value = &body[member.value.clone()];
        match &*name {
            "stream" => found.stream = value == b"true",
            "stream_options" => {
                found.usage_requested = include_usage(value).any_true;
                found.stream_options = Some(member.value.clone());
            }
            "max_tokens" | "max_completion_tokens" | "max_output_tokens" => {
                found.max_tokens = found.max_tokens.max(json::as_count(value));
            }
            "background" => found.background = value == b"true",
            "usage" => found.usage_requested_otherwise = asks_for_usage(value),
            "models" => list_of_models(value, &mut found),
            "requests" => models_of_requests(value, &mut found),
            name if name.eq_ignore_ascii_case("model") => {
                found.model = json::as_text(value).map(Cow::into_owned);
                found.odd_model |= found.model.is_none();
                found.model_at = Some(member.value.clone());
            }
            _ => {}
        }
        let name = if name.eq_ignore_ascii_case("model") { Cow::Borrowed("model") } else { name };
        if let Some(name) = seen.insert(name)
            && duplicate.is_none()
        {
            duplicate = Some(name.chars().take(64).collect());
        }
    })?;
    match duplicate {
        _ if fields > FIELDS_MAX => Err(PeekError::TooManyFields),
        Some(name) => Err(PeekError::Duplicate(name)),
        None => Ok(found),
    }
}

/// `{"include": true}`
fn asks_for_usage(value: &[u8]) -> bool {
    let mut asks = false;
    let _ = json::members(value, |member| {
        asks |= &value[member.name.clone()] == b"include" && &value[member.value.clone()] == b"true";
    });
    asks
}

/// A list of models, any of which may answer (OpenRouter). What is no list says nothing.
fn list_of_models(value: &[u8], found: &mut Peek) {
    let _ = json::items(value, |at| note_model(&value[at], found));
}

/// The requests of a batch (Anthropic: each has `params`; Gemini: each names a model or has a `request`).
fn models_of_requests(value: &[u8], found: &mut Peek) {
    let _ = json::items(value, |at| {
        let request = &value[at];
        let _ = json::members(request, |member| {
            let inside = &request[member.value.clone()];
            match &request[member.name.clone()] {
                b"model" => note_model(inside, found),
                b"params" | b"request" | b"body" => {
                    let _ = json::members(inside, |member| {
                        if json::unescape(&inside[member.name.clone()]).eq_ignore_ascii_case("model") {
                            note_model(&inside[member.value.clone()], found);
                        }
                    });
                }
                _ => {}
            }
        });
    });
}

fn note_model(value: &[u8], found: &mut Peek) {
    match json::as_text(value) {
        // Each of them once: a batch names the same one ten thousand times.
        Some(model) if found.other_models.iter().any(|known| *known == model) => {}
        Some(model) if found.other_models.len() < MODELS_MAX => found.other_models.push(model.into_owned()),
        _ => found.odd_model = true,
    }
}

/// What an object of stream options says about usage.
pub(super) struct IncludeUsage {
    /// Some `include_usage` in it is `true`.
    pub(super) any_true: bool,
    /// Values of `include_usage` that are `false` or `null`.
    pub(super) off: Vec<Range<usize>>,
    /// Some `include_usage` is neither a boolean nor null.
    pub(super) odd: bool,
    /// There are no members at all.
    pub(super) empty: bool,
}

/// Reads the value of `stream_options`.
pub(super) fn include_usage(options: &[u8]) -> IncludeUsage {
    let mut found = IncludeUsage { any_true: false, off: Vec::new(), odd: false, empty: true };
    // Its syntax was checked with the whole body's, so there is nothing to report from here.
    let _ = json::members(options, |member| {
        found.empty = false;
        if json::unescape(&options[member.name.clone()]) == "include_usage" {
            match &options[member.value.clone()] {
                b"true" => found.any_true = true,
                b"false" | b"null" => found.off.push(member.value.clone()),
                _ => found.odd = true,
            }
        }
    });
    found
}

/// The names seen so far. Requests have a dozen fields: a short list beats hashing until a client sends many.
#[derive(Default)]
struct Names<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    const FEW: usize = 32;

    /// Takes `name` in, or hands it back if it was there.
    fn insert(&mut self, name: Cow<'a, str>) -> Option<Cow<'a, str>> {
        if self.few.contains(&name) || self.many.contains(&name) {
            return Some(name);
        }
        if self.few.len() < Self::FEW {
            self.few.push(name);
        } else {
            self.many.insert(name);
        }
        None
    }
}

#[cfg(test)]
#[path = "peek_fuzz.rs"]
mod fuzz;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn facts(body: &str) -> Peek {
        Peek { stream_options: None, model_at: None, odd_model: false, ..peek(body.as_bytes()).unwrap() }
    }

    #[test]
    fn facts_are_read() {
        let body = r#"{"messages":[{"role":"user","content":"{\"model\":\"x\"}"}],"model":"gpt-5","stream":true,
            "stream_options":{"include_usage":true},"max_completion_tokens":7,"max_tokens":5}"#;
        let expected = Peek {
            model: Some("gpt-5".to_owned()),
            stream: true,
            usage_requested: true,
            max_tokens: Some(7),
            ..Peek::default()
        };
        assert_eq!(facts(body), expected);
        assert_eq!(facts(r#"{"mod\u0065l":"gpt\u002d5"}"#).model.as_deref(), Some("gpt-5"));
    }

    #[test]
    fn a_byte_order_mark_hides_nothing() {
        let found = peek("\u{feff} {\"model\":\"gpt-5\",\"stream_options\":{}}".as_bytes()).unwrap();
        assert_eq!((found.model.as_deref(), found.stream_options), (Some("gpt-5"), Some(38..40)));
        // Only one, and only in front.
        assert_eq!(peek("\u{feff}\u{feff}{}".as_bytes()), Err(PeekError::NotJson));
        assert_eq!(peek("{}\u{feff}".as_bytes()), Err(PeekError::NotJson));
    }

    #[test]
    fn odd_values_are_the_upstreams_to_judge() {
        for body in [
            "[]",
            "null",
            "\"text\"",
            "7",
            "{}",
            r#"{"model":{"name":"x"}}"#,
            r#"{"model":null,"stream":"true"}"#,
            r#"{"stream":1,"stream_options":[],"max_tokens":-1}"#,
            r#"{"max_tokens":1.5}"#,
            r#"{"stream_options":{"include_usage":"yes"}}"#,
            r#"{"extra":{"model":"inside"}}"#,
        ] {
            assert_eq!(facts(body), Peek::default(), "{body}");
        }
    }

    #[test]
    fn a_field_must_stand_once() {
        let twice = |body: &str| peek(body.as_bytes()).unwrap_err();
        assert_eq!(twice(r#"{"model":"a","n":1,"model":"b"}"#), PeekError::Duplicate("model".to_owned()));
        assert_eq!(twice(r#"{"model":"a","mod\u0065l":"b"}"#), PeekError::Duplicate("model".to_owned()));
        assert_eq!(twice(r#"{"model":"a","Model":"b"}"#), PeekError::Duplicate("model".to_owned()));
        assert_eq!(twice(r#"{"user":"a","user":"a"}"#), PeekError::Duplicate("user".to_owned()));
        // Names other than the model's are taken as they are written, and those inside are not ours to judge.
        assert!(peek(br#"{"user":"a","User":"b","o":{"a":1,"a":2}}"#).is_ok());
        assert_eq!(facts(r#"{"MODEL":"gpt-5"}"#).model.as_deref(), Some("gpt-5"));
    }

    #[test]
    fn a_field_among_many_must_stand_once_too() {
        let fields: Vec<String> = (0..200).map(|n| format!("\"f{n}\":{n}")).collect();
        assert!(peek(format!("{{{}}}", fields.join(",")).as_bytes()).is_ok());
        let body = format!("{{{},\"f150\":0}}", fields.join(","));
        assert_eq!(peek(body.as_bytes()), Err(PeekError::Duplicate("f150".to_owned())));
    }

    /// F06
    #[test]
    fn a_body_of_very_many_fields_is_refused() {
        let body = |count: usize| {
            let fields: Vec<String> = (0..count).map(|n| format!("\"f{n}\":0")).collect();
            format!("{{{}}}", fields.join(","))
        };
        assert!(peek(body(FIELDS_MAX).as_bytes()).is_ok());
        assert_eq!(peek(body(FIELDS_MAX + 1).as_bytes()), Err(PeekError::TooManyFields));
    }

    /// C14, and models that stand elsewhere.
    #[test]
    fn every_model_that_is_named_is_found() {
        for (body, models, odd) in [
            (r#"{"model":"a","models":["b","c","b"]}"#, &["b", "c"][..], false),
            (r#"{"model":["a"]}"#, &[], true),
            (r#"{"model":{"id":"a"}}"#, &[], true),
            (r#"{"model":null}"#, &[], true),
            (r#"{"models":["o3-pro",7]}"#, &["o3-pro"], true),
            (r#"{"requests":[{"custom_id":"1","params":{"model":"x"}},{"params":{"model":7}}]}"#, &["x"], true),
            (r#"{"requests":[{"model":"models/e"},{"request":{"model":"y"}}]}"#, &["models/e", "y"], false),
        ] {
            let found = peek(body.as_bytes()).unwrap();
            assert_eq!(
                (found.other_models.iter().map(String::as_str).collect::<Vec<_>>(), found.odd_model),
                (models.to_vec(), odd),
                "{body}"
            );
        }
        let found = peek(br#"{"model": "a", "background":true,"usage":{"include":true}}"#).unwrap();
        assert_eq!((found.model_at, found.background, found.usage_requested_otherwise), (Some(10..13), true, true));
    }

    #[test]
    fn broken_and_deep_bodies_are_distinguished() {
        assert_eq!(peek(b"{\"model\":"), Err(PeekError::NotJson));
        assert_eq!(peek(b""), Err(PeekError::NotJson));
        let deep = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(peek(deep(63).as_bytes()).is_ok());
        assert_eq!(peek(deep(64).as_bytes()), Err(PeekError::TooDeep));
    }

    proptest! {
        #[test]
        fn any_model_is_read_as_json_reads_it(model in any::<String>(), stream in any::<bool>()) {
            let body = serde_json::json!({ "messages": [], "model": model, "stream": stream }).to_string();
            let found = peek(body.as_bytes()).unwrap();
            prop_assert_eq!(found.model, Some(model));
            prop_assert_eq!(found.stream, stream);
        }
    }
}
