//! Echo endpoint `POST /v1/responses`.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    Answer, MODEL, Stamp,
    request::{Request, listen},
    tokens,
};
use crate::json::as_text;

pub(super) fn answer(ask: &Request<'_>, stamp: &Stamp) -> Result<Answer, Answer> {
    let input = ask.field("input").ok_or_else(|| Answer::missing("input"))?;
    if !input.starts_with(b"[") && !input.starts_with(b"\"") {
        return Err(Answer::bad_value("input", "a string or an array of items"));
    }
    let conversation = listen(input);
    let instructions = ask.field("instructions").and_then(as_text).map_or(0, |text| tokens::count(&text));
    let (said, all) = tokens::cut(&conversation.last, ask.most_tokens());
    let reply = Reply { ask, stamp, said, all, input: conversation.tokens + instructions };
    Ok(if ask.peek.stream { reply.stream() } else { Answer::json(&reply.object(reply.end())) })
}

struct Reply<'a> {
    ask: &'a Request<'a>,
    stamp: &'a Stamp,
    said: &'a str,
    /// Nothing was cut off.
    all: bool,
    input: usize,
}

impl Reply<'_> {
    /// The status it ends with.
    fn end(&self) -> &'static str {
        if self.all { "completed" } else { "incomplete" }
    }

    fn message_id(&self) -> String {
        format!("msg_{}", self.stamp.id)
    }

    /// The response object in one of its states; output and usage are there at the end only.
    fn object(&self, status: &str) -> Value {
        let ended = status != "in_progress";
        let output = tokens::count(self.said);
        let usage = json!({
            "input_tokens": self.input,
            "input_tokens_details": { "cached_tokens": 0 },
            "output_tokens": output,
            "output_tokens_details": { "reasoning_tokens": 0 },
            "total_tokens": self.input + output,
        });
        let cut_off = json!({ "reason": "max_output_tokens" });
        json!({
            "id": format!("resp_{}", self.stamp.id),
            "object": "response",
            "created_at": self.stamp.seconds,
            "completed_at": (status == "completed").then_some(self.stamp.seconds),
            "status": status,
            "background": false,
            "error": null,
            "incomplete_details": if status == "incomplete" { cut_off } else { Value::Null },
            "instructions": null,
            "max_output_tokens": self.ask.peek.max_tokens,
            "metadata": {},
            "model": MODEL,
            "output": if ended { json!([self.item(self.end(), true)]) } else { json!([]) },
            "parallel_tool_calls": true,
            "previous_response_id": null,
            "reasoning": { "effort": null, "summary": null },
            "service_tier": "default",
            "store": false,
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

    fn item(&self, status: &str, with_content: bool) -> Value {
        let content = if with_content { json!([part(self.said)]) } else { json!([]) };
        json!({ "id": self.message_id(), "type": "message", "status": status, "role": "assistant", "content": content })
    }

    fn stream(&self) -> Answer {
        let mut events = Events::default();
        let at = json!({ "item_id": self.message_id(), "output_index": 0, "content_index": 0 });
        events.push("response.created", json!({ "response": self.object("in_progress") }));
        events.push("response.in_progress", json!({ "response": self.object("in_progress") }));
        let begun = self.item("in_progress", false);
        events.push("response.output_item.added", json!({ "output_index": 0, "item": begun }));
        events.push("response.content_part.added", with(&at, json!({ "part": part("") })));
        for piece in tokens::streamed(self.said) {
            events.push("response.output_text.delta", with(&at, json!({ "delta": piece, "logprobs": [] })));
        }
        events.push("response.output_text.done", with(&at, json!({ "text": self.said, "logprobs": [] })));
        events.push("response.content_part.done", with(&at, json!({ "part": part(self.said) })));
        let done = self.item(self.end(), true);
        events.push("response.output_item.done", json!({ "output_index": 0, "item": done }));
        let end = if self.all { "response.completed" } else { "response.incomplete" };
        events.push(end, json!({ "response": self.object(self.end()) }));
        Answer::stream(events.frames)
    }
}

fn part(text: &str) -> Value {
    json!({ "type": "output_text", "text": text, "annotations": [], "logprobs": [] })
}

fn with(base: &Value, mut more: Value) -> Value {
    if let (Some(base), Some(more)) = (base.as_object(), more.as_object_mut()) {
        more.extend(base.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    more
}

#[derive(Default)]
struct Events {
    frames: Vec<Bytes>,
}

impl Events {
    fn push(&mut self, kind: &str, mut event: Value) {
        event["type"] = kind.into();
        event["sequence_number"] = self.frames.len().into();
        self.frames.push(Bytes::from(format!("event: {kind}\ndata: {event}\n\n")));
    }
}
