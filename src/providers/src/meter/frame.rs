//! SSE data frames: what one `data:` of a stream says that metering needs.

use std::{borrow::Cow, ops::Range};

use crate::{Grammar, json};

/// A `data:` value, read.
pub(super) enum Data<'a> {
    /// `[DONE]`
    Done,
    /// A JSON value.
    Frame(Frame<'a>),
    /// Not JSON as it stands; maybe the next `data:` line of the event completes it.
    Unreadable,
}

/// The facts of a frame.
#[derive(Default)]
pub(super) struct Frame<'a> {
    /// The usage object that it reports.
    pub(super) usage: Option<&'a [u8]>,
    /// The model it names.
    pub(super) model: Option<String>,
    /// The tier that served.
    pub(super) tier: Option<String>,
    /// It is more than a preamble: the model has begun to speak, or to think aloud.
    pub(super) begins: bool,
    /// It is the last word of the answer: `response.completed`, `message_stop` and their kin.
    pub(super) ends: bool,
    /// The answer may properly end behind it, though more may come (`finish_reason`).
    pub(super) may_end: bool,
    /// It says that the answer failed.
    pub(super) fails: bool,
    /// What hiding usage takes out of it.
    pub(super) hides: HiddenPart,
}

/// What a client that did not ask for usage must not see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum HiddenPart {
    /// Nothing is there.
    #[default]
    Nothing,
    /// These bytes: a `usage` field and a comma.
    Field(Range<usize>),
    /// All of it: the chunk that exists for usage alone (`choices` empty, null or absent).
    Everything,
}

/// Reads `data`. The model is looked for only where `want_model` says that it is still unknown.
pub(super) fn read(grammar: Grammar, data: &[u8], want_model: bool) -> Data<'_> {
    if matches!(grammar, Grammar::Chat | Grammar::Responses | Grammar::Plain)
        && data.trim_ascii_start().starts_with(b"[DONE]")
    {
        return Data::Done;
    }
    let found = match grammar {
        Grammar::Chat | Grammar::Plain => chat(data, want_model),
        Grammar::Responses => response(data, want_model),
        Grammar::Messages => message(data, want_model),
        Grammar::Generate => generate(data, want_model),
    };
    found.map_or(Data::Unreadable, Data::Frame)
}

fn chat(data: &[u8], want_model: bool) -> Option<Frame<'_>> {
    let mut found = Frame::default();
    let (mut field, mut choices, mut vendor) = (None, None, None);
    json::members(data, |member| {
        let value = &data[member.value.clone()];
        match &data[member.name.clone()] {
            b"usage" => {
                field = Some(json::cut(data, member));
                found.usage = is_object(value).then_some(value);
            }
            b"choices" => choices = Some(value),
            b"model" if want_model => found.model = name(value),
            b"service_tier" => found.tier = name(value),
            b"error" => found.fails = value != b"null",
            // Groq's own, in the last chunk.
            b"x_groq" => vendor = Some(value),
            _ => {}
        }
    })
    .ok()?;
    found.begins = true;
    let nothing_chosen = choices.is_none_or(|value| value == b"null" || is_empty_array(value));
    found.hides = match field {
        None => HiddenPart::Nothing,
        Some(_) if found.usage.is_some() && nothing_chosen && !found.fails => HiddenPart::Everything,
        Some(cut) => HiddenPart::Field(cut),
    };
    if let Some(choices) = choices.filter(|value| has_reason(value, b"\"finish_reason\"")) {
        read_choices(choices, &mut found);
    }
    if found.usage.is_none() {
        found.usage = vendor.and_then(usage_within);
    }
    Some(found)
}

/// The choices of a chunk that says why one of them ended. Moonshot reports usage there.
fn read_choices<'a>(choices: &'a [u8], found: &mut Frame<'a>) {
    let _ = json::items(choices, |at| {
        let choice = &choices[at];
        let mut reason = None;
        let _ = json::members(choice, |member| {
            if &choice[member.name.clone()] == b"finish_reason" {
                reason = json::as_text(&choice[member.value.clone()]);
            }
        });
        found.may_end |= reason.is_some();
        found.fails |= reason.as_deref() == Some("error");
        if found.usage.is_none() {
            found.usage = usage_within(choice);
        }
    });
}

fn usage_within(object: &[u8]) -> Option<&[u8]> {
    let mut found = None;
    let _ = json::members(object, |member| {
        let value = &object[member.value.clone()];
        if &object[member.name.clone()] == b"usage" && is_object(value) {
            found = Some(value);
        }
    });
    found
}

fn response(data: &[u8], want_model: bool) -> Option<Frame<'_>> {
    let mut found = Frame::default();
    let (mut kind, mut inside) = (None, None);
    json::members(data, |member| {
        let value = &data[member.value.clone()];
        match &data[member.name.clone()] {
            b"type" => kind = Some(value),
            b"response" => inside = Some(value),
            b"usage" => found.usage = is_object(value).then_some(value),
            b"model" if want_model => found.model = name(value),
            b"error" => found.fails = value != b"null",
            _ => {}
        }
    })
    .ok()?;
    let preamble = [&br#""response.created""#[..], br#""response.queued""#, br#""response.in_progress""#];
    found.begins = kind.is_some_and(|kind| !preamble.contains(&kind));
    (found.ends, found.fails) = match kind {
        Some(br#""response.completed""# | br#""response.incomplete""#) => (true, found.fails),
        Some(br#""response.failed""#) => (true, true),
        Some(br#""error""#) => (false, true),
        _ => (false, found.fails),
    };
    let Some(inside) = inside.filter(|_| want_model || found.ends) else { return Some(found) };
    let ends = found.ends;
    let _ = json::members(inside, |member| {
        let value = &inside[member.value.clone()];
        match &inside[member.name.clone()] {
            // Only the last event's counts.
            b"usage" if ends => found.usage = is_object(value).then_some(value),
            b"service_tier" if ends => found.tier = name(value),
            b"model" if want_model => found.model = name(value),
            _ => {}
        }
    });
    Some(found)
}

fn message(data: &[u8], want_model: bool) -> Option<Frame<'_>> {
    let mut found = Frame::default();
    let (mut kind, mut inside) = (None, None);
    json::members(data, |member| {
        let value = &data[member.value.clone()];
        match &data[member.name.clone()] {
            b"type" => kind = Some(value),
            b"message" => inside = Some(value),
            b"usage" => found.usage = is_object(value).then_some(value),
            _ => {}
        }
    })
    .ok()?;
    found.begins = kind.is_some_and(|kind| ![&br#""message_start""#[..], br#""ping""#].contains(&kind));
    match kind {
        Some(br#""message_stop""#) => found.ends = true,
        Some(br#""error""#) => found.fails = true,
        Some(br#""message_start""#) => {
            let inside = inside.unwrap_or_default();
            let _ = json::members(inside, |member| {
                let value = &inside[member.value.clone()];
                match &inside[member.name.clone()] {
                    b"usage" => found.usage = is_object(value).then_some(value),
                    b"model" if want_model => found.model = name(value),
                    _ => {}
                }
            });
        }
        _ => {}
    }
    Some(found)
}

fn generate(data: &[u8], want_model: bool) -> Option<Frame<'_>> {
    let mut found = Frame::default();
    json::members(data, |member| {
        let value = &data[member.value.clone()];
        match &data[member.name.clone()] {
            b"usageMetadata" => found.usage = is_object(value).then_some(value),
            b"modelVersion" if want_model => found.model = name(value),
            b"candidates" => {
                found.begins = true;
                found.may_end |= has_reason(value, b"\"finishReason\"");
            }
            b"promptFeedback" => found.may_end |= has_reason(value, b"\"blockReason\""),
            b"error" => found.fails = true,
            _ => {}
        }
    })
    .ok()?;
    Some(found)
}

/// A name that is no empty one: some send a first chunk with it.
pub(super) fn name(value: &[u8]) -> Option<String> {
    json::as_text(value).map(Cow::into_owned).filter(|name| !name.is_empty())
}

/// Whether a member of that name (with its quotes) stands in JSON text with something else than null. Inside of strings
/// quotes are escaped, so the name with its quotes is found nowhere else.
fn has_reason(text: &[u8], quoted: &[u8]) -> bool {
    memchr::memmem::find_iter(text, quoted).any(|at| {
        let rest = text[at + quoted.len()..].trim_ascii_start();
        rest.strip_prefix(b":").is_some_and(|value| !value.trim_ascii_start().starts_with(b"null"))
    })
}

fn is_object(value: &[u8]) -> bool {
    value.starts_with(b"{")
}

fn is_empty_array(value: &[u8]) -> bool {
    value
        .strip_prefix(b"[")
        .and_then(|rest| rest.strip_suffix(b"]"))
        .is_some_and(|inside| inside.trim_ascii().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(grammar: Grammar, data: &str) -> Frame<'_> {
        match read(grammar, data.as_bytes(), true) {
            Data::Frame(frame) => frame,
            Data::Done | Data::Unreadable => panic!("no frame: {data}"),
        }
    }

    #[test]
    fn what_is_hidden() {
        let hides = |data: &str| frame(Grammar::Chat, data).hides;
        assert_eq!(hides(r#"{"choices":[]}"#), HiddenPart::Nothing);
        for data in [
            r#"{"choices":[ ],"usage":{"prompt_tokens":1}}"#,
            r#"{"choices":null,"usage":{"prompt_tokens":1}}"#,
            r#"{"id":"c","usage":{"prompt_tokens":1}}"#,
        ] {
            assert_eq!(hides(data), HiddenPart::Everything, "{data}");
        }
        // A first chunk of Azure's: no choices, but something to say.
        assert_eq!(hides(r#"{"choices":[],"usage":null}"#), HiddenPart::Field(13..26));
        assert_eq!(hides(r#"{"choices":[{}],"usage":{}}"#), HiddenPart::Field(15..26));
    }

    #[test]
    fn a_response_ends_by_type_alone() {
        let text = r#"{"type":"response.output_text.delta","delta":"response.completed"}"#;
        assert!(!frame(Grammar::Responses, text).ends);
        let text = r#"{"type":"response.completed","response":{"model":"m","usage":{"input_tokens":3}}}"#;
        let found = frame(Grammar::Responses, text);
        assert!(found.ends && !found.fails);
        assert_eq!(found.usage, Some(&br#"{"input_tokens":3}"#[..]));
        assert_eq!(found.model.as_deref(), Some("m"));
        assert!(!frame(Grammar::Chat, text).ends);
        assert!(frame(Grammar::Responses, r#"{"type":"error","code":"x"}"#).fails);
        let text = r#"{"type":"response.in_progress","response":{"model":"m","usage":{"input_tokens":3}}}"#;
        assert_eq!(frame(Grammar::Responses, text).usage, None, "usage before the end does not count");
    }

    #[test]
    fn a_chat_may_end_where_a_choice_does_and_fails_where_it_says_so() {
        for (data, may_end, fails) in [
            (r#"{"choices":[{"delta":{"content":"\"finish_reason\":\"stop\""},"finish_reason":null}]}"#, false, false),
            (r#"{"choices":[{"delta":{},"finish_reason" : "stop"}]}"#, true, false),
            (r#"{"error":{"code":1},"choices":[{"delta":{},"finish_reason":"error"}]}"#, true, true),
            (r#"{"error":null,"choices":[{}]}"#, false, false),
        ] {
            let found = frame(Grammar::Chat, data);
            assert_eq!((found.may_end, found.fails), (may_end, fails), "{data}");
        }
        let within = r#"{"choices":[{"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":3}}]}"#;
        assert_eq!(frame(Grammar::Chat, within).usage, Some(&br#"{"prompt_tokens":3}"#[..]));
        let vendor = r#"{"choices":[{"finish_reason":"stop"}],"x_groq":{"id":"r","usage":{"prompt_tokens":3}}}"#;
        assert_eq!(frame(Grammar::Chat, vendor).usage, Some(&br#"{"prompt_tokens":3}"#[..]));
    }

    #[test]
    fn the_events_of_other_dialects() {
        let start =
            frame(Grammar::Messages, r#"{"type":"message_start","message":{"model":"m","usage":{"input_tokens":1}}}"#);
        assert_eq!((start.model.as_deref(), start.usage.is_some(), start.ends), (Some("m"), true, false));
        assert!(frame(Grammar::Messages, r#"{"type":"message_stop"}"#).ends);
        assert!(frame(Grammar::Messages, r#"{"type":"error","error":{"type":"overloaded_error"}}"#).fails);
        assert!(!frame(Grammar::Messages, r#"{"type":"ping"}"#).ends);
        let last =
            r#"{"candidates":[{"finishReason":"STOP"}],"modelVersion":"g","usageMetadata":{"promptTokenCount":2}}"#;
        let last = frame(Grammar::Generate, last);
        assert_eq!((last.may_end, last.model.as_deref(), last.usage.is_some()), (true, Some("g"), true));
        assert!(frame(Grammar::Generate, r#"{"error":{"code":503}}"#).fails);
        assert!(frame(Grammar::Generate, r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#).may_end);
    }
}
