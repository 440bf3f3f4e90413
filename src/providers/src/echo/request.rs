//! Echo request parser: reads what it needs without building the whole; bodies may be megabytes.

use std::borrow::Cow;

use super::{Answer, MODEL, tokens};
use crate::{
    json,
    openai::{Peek, peek},
};

/// A request for the model `echo`.
pub(super) struct Request<'a> {
    /// What the gateway reads too.
    pub(super) peek: Peek,
    fields: Vec<(Cow<'a, str>, &'a [u8])>,
}

/// Reads a body, and answers as the vendor does where it is none or for another model.
pub(super) fn read(body: &[u8]) -> Result<Request<'_>, Answer> {
    check(body, None)
}

/// The same where the path names the model.
pub(super) fn read_for<'a>(body: &'a [u8], model: &str) -> Result<Request<'a>, Answer> {
    check(body, Some(model))
}

fn check<'a>(body: &'a [u8], named: Option<&str>) -> Result<Request<'a>, Answer> {
    let peek = peek(body).map_err(|flaw| {
        let message = format!("We could not parse the JSON body of your request: {flaw}.");
        Answer::error(400, None, &message, None)
    })?;
    match named.or(peek.model.as_deref()) {
        Some(MODEL) => {}
        Some(other) => {
            let name: String = other.chars().take(256).collect();
            let message = format!("The model `{name}` does not exist or you do not have access to it.");
            return Err(Answer::error(404, Some("model_not_found"), &message, None));
        }
        None => return Err(Answer::error(400, None, "you must provide a model parameter", None)),
    }
    Ok(fields_of(body, peek))
}

/// The fields of a body whose syntax was checked.
pub(super) fn fields_of(body: &[u8], peek: Peek) -> Request<'_> {
    let known = [
        "messages",
        "prompt",
        "input",
        "instructions",
        "encoding_format",
        "dimensions",
        "system",
        "contents",
        "content",
        "requests",
        "generateContentRequest",
        "systemInstruction",
        "generationConfig",
    ];
    let mut fields = Vec::new();
    // Its syntax was checked by the peek.
    let _ = json::members(body, |member| {
        let name = json::unescape(&body[member.name.clone()]);
        if known.contains(&&*name) {
            fields.push((name, &body[member.value.clone()]));
        }
    });
    Request { peek, fields }
}

impl<'a> Request<'a> {
    /// The value of a field, unless it is missing or null.
    pub(super) fn field(&self, name: &str) -> Option<&'a [u8]> {
        self.fields.iter().find(|(field, value)| field == name && *value != b"null").map(|(_, value)| *value)
    }

    /// How many tokens the answer may have.
    pub(super) fn most_tokens(&self) -> usize {
        self.peek
            .max_tokens
            .and_then(|most| usize::try_from(most).ok())
            .map_or(tokens::MOST, |most| most.clamp(1, tokens::MOST))
    }
}

/// What a conversation comes to.
#[derive(Default)]
pub(super) struct Conversation<'a> {
    /// The last thing a user said; without one, the last message of any role.
    pub(super) last: Cow<'a, str>,
    /// Tokens of everything said.
    pub(super) tokens: usize,
}

/// Listens to a list of messages (`role`, `content`), or to one bare text.
pub(super) fn listen(messages: &[u8]) -> Conversation<'_> {
    if let Some(text) = json::as_text(messages) {
        return Conversation { tokens: tokens::count(&text), last: text };
    }
    let (mut conversation, mut by_user) = (Conversation::default(), false);
    // Its syntax was checked by the peek, here and below.
    let _ = json::items(messages, |at| {
        let message = &messages[at];
        let (mut is_user, mut content) = (false, None);
        let _ = json::members(message, |member| match &message[member.name.clone()] {
            b"role" => is_user = &message[member.value.clone()] == br#""user""#,
            b"content" | b"parts" => content = Some(&message[member.value.clone()]),
            _ => {}
        });
        let Some(text) = content.and_then(text_of) else { return };
        conversation.tokens += tokens::count(&text);
        if is_user || !by_user {
            conversation.last = text;
            by_user = is_user;
        }
    });
    conversation
}

/// A content's text: itself, or that of its parts with line ends between.
pub(super) fn text_of(content: &[u8]) -> Option<Cow<'_, str>> {
    if let Some(text) = json::as_text(content) {
        return Some(text);
    }
    let mut texts = Vec::new();
    let _ = json::items(content, |at| {
        let part = &content[at];
        let _ = json::members(part, |member| {
            if &part[member.name.clone()] == b"text" {
                texts.extend(json::as_text(&part[member.value.clone()]));
            }
        });
    });
    (!texts.is_empty()).then(|| Cow::Owned(texts.join("\n")))
}
