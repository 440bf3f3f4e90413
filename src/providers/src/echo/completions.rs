//! Echo endpoint `POST /v1/completions` (legacy): each prompt is returned as a choice of its own.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{Answer, DONE, MODEL, Stamp, chat::usage, data, request::Request, tokens};
use crate::json as text;

/// Most prompts in one request.
const MOST_PROMPTS: usize = 20;

pub(super) fn answer(ask: &Request<'_>, stamp: &Stamp) -> Result<Answer, Answer> {
    let prompts = prompts(ask.field("prompt").ok_or_else(|| Answer::missing("prompt"))?)?;
    let said: Vec<(&str, &str)> = prompts
        .iter()
        .map(|prompt| {
            let (said, all) = tokens::cut(prompt, ask.most_tokens());
            (said, if all { "stop" } else { "length" })
        })
        .collect();
    let input = prompts.iter().map(|prompt| tokens::count(prompt)).sum();
    let output = said.iter().map(|(said, _)| tokens::count(said)).sum();
    let usage = usage(input, output);
    let completion = |choices: Value| {
        json!({
            "id": format!("cmpl-{}", stamp.id),
            "object": "text_completion",
            "created": stamp.seconds,
            "model": MODEL,
            "choices": choices,
        })
    };
    let choice = |index: usize, text: &str, reason: Option<&str>| json!({ "index": index, "text": text, "logprobs": null, "finish_reason": reason });
    if !ask.peek.stream {
        let choices =
            said.iter().enumerate().map(|(index, (said, reason))| choice(index, said, Some(reason))).collect();
        let mut whole = completion(choices);
        whole["usage"] = usage;
        return Ok(Answer::json(&whole));
    }
    let chunk = |choices: Value, usage: Value| {
        let mut chunk = completion(choices);
        if ask.peek.usage_requested {
            chunk["usage"] = usage;
        }
        data(&chunk)
    };
    let mut frames = Vec::new();
    for (index, (said, reason)) in said.iter().enumerate() {
        let pieces = tokens::streamed(said).into_iter();
        frames.extend(pieces.map(|piece| chunk(json!([choice(index, piece, None)]), Value::Null)));
        frames.push(chunk(json!([choice(index, "", Some(reason))]), Value::Null));
    }
    if ask.peek.usage_requested {
        frames.push(chunk(json!([]), usage));
    }
    frames.push(DONE);
    Ok(Answer::stream(frames))
}

/// One text or several. Prompts of token numbers belong to a vocabulary that the echo has not.
fn prompts(value: &[u8]) -> Result<Vec<Cow<'_, str>>, Answer> {
    if let Some(prompt) = text::as_text(value) {
        return Ok(vec![prompt]);
    }
    let (mut found, mut odd) = (Vec::new(), !value.starts_with(b"["));
    // Its syntax was checked before.
    let _ = text::items(value, |at| match text::as_text(&value[at]) {
        Some(prompt) if found.len() < MOST_PROMPTS => found.push(prompt),
        _ => odd = true,
    });
    if odd || found.is_empty() {
        return Err(Answer::bad_value("prompt", "a string or an array of 1 to 20 strings"));
    }
    Ok(found)
}
