//! JSON peek: what the gateway must know of a request's body, read without building it.

use std::{borrow::Cow, collections::HashSet, ops::Range};

use crate::json::{self, JsonError};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The few facts that policy and metering need; everything else in a body is the upstream's to judge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peek {
    /// `model`, if it is a string; whole, however long.
    pub model: Option<String>,
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
}

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
    found.stream_options = found.stream_options.map(|at| at.start + mark..at.end + mark);
    Ok(found)
}

fn read(body: &[u8]) -> Result<Peek, PeekError> {
    let mut seen = Names::default();
    let mut duplicate = None;
    let mut found = Peek::default();
    json::members(body, |member| {
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
            name if name.eq_ignore_ascii_case("model") => found.model = json::as_text(value).map(Cow::into_owned),
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
        Some(name) => Err(PeekError::Duplicate(name)),
        None => Ok(found),
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
        Peek { stream_options: None, ..peek(body.as_bytes()).unwrap() }
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
            stream_options: None,
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
