//! Echo provider (built-in upstream): answers as the vendor would, offline and for free, with the text it received.
//!
//! Its one model, `echo`, says the last user message again. Tokens are counted by a rule of its own, see [`tokens`].
//! Answers are bounded whatever the request: at most [`tokens::MOST`] tokens, as a model with such a limit would.

mod chat;
mod completions;
mod embeddings;
mod generate;
mod messages;
mod models;
mod request;
mod responses;
pub mod tokens;

use bytes::Bytes;
use domain::{Dialect, Timestamp};
use serde_json::Value;

use crate::{ErrorText, Kind, of, openai::error::error_value};

/// The only model there is.
pub const MODEL: &str = "echo";

/// An answer, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The `content-type`.
    pub content_type: &'static str,
    /// One for JSON; for a stream its events, the last of which is `[DONE]` or the one that ends a response.
    pub frames: Vec<Bytes>,
}

/// What is asked, apart from the body.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The dialect.
    pub dialect: Dialect,
    /// The method.
    pub method: &'a str,
    /// The raw path, with its root.
    pub path: &'a str,
    /// The query string.
    pub query: Option<&'a str>,
}

/// Answers a request; `seed` makes the answer's ids.
pub fn answer(target: Target<'_>, body: &[u8], now: Timestamp, seed: [u8; 10]) -> Answer {
    let stamp = Stamp { seconds: now.0.div_euclid(1000), id: hex(&seed) };
    let kind = of(target.dialect).classify(target.method, target.path).kind;
    let answer = match target.dialect {
        Dialect::Openai | Dialect::Azure => openai(&target, kind, body, &stamp),
        Dialect::Anthropic => messages::answer(&target, kind, body, &stamp),
        Dialect::Gemini => generate::answer(&target, kind, body, &stamp),
    };
    answer.unwrap_or_else(|no| no)
}

fn openai(target: &Target<'_>, kind: Kind, body: &[u8], stamp: &Stamp) -> Result<Answer, Answer> {
    let named = of(target.dialect).model_in_path(target.path);
    let read = || match (target.dialect, &named) {
        (Dialect::Azure, Some(deployment)) => request::read_for(body, deployment),
        _ => request::read(body),
    };
    match kind {
        Kind::Chat => read().and_then(|ask| chat::answer(&ask, stamp)),
        Kind::Completions => read().and_then(|ask| completions::answer(&ask, stamp)),
        Kind::Responses => read().and_then(|ask| responses::answer(&ask, stamp)),
        Kind::Embeddings => read().and_then(|ask| embeddings::answer(&ask)),
        Kind::Models | Kind::Model => models::answer(target.dialect, named.as_deref()),
        _ => Err(nothing_here(target)),
    }
}

/// When an answer was made, and what its ids are made of.
struct Stamp {
    /// Since the Unix epoch.
    seconds: i64,
    id: String,
}

impl Answer {
    fn json(value: &Value) -> Self {
        Self::json_text(value.to_string())
    }

    fn json_text(text: String) -> Self {
        Self { status: 200, content_type: "application/json", frames: vec![Bytes::from(text)] }
    }

    fn stream(frames: Vec<Bytes>) -> Self {
        Self { status: 200, content_type: "text/event-stream; charset=utf-8", frames }
    }

    fn error(status: u16, code: Option<&str>, message: &str, param: Option<&str>) -> Self {
        Self { status, ..Self::json(&error_value(status, code, message, param)) }
    }

    fn missing(param: &str) -> Self {
        let message = format!("Missing required parameter: '{param}'.");
        Self::error(400, Some("missing_required_parameter"), &message, Some(param))
    }

    fn bad_value(param: &str, expected: &str) -> Self {
        let message = format!("Invalid value for '{param}': expected {expected}.");
        Self::error(400, Some("invalid_value"), &message, Some(param))
    }
}

fn data(value: &Value) -> Bytes {
    Bytes::from(format!("data: {value}\n\n"))
}

const DONE: Bytes = Bytes::from_static(b"data: [DONE]\n\n");

fn nothing_here(target: &Target<'_>) -> Answer {
    let Target { dialect, method, path, .. } = *target;
    let known = |method: &str| {
        let kind = of(dialect).classify(method, path).kind;
        matches!(
            kind,
            Kind::Chat
                | Kind::Completions
                | Kind::Responses
                | Kind::Embeddings
                | Kind::Messages
                | Kind::CountTokens
                | Kind::Generate
                | Kind::EmbedContent
                | Kind::Models
        )
    };
    let path: String = path.chars().take(256).collect();
    if ["POST", "GET"].into_iter().any(|other| other != method && known(other)) {
        let message =
            format!("Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP method?)");
        return error_in(dialect, 405, "method_not_supported", &message);
    }
    error_in(dialect, 404, "not_found", &format!("Invalid URL ({method} {path})"))
}

/// An error in the form of a dialect.
fn error_in(dialect: Dialect, status: u16, code: &str, message: &str) -> Answer {
    let text = ErrorText { status, code, message, param: None, request_id: "req_echo", retry_after: None };
    let body = match dialect {
        // The vendor has no code for what is not there.
        Dialect::Openai | Dialect::Azure if status == 404 => {
            error_value(status, None, message, None).to_string().into_bytes()
        }
        _ => of(dialect).error_body(&text),
    };
    Answer { status, content_type: "application/json", frames: vec![Bytes::from(body)] }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
