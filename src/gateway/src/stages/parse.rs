//! Stage `parse`: the few facts of the body that policy and metering need.

use axum::body::Body;
use bytes::Bytes;
use domain::media_type;
use http::{HeaderMap, Method};
use http_body::Body as _;
use providers::openai::{self, Endpoint, Peek, PeekError};

use super::{authenticate::Caller, settle::RefusedRequest};
use crate::{
    body_reader::{BodyError, BodyReader, MemoryPermit},
    exchange::Exchange,
    gateway::Gateway,
    media_type::{coding, essence},
    pace::Pace,
    refusal::Refusal,
};

/// A request's body as it goes on.
pub(crate) enum Payload {
    /// Read whole, with the memory it holds.
    Whole(Bytes, Option<MemoryPermit>),
    /// Passed through as it comes.
    Stream(Box<BodyReader>),
}

/// A request that is understood.
pub(crate) struct ParsedRequest {
    /// What goes along.
    pub exchange: Box<Exchange>,
    /// Which of the dialect's endpoints.
    pub endpoint: Endpoint,
    /// What the body says.
    pub peek: Peek,
    /// The body.
    pub payload: Payload,
}

impl ParsedRequest {
    /// Whether it asks which models there are.
    pub(crate) fn lists_models(&self) -> bool {
        self.endpoint == Endpoint::Models && self.exchange.method == Method::GET
    }

    /// A refusal of this request.
    pub(crate) fn decline(self, refusal: Refusal) -> Box<RefusedRequest> {
        let unread = match &self.payload {
            Payload::Whole(..) => false,
            Payload::Stream(body) => !body.is_end_stream(),
        };
        self.exchange.decline(refusal, unread)
    }
}

/// How a body is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Not at all: there is none.
    Nothing,
    /// Whole; it has to be JSON.
    Json,
    /// Whole; if it is JSON, its model counts. An upstream may not care what a body calls itself, so a key that may
    /// use some models only must not get past that by another content type.
    Suspect,
    /// As it comes.
    Stream,
}

/// Reads what has to be read.
pub(crate) async fn parse(g: &Gateway, caller: Caller) -> Result<ParsedRequest, Box<RefusedRequest>> {
    let Caller { mut exchange, body } = caller;
    if coding(&exchange.headers).is_some_and(|coding| coding != "identity") {
        return Err(exchange.decline(Refusal::UnsupportedEncoding, !body.is_end_stream()));
    }
    let mode = mode(&exchange.method, &exchange.headers, &body, !exchange.known.key.policy.allowed_models.is_empty());
    let payload = match take_in(g, body, mode).await {
        Ok(payload) => payload,
        // A body that was not read to its end leaves a connection that cannot be used again.
        Err(error) => return Err(exchange.decline(body_refusal(error), true)),
    };
    let peek = match (&payload, mode) {
        (Payload::Whole(bytes, _), Mode::Json | Mode::Suspect) if !bytes.is_empty() => match openai::peek(bytes) {
            Ok(peek) => peek,
            // Half a JSON body is enough for a lenient reader, so it must not count as none.
            Err(PeekError::NotJson) if mode == Mode::Suspect && !begins_as_json(bytes) => Peek::default(),
            Err(PeekError::NotJson) => return Err(exchange.decline(Refusal::InvalidJson, false)),
            Err(PeekError::TooDeep) => return Err(exchange.decline(Refusal::JsonTooDeep, false)),
            Err(PeekError::Duplicate(field)) => return Err(exchange.decline(Refusal::DuplicateField(field), false)),
        },
        _ => Peek::default(),
    };
    exchange.settlement.asks(peek.model.as_deref(), peek.stream);
    let endpoint = Endpoint::of(exchange.method.as_str(), exchange.target.path());
    Ok(ParsedRequest { exchange, endpoint, peek, payload })
}

/// The client's answer when its body is not accepted.
pub(crate) fn body_refusal(error: BodyError) -> Refusal {
    match error {
        BodyError::TooLarge(limit) => Refusal::RequestTooLarge(limit),
        BodyError::TooSlow => Refusal::RequestTimeout,
        BodyError::Broke => Refusal::BodyBroke,
        BodyError::Gone => Refusal::ClientGone,
        BodyError::Overloaded => Refusal::Overloaded,
    }
}

async fn take_in(g: &Gateway, body: Body, mode: Mode) -> Result<Payload, BodyError> {
    let pace = Pace::new(&g.config);
    match mode {
        Mode::Nothing => Ok(Payload::Whole(Bytes::new(), None)),
        Mode::Stream => Ok(Payload::Stream(Box::new(BodyReader::new(body, g.config.max_multipart, pace)?))),
        Mode::Json | Mode::Suspect => {
            let (bytes, memory_permit) = BodyReader::new(body, g.config.max_body, pace)?.whole(&g.body_memory).await?;
            Ok(Payload::Whole(bytes, Some(memory_permit)))
        }
    }
}

fn mode(method: &Method, headers: &HeaderMap, body: &Body, models_matter: bool) -> Mode {
    if body.is_end_stream() {
        return Mode::Nothing;
    }
    if ![Method::POST, Method::PUT, Method::PATCH].contains(method) {
        return if models_matter { Mode::Suspect } else { Mode::Stream };
    }
    match essence(headers).as_deref() {
        Some("text/json") => Mode::Json,
        Some(kind) if media_type::is_json(kind) => Mode::Json,
        Some(kind) if kind.starts_with("multipart/") => Mode::Stream,
        _ if models_matter => Mode::Suspect,
        _ => Mode::Stream,
    }
}

/// Behind blanks and a byte order mark, an object or a list.
fn begins_as_json(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};

    use super::*;

    fn found(method: &Method, kind: Option<&'static str>, body: &'static str, models_matter: bool) -> Mode {
        let mut headers = HeaderMap::new();
        if let Some(kind) = kind {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        mode(method, &headers, &Body::from(body), models_matter)
    }

    #[test]
    fn only_json_is_read() {
        for (method, kind, body, expected) in [
            (Method::POST, Some("application/json"), "{}", Mode::Json),
            (Method::PATCH, Some("Application/JSON; charset=utf-8"), "{}", Mode::Json),
            (Method::POST, Some("application/merge-patch+json"), "{}", Mode::Json),
            // DELETE, cancel and archive calls: a JSON content type, and no body.
            (Method::DELETE, Some("application/json"), "", Mode::Nothing),
            (Method::POST, Some("application/json"), "", Mode::Nothing),
            (Method::GET, Some("application/json"), "{}", Mode::Stream),
            (Method::POST, Some("multipart/form-data; boundary=x"), "--x", Mode::Stream),
            (Method::POST, Some("audio/wav"), "RIFF", Mode::Stream),
            (Method::POST, None, "{}", Mode::Stream),
        ] {
            assert_eq!(found(&method, kind, body, false), expected, "{method} {kind:?}");
        }
    }

    #[test]
    fn a_body_of_any_other_type_is_read_where_models_are_restricted() {
        for kind in [Some("text/plain"), Some("application/octet-stream"), None] {
            assert_eq!(found(&Method::POST, kind, "{}", true), Mode::Suspect, "{kind:?}");
        }
        assert_eq!(found(&Method::GET, None, "{}", true), Mode::Suspect);
    }

    /// Forms are not parsed: the model in one is not checked against the key's list.
    #[test]
    fn a_form_is_streamed_unread_even_where_models_are_restricted() {
        assert_eq!(found(&Method::POST, Some("multipart/form-data; boundary=x"), "--x", true), Mode::Stream);
    }
}
