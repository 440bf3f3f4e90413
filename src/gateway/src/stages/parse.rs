//! Stage `parse`: the few facts of the body that policy, routing and metering need.

use std::ops::Range;

use axum::body::Body;
use bytes::Bytes;
use domain::{Dialect, admit_models, media_type};
use http::{HeaderMap, Method, header};
use http_body::Body as _;
use providers::{
    BodyKind, Form, Kind, Operation,
    openai::{self, Peek, PeekError},
};

use super::{
    authenticate::{Caller, refusal},
    settle::RefusedRequest,
};
use crate::{
    body_reader::{BodyError, BodyReader, MemoryPermit},
    exchange::Exchange,
    gateway::Gateway,
    media_type::{coding, essence},
    pace::Pace,
    refusal::Refusal,
};

/// Longer bodies are read through on a thread for it, so that they keep no other request waiting.
const LONG: usize = 256 << 10;

/// A request's body as it goes on.
pub(crate) enum Payload {
    /// Read whole, with the memory it holds. It can be sent again.
    Whole(Bytes, Option<MemoryPermit>),
    /// Passed through as it comes.
    Stream(Box<BodyReader>),
}

/// Where the model's name stands, to put another one there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ModelPlace {
    /// Nowhere that is known.
    Nowhere,
    /// In the path.
    Path,
    /// In the body, as a JSON string.
    Json(Range<usize>),
    /// In the body, as the value of a form's part.
    Form(Range<usize>),
}

/// A request that is understood.
pub(crate) struct ParsedRequest {
    /// What goes along.
    pub exchange: Box<Exchange>,
    /// What the body says.
    pub peek: Peek,
    /// The model asked for.
    pub model: Option<String>,
    /// Where its name stands.
    pub model_place: ModelPlace,
    /// The body.
    pub payload: Payload,
}

impl ParsedRequest {
    /// What is asked for.
    pub(crate) fn operation(&self) -> Operation {
        self.exchange.target.operation
    }

    /// Whether a stream is asked for.
    pub(crate) fn streams(&self) -> bool {
        self.peek.stream
            || self.operation().kind == Kind::Generate && self.exchange.target.path().contains("streamGenerateContent")
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
    /// Whole: a form whose model counts, or JSON in its place.
    Form,
    /// As it comes.
    Stream,
}

/// Reads what has to be read, and judges the models that are named.
pub(crate) async fn parse(g: &Gateway, caller: Caller) -> Result<ParsedRequest, Box<RefusedRequest>> {
    let Caller { mut exchange, body } = caller;
    if coding(&exchange.headers).is_some_and(|coding| coding != "identity") {
        return Err(exchange.decline(Refusal::UnsupportedEncoding, !body.is_end_stream()));
    }
    let restricted = !exchange.known.key.policy.allowed_models.is_empty();
    let routed = g.directory.has_model_routes();
    let operation = exchange.target.operation;
    let mode = mode(operation, &exchange.method, &exchange.headers, &body, restricted, routed);
    let payload = match take_in(g, &exchange, body, mode).await {
        Ok(payload) => payload,
        // A body that was not read to its end leaves a connection that cannot be used again.
        Err(error) => return Err(exchange.decline(body_refusal(error), true)),
    };
    let read = match &payload {
        Payload::Whole(bytes, _) if !bytes.is_empty() => {
            read(mode, bytes, &exchange.headers, operation.kind, restricted).await
        }
        _ => Ok(BodyFacts::default()),
    };
    let BodyFacts { peek, form_model } = match read {
        Ok(facts) => facts,
        Err(refusal) => return Err(exchange.decline(refusal, false)),
    };
    let in_path = operation.has_model.then(|| exchange.target.model()).flatten();
    let (model, model_place) = match (in_path, &peek.model_at, form_model) {
        (Some(model), ..) => (Some(model), ModelPlace::Path),
        (None, _, Some((model, at))) => (Some(model), ModelPlace::Form(at)),
        (None, Some(at), None) if peek.model.is_some() => (peek.model.clone(), ModelPlace::Json(at.clone())),
        (None, ..) => (peek.model.clone(), ModelPlace::Nowhere),
    };
    exchange.settlement.asks(model.as_deref(), peek.stream);
    let asked = ParsedRequest { exchange, peek, model, model_place, payload };
    match judge_models(&asked) {
        Ok(()) => Ok(asked),
        Err(denial) => Err(asked.decline(refusal(denial))),
    }
}

/// Whether the key may use every model that is named, in whatever place.
fn judge_models(asked: &ParsedRequest) -> Result<(), domain::Denial> {
    let ParsedRequest { exchange, peek, model, .. } = asked;
    let operation = exchange.target.operation;
    // Gemini's bodies may name the model of the path once more, as a resource.
    let plain = |name: &'_ str| match name.strip_prefix("models/") {
        Some(rest) if exchange.target.dialect == Dialect::Gemini => rest.to_owned(),
        _ => name.to_owned(),
    };
    let named: Vec<String> = model
        .iter()
        .chain(peek.model.iter())
        .chain(&peek.other_models)
        .map(|name| plain(name))
        // A single model that is looked up is judged by its answer, which is that it is not there.
        .filter(|_| !operation.lists_models())
        .collect();
    admit_models(
        &exchange.known.key,
        named.iter().map(String::as_str),
        operation.has_model || operation.kind == Kind::MessageBatch,
        peek.odd_model,
    )
}

/// What a body says.
#[derive(Default)]
struct BodyFacts {
    peek: Peek,
    /// The model of a form, and where its value stands.
    form_model: Option<(String, Range<usize>)>,
}

async fn read(
    mode: Mode,
    bytes: &Bytes,
    headers: &HeaderMap,
    kind: Kind,
    restricted: bool,
) -> Result<BodyFacts, Refusal> {
    match mode {
        Mode::Json | Mode::Suspect => match peek(bytes).await {
            Ok(peek) => Ok(BodyFacts { peek, form_model: None }),
            // Half a JSON body is enough for a lenient reader, so it must not count as none.
            Err(PeekError::NotJson) if mode == Mode::Suspect && !begins_as_json(bytes) => Ok(BodyFacts::default()),
            Err(flaw) => Err(flaw_refusal(flaw)),
        },
        Mode::Form if begins_as_json(bytes) => {
            let peek = peek(bytes).await.map_err(flaw_refusal)?;
            Ok(BodyFacts { peek, form_model: None })
        }
        Mode::Form => {
            let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
            match Form::read(content_type.unwrap_or_default(), bytes) {
                Ok(form) if kind == Kind::Upload => batch_models(&form, bytes),
                Ok(form) => form_model(&form, bytes),
                // Without a rule about models the upstream may judge what it is.
                Err(_) if !restricted => Ok(BodyFacts::default()),
                Err(_) => Err(Refusal::InvalidForm),
            }
        }
        Mode::Nothing | Mode::Stream => Ok(BodyFacts::default()),
    }
}

fn flaw_refusal(flaw: PeekError) -> Refusal {
    match flaw {
        PeekError::NotJson => Refusal::InvalidJson,
        PeekError::TooDeep => Refusal::JsonTooDeep,
        PeekError::TooManyFields => Refusal::TooManyFields,
        PeekError::Duplicate(field) => Refusal::DuplicateField(field),
    }
}

async fn peek(bytes: &Bytes) -> Result<Peek, PeekError> {
    if bytes.len() < LONG {
        return openai::peek(bytes);
    }
    let body = bytes.clone();
    tokio::task::spawn_blocking(move || openai::peek(&body)).await.unwrap_or(Err(PeekError::NotJson))
}

/// The one part of a form that names the model.
fn form_model(form: &Form, bytes: &Bytes) -> Result<BodyFacts, Refusal> {
    let mut values = form.values("model");
    let first = values.next();
    if values.next().is_some() {
        return Err(Refusal::DuplicateField("model".to_owned()));
    }
    let form_model = first.map(|at| {
        let name = String::from_utf8_lossy(bytes.get(at.clone()).unwrap_or_default()).into_owned();
        (name, at)
    });
    Ok(BodyFacts { form_model, ..BodyFacts::default() })
}

/// The models that the lines of a batch's input name; every other file is no matter of models.
fn batch_models(form: &Form, bytes: &Bytes) -> Result<BodyFacts, Refusal> {
    let text = |at: Range<usize>| bytes.get(at).unwrap_or_default();
    if !form.values("purpose").any(|at| text(at).trim_ascii() == b"batch") {
        return Ok(BodyFacts::default());
    }
    let mut facts = BodyFacts::default();
    for file in form.values("file") {
        for line in text(file).split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
            // A line is `{"custom_id", "method", "url", "body": {"model", …}}`: read like a list of one request.
            let request = [b"{\"requests\":[", line.trim_ascii(), b"]}"].concat();
            let found = openai::peek(&request).map_err(flaw_refusal)?;
            let unnamed = found.other_models.is_empty();
            facts.peek.odd_model |= found.odd_model || unnamed;
            for model in found.other_models {
                if !facts.peek.other_models.contains(&model) {
                    facts.peek.other_models.push(model);
                }
            }
        }
    }
    Ok(facts)
}

/// The client's answer when its body is not accepted.
pub(crate) fn body_refusal(error: BodyError) -> Refusal {
    match error {
        BodyError::TooLarge(limit) => Refusal::RequestTooLarge(limit),
        BodyError::TooSlow => Refusal::RequestTimeout,
        BodyError::Broke => Refusal::BodyBroke,
        BodyError::Gone => Refusal::ClientGone,
        BodyError::Overloaded => Refusal::Overloaded,
        BodyError::KeyOverloaded => Refusal::KeyOverloaded,
    }
}

async fn take_in(g: &Gateway, exchange: &Exchange, body: Body, mode: Mode) -> Result<Payload, BodyError> {
    let pace = Pace::new(&g.config);
    match mode {
        Mode::Nothing => Ok(Payload::Whole(Bytes::new(), None)),
        Mode::Stream => Ok(Payload::Stream(Box::new(BodyReader::new(body, g.config.max_multipart, pace)?))),
        Mode::Json | Mode::Suspect | Mode::Form => {
            let reader = BodyReader::new(body, g.config.max_body, pace)?;
            let (bytes, permit) = reader.whole(&g.body_memory, &exchange.stream_guard).await?;
            Ok(Payload::Whole(bytes, Some(permit)))
        }
    }
}

fn mode(
    operation: Operation,
    method: &Method,
    headers: &HeaderMap,
    body: &Body,
    restricted: bool,
    routed: bool,
) -> Mode {
    if body.is_end_stream() {
        return Mode::Nothing;
    }
    if ![Method::POST, Method::PUT, Method::PATCH].contains(method) {
        return if restricted { Mode::Suspect } else { Mode::Stream };
    }
    match operation.body {
        // Whatever its content type says: the operation is one whose body is JSON (F08).
        BodyKind::Json => return Mode::Json,
        BodyKind::Form if restricted => return Mode::Form,
        // A form may name a route only where there is one, and where it is small enough to be looked into.
        BodyKind::Form if routed && operation.has_model && body.size_hint().upper().is_some_and(|n| n < FORM_MAX) => {
            return Mode::Form;
        }
        BodyKind::Form | BodyKind::Any => {}
    }
    match essence(headers).as_deref() {
        Some("text/json") => Mode::Json,
        Some(kind) if media_type::is_json(kind) => Mode::Json,
        Some(kind) if kind.starts_with("multipart/") => Mode::Stream,
        _ if restricted => Mode::Suspect,
        _ => Mode::Stream,
    }
}

/// Forms up to this size are looked into for the name of a route, bytes.
const FORM_MAX: u64 = 32 << 20;

/// Behind blanks and a byte order mark, an object or a list.
fn begins_as_json(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
