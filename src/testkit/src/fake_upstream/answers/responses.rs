//! Fake answers of `POST /v1/responses`, whole and as its sequence of events.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Ask, CREATED, REPLY, USAGE, pieces};

pub(super) fn whole(ask: &Ask) -> String {
    object(ask, "completed").to_string()
}

pub(super) fn stream(ask: &Ask) -> Vec<Bytes> {
    let place = json!({ "item_id": "msg_fake", "output_index": 0, "content_index": 0 });
    let begun = item("in_progress", &[]);
    let mut events = vec![
        ("response.created", json!({ "response": object(ask, "in_progress") })),
        ("response.in_progress", json!({ "response": object(ask, "in_progress") })),
        ("response.output_item.added", json!({ "output_index": 0, "item": begun })),
        ("response.content_part.added", at(&place, "part", part(""))),
    ];
    events.extend(pieces().map(|piece| ("response.output_text.delta", at(&place, "delta", piece.into()))));
    events.extend([
        ("response.output_text.done", at(&place, "text", REPLY.into())),
        ("response.content_part.done", at(&place, "part", part(REPLY))),
        ("response.output_item.done", json!({ "output_index": 0, "item": item("completed", &[part(REPLY)]) })),
        ("response.completed", json!({ "response": object(ask, "completed") })),
    ]);
    let written = events.into_iter().enumerate().map(|(number, (kind, mut event))| {
        event["type"] = kind.into();
        event["sequence_number"] = number.into();
        Bytes::from(format!("event: {kind}\ndata: {event}\n\n"))
    });
    written.collect()
}

fn object(ask: &Ask, status: &str) -> Value {
    let ended = status == "completed";
    let total = USAGE.input_tokens.unwrap_or_default() + USAGE.output_tokens.unwrap_or_default();
    let usage = json!({
        "input_tokens": USAGE.input_tokens,
        "input_tokens_details": { "cached_tokens": USAGE.cached_tokens },
        "output_tokens": USAGE.output_tokens,
        "output_tokens_details": { "reasoning_tokens": USAGE.reasoning_tokens },
        "total_tokens": total,
    });
    json!({
        "id": "resp_fake",
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "background": false,
        "error": null,
        "incomplete_details": null,
        "instructions": ask.body["instructions"],
        "max_output_tokens": null,
        "metadata": {},
        "model": ask.served(),
        "output": if ended { json!([item("completed", &[part(REPLY)])]) } else { json!([]) },
        "parallel_tool_calls": true,
        "previous_response_id": null,
        "reasoning": { "effort": null, "summary": null },
        "service_tier": "default",
        "store": true,
        "temperature": 1.0,
        "text": { "format": { "type": "text" } },
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": if ended { usage } else { Value::Null },
        "user": null,
    })
}

fn item(status: &str, content: &[Value]) -> Value {
    json!({ "id": "msg_fake", "type": "message", "status": status, "role": "assistant", "content": content })
}

fn part(text: &str) -> Value {
    json!({ "type": "output_text", "text": text, "annotations": [], "logprobs": [] })
}

fn at(place: &Value, name: &str, value: Value) -> Value {
    let mut event = place.clone();
    event[name] = value;
    event["logprobs"] = json!([]);
    event
}
