//! Echo endpoints of the Anthropic dialect: messages, token counts, models.

use bytes::Bytes;
use domain::Dialect;
use serde_json::{Value, json};

use super::{
    Answer, MODEL, Stamp, Target, error_in, models, nothing_here,
    request::{self, Request, listen, text_of},
    tokens,
};
use crate::{Dialect as _, Kind, anthropic::Anthropic, openai::peek};

pub(super) fn answer(target: &Target<'_>, kind: Kind, body: &[u8], stamp: &Stamp) -> Result<Answer, Answer> {
    match kind {
        Kind::Messages => read(body).and_then(|ask| message(&ask, stamp)),
        Kind::CountTokens => read(body).and_then(|ask| Ok(Answer::json(&json!({ "input_tokens": heard(&ask)?.1 })))),
        Kind::Models => models::answer(Dialect::Anthropic, None),
        Kind::Model => models::answer(Dialect::Anthropic, Anthropic.model_in_path(target.path).as_deref()),
        _ => Err(nothing_here(target)),
    }
}

fn bad(message: &str) -> Answer {
    error_in(Dialect::Anthropic, 400, "invalid_request", message)
}

fn read(body: &[u8]) -> Result<Request<'_>, Answer> {
    let peek = peek(body).map_err(|flaw| bad(&format!("The request body is not valid JSON: {flaw}")))?;
    match peek.model.as_deref() {
        Some(MODEL) => Ok(request::fields_of(body, peek)),
        Some(other) => Err(models::not_found(Dialect::Anthropic, other)),
        None => Err(bad("model: Field required")),
    }
}

/// What was said last, and how many tokens all of it has.
fn heard(ask: &Request<'_>) -> Result<(String, usize), Answer> {
    let messages = ask.field("messages").ok_or_else(|| bad("messages: Field required"))?;
    if !messages.starts_with(b"[") || messages[1..].trim_ascii_start().starts_with(b"]") {
        return Err(bad("messages: at least one message is required"));
    }
    let conversation = listen(messages);
    let system = ask.field("system").and_then(text_of).map_or(0, |text| tokens::count(&text));
    Ok((conversation.last.into_owned(), conversation.tokens + system))
}

fn message(ask: &Request<'_>, stamp: &Stamp) -> Result<Answer, Answer> {
    let (last, input) = heard(ask)?;
    if ask.peek.max_tokens.is_none() {
        return Err(bad("max_tokens: Field required"));
    }
    let (said, all) = tokens::cut(&last, ask.most_tokens());
    let reason = if all { "end_turn" } else { "max_tokens" };
    let output = tokens::count(said);
    let object = |content: Value, reason: Option<&str>, usage: Value| {
        json!({
            "id": format!("msg_{}", stamp.id),
            "type": "message",
            "role": "assistant",
            "model": MODEL,
            "content": content,
            "stop_reason": reason,
            "stop_sequence": null,
            "usage": usage,
        })
    };
    if !ask.peek.stream {
        let content = json!([{ "type": "text", "text": said }]);
        return Ok(Answer::json(&object(content, Some(reason), usage(input, output))));
    }
    let mut frames = vec![event("message_start", json!({ "message": object(json!([]), None, usage(input, 1)) }))];
    let block = json!({ "index": 0, "content_block": { "type": "text", "text": "" } });
    frames.push(event("content_block_start", block));
    frames.push(event("ping", json!({})));
    frames.extend(tokens::streamed(said).into_iter().map(|piece| {
        event("content_block_delta", json!({ "index": 0, "delta": { "type": "text_delta", "text": piece } }))
    }));
    frames.push(event("content_block_stop", json!({ "index": 0 })));
    let delta = json!({ "stop_reason": reason, "stop_sequence": null });
    frames.push(event("message_delta", json!({ "delta": delta, "usage": usage(input, output) })));
    frames.push(event("message_stop", json!({})));
    Ok(Answer::stream(frames))
}

fn usage(input: usize, output: usize) -> Value {
    json!({
        "input_tokens": input,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": output,
        "service_tier": "standard",
    })
}

fn event(kind: &str, mut event: Value) -> Bytes {
    event["type"] = kind.into();
    Bytes::from(format!("event: {kind}\ndata: {event}\n\n"))
}
