//! Echo provider (built-in upstream): answers as the vendor would, offline and for free, with the text it received.
//!
//! Its one model, `echo`, says the last user message again. Tokens are counted by a rule of its own, see [`tokens`].
//! Answers are bounded whatever the request: at most [`tokens::MOST`] tokens, as a model with such a limit would.

mod chat;
mod completions;
mod embeddings;
mod models;
mod request;
mod responses;
pub mod tokens;

use bytes::Bytes;
use domain::Timestamp;
use serde_json::Value;

use crate::openai::{Endpoint, error::error_value};

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

/// Answers a request. `path` is raw, with `/v1`; `seed` makes the answer's ids.
pub fn answer(method: &str, path: &str, body: &[u8], now: Timestamp, seed: [u8; 10]) -> Answer {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let stamp = Stamp { seconds: now.0.div_euclid(1000), id: hex(&seed) };
    match Endpoint::of(method, path) {
        Endpoint::Chat => request::read(body).and_then(|ask| chat::answer(&ask, &stamp)),
        Endpoint::Completions => request::read(body).and_then(|ask| completions::answer(&ask, &stamp)),
        Endpoint::Responses => request::read(body).and_then(|ask| responses::answer(&ask, &stamp)),
        Endpoint::Embeddings => request::read(body).and_then(|ask| embeddings::answer(&ask)),
        Endpoint::Models => models::answer(path),
        Endpoint::Other => Err(nothing_here(method, path)),
    }
    .unwrap_or_else(|no| no)
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

fn nothing_here(method: &str, path: &str) -> Answer {
    let known =
        ["POST", "GET"].into_iter().any(|other| other != method && Endpoint::of(other, path) != Endpoint::Other);
    let path: String = path.chars().take(256).collect();
    if known {
        let message =
            format!("Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP method?)");
        return Answer::error(405, Some("method_not_supported"), &message, None);
    }
    Answer::error(404, None, &format!("Invalid URL ({method} {path})"), None)
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
