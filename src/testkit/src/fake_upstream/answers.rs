//! Fake answers in the vendor's own shapes, spaces and order of fields included.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    REPLY, USAGE,
    errors::{error, missing, no_model},
    record::Received,
};

mod responses;

/// When everything was made; seconds since the Unix epoch.
const CREATED: i64 = 1_780_000_000;
const MODELS: [&str; 4] = ["gpt-4o-mini", "gpt-5", "gpt-5-mini", "text-embedding-3-small"];

/// What was asked for.
pub(super) struct Ask {
    method: String,
    path: String,
    pub(super) model: String,
    pub(super) stream: bool,
    include_usage: bool,
    body: Value,
    length: usize,
}

/// An answer in one piece.
pub(super) enum FullAnswer {
    Json(String),
    Error(Response),
}

impl Ask {
    pub(super) fn read(request: &Received) -> Result<Self, Box<Response>> {
        let is_json = request.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
        let body = if is_json {
            serde_json::from_slice(request.body()).map_err(|_| {
                let message = "We could not parse the JSON body of your request. (HINT: This likely means you aren't \
                               using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was \
                               sent was not valid JSON.)";
                Box::new(error(StatusCode::BAD_REQUEST, message, "invalid_request_error", None, None))
            })?
        } else {
            Value::Null
        };
        Ok(Self {
            method: request.method().to_owned(),
            path: request.path().to_owned(),
            model: body["model"].as_str().unwrap_or_default().to_owned(),
            stream: body["stream"] == true,
            include_usage: body["stream_options"]["include_usage"] == true,
            body,
            length: request.body().len(),
        })
    }

    /// The dated model that serves the one asked for.
    fn served(&self) -> String {
        format!("{}-2026-05-01", self.model)
    }
}

/// The answer in one piece; what it says is also what a stream of it comes to.
pub(super) fn whole(ask: &Ask) -> FullAnswer {
    let needs = |field: &str| ask.body.get(field).is_none().then(|| missing(field));
    let refused = match (ask.method.as_str(), ask.path.as_str()) {
        ("POST", "/v1/chat/completions") => needs("messages"),
        ("POST", "/v1/completions") => needs("prompt"),
        ("POST", "/v1/responses" | "/v1/embeddings") => needs("input"),
        ("GET", "/v1/models") => return FullAnswer::Json(models()),
        ("GET", path) if path.starts_with("/v1/models/") => return model(path.trim_start_matches("/v1/models/")),
        ("POST", "/v1/files") => return FullAnswer::Json(file(ask.length)),
        (method, path) => Some(error(
            StatusCode::NOT_FOUND,
            &format!("Invalid URL ({method} {path})"),
            "invalid_request_error",
            None,
            None,
        )),
    };
    if let Some(refused) = refused {
        return FullAnswer::Error(refused);
    }
    if ask.model.is_empty() {
        let message = "you must provide a model parameter";
        return FullAnswer::Error(error(StatusCode::BAD_REQUEST, message, "invalid_request_error", None, None));
    }
    FullAnswer::Json(match ask.path.as_str() {
        "/v1/responses" => responses::whole(ask),
        "/v1/embeddings" => embeddings(ask),
        "/v1/completions" => completion(ask),
        _ => chat(ask),
    })
}

/// The answer as events.
pub(super) fn stream(ask: &Ask) -> Vec<Bytes> {
    match ask.path.as_str() {
        "/v1/responses" => responses::stream(ask),
        "/v1/completions" => completion_stream(ask),
        _ => chat_stream(ask),
    }
}

fn chat(ask: &Ask) -> String {
    format!(
        r#"{{
  "id": "chatcmpl-fake",
  "object": "chat.completion",
  "created": {CREATED},
  "model": {model},
  "choices": [
    {{
      "index": 0,
      "message": {{
        "role": "assistant",
        "content": {reply},
        "refusal": null,
        "annotations": []
      }},
      "logprobs": null,
      "finish_reason": "stop"
    }}
  ],
  "usage": {usage},
  "service_tier": "default",
  "system_fingerprint": "fp_lighthouse"
}}
"#,
        model = json!(ask.served()),
        reply = json!(REPLY),
        usage = chat_usage(),
    )
}

fn chat_stream(ask: &Ask) -> Vec<Bytes> {
    let model = json!(ask.served());
    let chunk = |choices: &str, usage: &str| {
        // The field is there in every chunk once usage was asked for.
        let usage = if ask.include_usage { format!(r#","usage":{usage}"#) } else { String::new() };
        Bytes::from(format!(
            "data: {{\"id\":\"chatcmpl-fake\",\"object\":\"chat.completion.chunk\",\"created\":{CREATED},\"model\":{model},\
             \"service_tier\":\"default\",\"system_fingerprint\":\"fp_lighthouse\",\"choices\":{choices}{usage},\
             \"obfuscation\":\"aVqX\"}}\n\n"
        ))
    };
    let choice = |delta: &str, reason: &str| {
        chunk(&format!(r#"[{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{reason}}}]"#), "null")
    };
    let mut out = vec![choice(r#"{"role":"assistant","content":"","refusal":null}"#, "null")];
    out.extend(pieces().map(|piece| choice(&format!(r#"{{"content":{}}}"#, json!(piece)), "null")));
    out.push(choice("{}", "\"stop\""));
    if ask.include_usage {
        out.push(chunk("[]", &chat_usage()));
    }
    out.push(Bytes::from_static(b"data: [DONE]\n\n"));
    out
}

fn completion(ask: &Ask) -> String {
    format!(
        r#"{{"id":"cmpl-fake","object":"text_completion","created":{CREATED},"model":{},"choices":[{{"text":{},"index":0,"logprobs":null,"finish_reason":"stop"}}],"usage":{}}}"#,
        json!(ask.served()),
        json!(REPLY),
        chat_usage(),
    )
}

fn completion_stream(ask: &Ask) -> Vec<Bytes> {
    let model = json!(ask.served());
    let chunk = |choices: &str, usage: &str| {
        let usage = if ask.include_usage { format!(r#","usage":{usage}"#) } else { String::new() };
        Bytes::from(format!(
            "data: {{\"id\":\"cmpl-fake\",\"object\":\"text_completion\",\"created\":{CREATED},\"choices\":{choices},\
             \"model\":{model}{usage}}}\n\n"
        ))
    };
    let choice = |text: &str, reason: &str| {
        chunk(&format!(r#"[{{"text":{},"index":0,"logprobs":null,"finish_reason":{reason}}}]"#, json!(text)), "null")
    };
    let mut out: Vec<Bytes> = pieces().map(|piece| choice(piece, "null")).collect();
    out.push(choice("", "\"stop\""));
    if ask.include_usage {
        out.push(chunk("[]", &chat_usage()));
    }
    out.push(Bytes::from_static(b"data: [DONE]\n\n"));
    out
}

fn embeddings(ask: &Ask) -> String {
    let length = ask.body["dimensions"].as_u64().and_then(|n| u16::try_from(n).ok()).unwrap_or(8);
    // A vector of length one that all texts share.
    let number = (1.0 / f32::from(length.max(1))).sqrt();
    let vector = if ask.body["encoding_format"] == "base64" {
        let bytes: Vec<u8> = (0..length).flat_map(|_| number.to_le_bytes()).collect();
        json!(STANDARD.encode(bytes))
    } else {
        json!(vec![number; length.into()])
    };
    let count = ask.body["input"].as_array().map_or(1, Vec::len);
    let data: Vec<Value> =
        (0..count).map(|index| json!({ "object": "embedding", "index": index, "embedding": vector })).collect();
    let usage = json!({ "prompt_tokens": USAGE.input_tokens, "total_tokens": USAGE.input_tokens });
    json!({ "object": "list", "data": data, "model": ask.model, "usage": usage }).to_string()
}

fn models() -> String {
    let data: Vec<Value> = MODELS.into_iter().map(entry).collect();
    json!({ "object": "list", "data": data }).to_string()
}

fn model(name: &str) -> FullAnswer {
    if MODELS.contains(&name) { FullAnswer::Json(entry(name).to_string()) } else { FullAnswer::Error(no_model(name)) }
}

fn entry(name: &str) -> Value {
    json!({ "id": name, "object": "model", "created": CREATED, "owned_by": "system" })
}

fn file(length: usize) -> String {
    json!({ "object": "file", "id": "file-fake", "purpose": "batch", "filename": "upload.jsonl", "bytes": length,
        "created_at": CREATED, "status": "processed" })
    .to_string()
}

/// The reply as a stream sends it: a word at a time.
fn pieces() -> impl Iterator<Item = &'static str> {
    REPLY.split_inclusive(' ')
}

fn chat_usage() -> String {
    let [input, cached, output, reasoning] =
        [USAGE.input_tokens, USAGE.cached_tokens, USAGE.output_tokens, USAGE.reasoning_tokens]
            .map(Option::unwrap_or_default);
    format!(
        r#"{{"prompt_tokens":{input},"completion_tokens":{output},"total_tokens":{},"prompt_tokens_details":{{"cached_tokens":{cached},"audio_tokens":0}},"completion_tokens_details":{{"reasoning_tokens":{reasoning},"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}}"#,
        input + output,
    )
}

pub(super) fn json(status: StatusCode, value: &Value) -> Response {
    json_text(status, value.to_string())
}

pub(super) fn json_text(status: StatusCode, text: String) -> Response {
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
