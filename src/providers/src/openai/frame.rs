//! SSE data frames: what one `data:` of a stream says that metering needs.

use std::{borrow::Cow, ops::Range};

use domain::Usage;

use super::{Endpoint, usage};
use crate::json;

/// A `data:` value, read.
pub(super) enum Data {
    /// `[DONE]`
    Done,
    /// A JSON value.
    Frame(Frame),
    /// Not JSON as it stands; maybe the next `data:` line of the event completes it.
    Unreadable,
}

/// The facts of a frame.
#[derive(Default)]
pub(super) struct Frame {
    /// The tokens it reports.
    pub(super) usage: Option<Usage>,
    /// The model it names.
    pub(super) model: Option<String>,
    /// It is the last word of the answer: `response.completed` and its kin.
    pub(super) ends: bool,
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
    /// All of it: the chunk that exists for usage alone (`"choices":[]`).
    Everything,
}

/// Reads `data`. The model is looked for only where `want_model` says that it is still unknown.
pub(super) fn read(endpoint: Endpoint, data: &[u8], want_model: bool) -> Data {
    if data.trim_ascii_start().starts_with(b"[DONE]") {
        return Data::Done;
    }
    let mut found = Frame::default();
    let (mut kind, mut response, mut field) = (None, None, None);
    let (mut reports, mut no_choices) = (false, false);
    let walked = json::members(data, |member| {
        let value = &data[member.value.clone()];
        match &data[member.name.clone()] {
            b"usage" => {
                reports = value.starts_with(b"{");
                field = Some(json::cut(data, member));
                found.usage = reports.then(|| usage::read(value));
            }
            b"choices" => no_choices = is_empty_array(value),
            b"model" if want_model => found.model = model(value),
            b"type" => kind = Some(value),
            b"response" => response = Some(value),
            _ => {}
        }
    });
    if walked.is_err() {
        return Data::Unreadable;
    }
    found.hides = match field {
        None => HiddenPart::Nothing,
        Some(_) if reports && no_choices => HiddenPart::Everything,
        Some(cut) => HiddenPart::Field(cut),
    };
    if endpoint == Endpoint::Responses {
        found.ends =
            matches!(kind, Some(br#""response.completed""# | br#""response.incomplete""# | br#""response.failed""#));
        read_response(response.unwrap_or_default(), want_model, &mut found);
    }
    Data::Frame(found)
}

/// The response object inside an event; only the last event's has usage that counts.
fn read_response(response: &[u8], want_model: bool, found: &mut Frame) {
    if response.is_empty() || !(want_model || found.ends) {
        return;
    }
    let ends = found.ends;
    let _ = json::members(response, |member| {
        let value = &response[member.value.clone()];
        match &response[member.name.clone()] {
            b"usage" if ends && value.starts_with(b"{") => found.usage = Some(usage::read(value)),
            b"model" if want_model => found.model = model(value),
            _ => {}
        }
    });
}

pub(super) fn model(value: &[u8]) -> Option<String> {
    // Some send a first chunk with an empty name.
    json::as_text(value).map(Cow::into_owned).filter(|name| !name.is_empty())
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

    fn frame(endpoint: Endpoint, data: &str) -> Frame {
        match read(endpoint, data.as_bytes(), true) {
            Data::Frame(frame) => frame,
            Data::Done | Data::Unreadable => panic!("no frame: {data}"),
        }
    }

    #[test]
    fn what_is_hidden() {
        let hides = |data: &str| frame(Endpoint::Chat, data).hides;
        assert_eq!(hides(r#"{"choices":[]}"#), HiddenPart::Nothing);
        assert_eq!(hides(r#"{"choices":[ ],"usage":{"prompt_tokens":1}}"#), HiddenPart::Everything);
        // A first chunk of Azure's: no choices, but something to say.
        assert_eq!(hides(r#"{"choices":[],"usage":null}"#), HiddenPart::Field(13..26));
        assert_eq!(hides(r#"{"choices":[{}],"usage":{}}"#), HiddenPart::Field(15..26));
    }

    #[test]
    fn a_response_ends_by_type_alone() {
        let text = r#"{"type":"response.output_text.delta","delta":"response.completed"}"#;
        assert!(!frame(Endpoint::Responses, text).ends);
        let text = r#"{"type":"response.completed","response":{"model":"m","usage":{"input_tokens":3}}}"#;
        let found = frame(Endpoint::Responses, text);
        assert!(found.ends);
        assert_eq!(found.usage, Some(Usage { input_tokens: Some(3), ..Usage::default() }));
        assert_eq!(found.model.as_deref(), Some("m"));
        assert!(!frame(Endpoint::Chat, text).ends);
    }

    #[test]
    fn usage_before_the_end_does_not_count() {
        let text = r#"{"type":"response.in_progress","response":{"model":"m","usage":{"input_tokens":3}}}"#;
        assert_eq!(frame(Endpoint::Responses, text).usage, None);
    }
}
