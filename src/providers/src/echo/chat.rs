//! Echo endpoint `POST /v1/chat/completions`.

use serde_json::{Value, json};

use super::{
    Answer, DONE, MODEL, Stamp, data,
    request::{Request, listen},
    tokens,
};

pub(super) fn answer(ask: &Request<'_>, stamp: &Stamp) -> Result<Answer, Answer> {
    let messages = ask.field("messages").ok_or_else(|| Answer::missing("messages"))?;
    if !messages.starts_with(b"[") || messages[1..].trim_ascii_start().starts_with(b"]") {
        return Err(Answer::bad_value("messages", "an array of at least one message"));
    }
    let conversation = listen(messages);
    let (said, all) = tokens::cut(&conversation.last, ask.most_tokens());
    let reason = if all { "stop" } else { "length" };
    let usage = usage(conversation.tokens, tokens::count(said));
    if ask.peek.stream {
        return Ok(stream(ask, stamp, said, reason, &usage));
    }
    let message = json!({ "role": "assistant", "content": said, "refusal": null, "annotations": [] });
    Ok(Answer::json(&json!({
        "id": format!("chatcmpl-{}", stamp.id),
        "object": "chat.completion",
        "created": stamp.seconds,
        "model": MODEL,
        "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": reason }],
        "usage": usage,
        "service_tier": "default",
        "system_fingerprint": null,
    })))
}

fn stream(ask: &Request<'_>, stamp: &Stamp, said: &str, reason: &str, usage: &Value) -> Answer {
    let chunk = |choices: Value, usage: Option<&Value>| {
        let mut chunk = json!({
            "id": format!("chatcmpl-{}", stamp.id),
            "object": "chat.completion.chunk",
            "created": stamp.seconds,
            "model": MODEL,
            "service_tier": "default",
            "system_fingerprint": null,
            "choices": choices,
        });
        // Where usage was asked for, every chunk has the field.
        if ask.peek.usage_requested {
            chunk["usage"] = usage.cloned().unwrap_or_default();
        }
        data(&chunk)
    };
    let choice = |delta: Value, reason: Option<&str>| {
        let choice = json!({ "index": 0, "delta": delta, "logprobs": null, "finish_reason": reason });
        chunk(json!([choice]), None)
    };
    let mut frames = vec![choice(json!({ "role": "assistant", "content": "", "refusal": null }), None)];
    frames.extend(tokens::streamed(said).into_iter().map(|piece| choice(json!({ "content": piece }), None)));
    frames.push(choice(json!({}), Some(reason)));
    if ask.peek.usage_requested {
        frames.push(chunk(json!([]), Some(usage)));
    }
    frames.push(DONE);
    Answer::stream(frames)
}

/// Usage as chat and legacy completions say it.
pub(super) fn usage(input: usize, output: usize) -> Value {
    json!({
        "prompt_tokens": input,
        "completion_tokens": output,
        "total_tokens": input + output,
        "prompt_tokens_details": { "cached_tokens": 0, "audio_tokens": 0 },
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    })
}
