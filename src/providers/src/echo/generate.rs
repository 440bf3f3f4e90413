//! Echo endpoints of the Gemini dialect: content, whole and streamed, token counts, embeddings, models.

use bytes::Bytes;
use domain::Dialect;
use serde_json::{Value, json};

use super::{
    Answer, MODEL, Stamp, Target, embeddings, error_in, models, nothing_here,
    request::{self, Request, listen, text_of},
    tokens,
};
use crate::{Dialect as _, Kind, gemini::Gemini, json as text, openai::peek};

pub(super) fn answer(target: &Target<'_>, kind: Kind, body: &[u8], stamp: &Stamp) -> Result<Answer, Answer> {
    let named = Gemini.model_in_path(target.path);
    if let Some(other) = named.as_deref().filter(|model| *model != MODEL) {
        return Err(models::not_found(Dialect::Gemini, other));
    }
    match kind {
        Kind::Models | Kind::Model => models::answer(Dialect::Gemini, named.as_deref()),
        Kind::Generate => read(body).and_then(|ask| generate(target, &ask, stamp)),
        Kind::CountTokens => {
            let ask = read(body)?;
            let inside = ask.field("generateContentRequest").map(read).transpose()?;
            let (_, total) = heard(inside.as_ref().unwrap_or(&ask))?;
            Ok(Answer::json(&json!({ "totalTokens": total })))
        }
        Kind::EmbedContent => read(body).and_then(|ask| embed(&ask)),
        _ => Err(nothing_here(target)),
    }
}

fn bad(message: &str) -> Answer {
    error_in(Dialect::Gemini, 400, "invalid_argument", message)
}

fn read(body: &[u8]) -> Result<Request<'_>, Answer> {
    let peek = peek(body).map_err(|flaw| bad(&format!("Invalid JSON payload received: {flaw}")))?;
    Ok(request::fields_of(body, peek))
}

/// What was said last, and how many tokens all of it has.
fn heard(ask: &Request<'_>) -> Result<(String, usize), Answer> {
    let contents = ask.field("contents").ok_or_else(|| bad("contents is not specified"))?;
    let conversation = listen(contents);
    let system = ask.field("systemInstruction").and_then(text_of_parts).map_or(0, |text| tokens::count(&text));
    Ok((conversation.last.into_owned(), conversation.tokens + system))
}

/// The text of a content object: that of its parts.
fn text_of_parts(content: &[u8]) -> Option<String> {
    let mut found = None;
    let _ = text::members(content, |member| {
        if &content[member.name.clone()] == b"parts" {
            found = text_of(&content[member.value.clone()]).map(std::borrow::Cow::into_owned);
        }
    });
    found
}

fn most_tokens(ask: &Request<'_>) -> usize {
    let config = ask.field("generationConfig").unwrap_or(b"{}");
    let mut most = None;
    let _ = text::members(config, |member| {
        if &config[member.name.clone()] == b"maxOutputTokens" {
            most = text::as_count(&config[member.value.clone()]).and_then(|count| usize::try_from(count).ok());
        }
    });
    most.map_or(tokens::MOST, |most| most.clamp(1, tokens::MOST))
}

fn generate(target: &Target<'_>, ask: &Request<'_>, stamp: &Stamp) -> Result<Answer, Answer> {
    let (last, input) = heard(ask)?;
    let (said, all) = tokens::cut(&last, most_tokens(ask));
    let reason = if all { "STOP" } else { "MAX_TOKENS" };
    let chunk = |piece: &str, reason: Option<&str>, output: usize| {
        let mut candidate = json!({ "content": { "parts": [{ "text": piece }], "role": "model" }, "index": 0 });
        if let Some(reason) = reason {
            candidate["finishReason"] = reason.into();
        }
        json!({
            "candidates": [candidate],
            "usageMetadata": {
                "promptTokenCount": input,
                "candidatesTokenCount": output,
                "totalTokenCount": input + output,
                "promptTokensDetails": [{ "modality": "TEXT", "tokenCount": input }],
            },
            "modelVersion": MODEL,
            "responseId": stamp.id,
        })
    };
    if !target.path.contains("streamGenerateContent") {
        return Ok(Answer::json(&chunk(said, Some(reason), tokens::count(said))));
    }
    let pieces = tokens::streamed(said);
    let pieces = if pieces.is_empty() { vec![""] } else { pieces };
    let (mut output, last) = (0, pieces.len() - 1);
    let chunks: Vec<Value> = pieces
        .iter()
        .enumerate()
        .map(|(at, piece)| {
            output += tokens::count(piece);
            let output = if at == last { tokens::count(said) } else { output };
            chunk(piece, (at == last).then_some(reason), output)
        })
        .collect();
    let events = target.query.is_some_and(|query| query.split('&').any(|pair| pair == "alt=sse"));
    Ok(if events {
        Answer::stream(chunks.iter().map(|chunk| Bytes::from(format!("data: {chunk}\r\n\r\n"))).collect())
    } else {
        Answer::json(&Value::from(chunks))
    })
}

/// One content, or several requests.
fn embed(ask: &Request<'_>) -> Result<Answer, Answer> {
    let vector = |content: &[u8]| {
        let text = text_of_parts(content).ok_or_else(|| bad("content is not specified"))?;
        Ok::<_, Answer>(json!({ "values": embeddings::numbers(&text) }))
    };
    if let Some(requests) = ask.field("requests") {
        let mut found = Vec::new();
        let _ = text::items(requests, |at| {
            let request = &requests[at];
            let _ = text::members(request, |member| {
                if &request[member.name.clone()] == b"content" {
                    found.push(vector(&request[member.value.clone()]));
                }
            });
        });
        let all: Vec<Value> = found.into_iter().collect::<Result<_, _>>()?;
        return Ok(Answer::json(&json!({ "embeddings": all })));
    }
    let content = ask.field("content").ok_or_else(|| bad("content is not specified"))?;
    Ok(Answer::json(&json!({ "embedding": vector(content)? })))
}
