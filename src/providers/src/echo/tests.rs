//! Echo provider tests: answers, streams and usage.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::*;
use crate::{BodyMeter, Grammar, StreamMeter};

const NOW: Timestamp = Timestamp(1_790_000_000_123);

fn ask(path: &str, body: &Value) -> Answer {
    call(Dialect::Openai, "POST", path, &body.to_string())
}

fn call(dialect: Dialect, method: &str, target: &str, body: &str) -> Answer {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    answer(Target { dialect, method, path, query }, body.as_bytes(), NOW, [7; 10])
}

fn whole(answer: &Answer) -> Value {
    assert_eq!((answer.frames.len(), answer.content_type), (1, "application/json"));
    serde_json::from_slice(&answer.frames[0]).unwrap()
}

/// The JSON of a stream's events, each with the name of its event.
fn events(answer: &Answer) -> Vec<(Option<String>, Value)> {
    assert_eq!(answer.content_type, "text/event-stream; charset=utf-8");
    let read = |frame: &Bytes| {
        let text = std::str::from_utf8(frame).unwrap().strip_suffix("\n\n").unwrap();
        let (event, data) = match text.strip_prefix("event: ") {
            Some(rest) => rest.split_once('\n').map(|(event, data)| (Some(event.to_owned()), data)).unwrap(),
            None => (None, text),
        };
        let data = data.strip_prefix("data: ").unwrap();
        (event, if data == "[DONE]" { json!("[DONE]") } else { serde_json::from_str(data).unwrap() })
    };
    answer.frames.iter().map(read).collect()
}

fn metered(grammar: Grammar, answer: &Answer) -> (Option<i64>, Option<i64>) {
    let usage = if answer.content_type == "application/json" {
        let mut meter = BodyMeter::new(grammar);
        answer.frames.iter().for_each(|frame| meter.feed(frame));
        meter.finish().usage
    } else {
        let mut meter = StreamMeter::new(grammar, false);
        let last = answer.frames.len() - 1;
        for (index, frame) in answer.frames.iter().enumerate() {
            assert_eq!(meter.feed(frame.clone()).completes, index == last, "the last frame completes the answer");
        }
        assert_eq!(meter.facts().model.as_deref(), Some(MODEL));
        meter.facts().usage
    };
    (usage.input_tokens, usage.output_tokens)
}

fn chat() -> Value {
    json!({ "model": "echo", "messages": [
        { "role": "system", "content": "be brief" },
        { "role": "user", "content": "first" },
        { "role": "assistant", "content": null },
        { "role": "user", "content": [{ "type": "text", "text": "hello" }, { "type": "image_url" }, { "type": "text", "text": "world\u{e9}" }] },
        { "role": "assistant", "content": "hm" },
    ] })
}

#[test]
fn chat_says_the_last_user_message_again() {
    let answer = ask("/v1/chat/completions", &chat());
    let body = whole(&answer);
    let message = json!({ "role": "assistant", "content": "hello\nworldé", "refusal": null, "annotations": [] });
    assert_eq!(body["choices"], json!([{ "index": 0, "message": message, "logprobs": null, "finish_reason": "stop" }]));
    assert_eq!((&body["object"], &body["created"]), (&json!("chat.completion"), &json!(1_790_000_000)));
    assert_eq!(body["id"], "chatcmpl-07070707070707070707");
    // be, brie, f, firs, t, hell, o, worl, dé, hm
    assert_eq!(metered(Grammar::Chat, &answer), (Some(10), Some(4)));
    assert_eq!(body["usage"]["total_tokens"], 14);
}

#[test]
fn a_streamed_chat_reports_usage_only_when_asked() {
    let mut body = chat();
    body["stream"] = json!(true);
    let silent = ask("/v1/chat/completions", &body);
    assert_eq!(metered(Grammar::Chat, &silent), (None, None));
    assert!(events(&silent).iter().all(|(_, event)| event.get("usage").is_none()));

    body["stream_options"] = json!({ "include_usage": true });
    let streamed = ask("/v1/chat/completions", &body);
    assert_eq!(metered(Grammar::Chat, &streamed), (Some(10), Some(4)));
    let received = events(&streamed);
    let said: String =
        received.iter().filter_map(|(_, event)| event["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(said, "hello\nworldé");
    assert_eq!(received[received.len() - 2].1["choices"], json!([]));
    assert!(
        received[..received.len() - 2]
            .iter()
            .all(|(_, event)| event["usage"] == Value::Null && event.get("usage").is_some())
    );

    // What hiding makes of the one is the other.
    let mut meter = StreamMeter::new(Grammar::Chat, true);
    let seen: Vec<Bytes> = streamed.frames.into_iter().map(|frame| meter.feed(frame).forward).collect();
    assert_eq!(seen.concat(), silent.frames.concat());
}

#[test]
fn an_answer_ends_at_its_token_limit() {
    let mut body = chat();
    body["max_completion_tokens"] = json!(3);
    let choice = whole(&ask("/v1/chat/completions", &body))["choices"][0].clone();
    assert_eq!((&choice["message"]["content"], &choice["finish_reason"]), (&json!("hello\nworl"), &json!("length")));
    let long = json!({ "model": "echo", "input": "word ".repeat(100_000), "stream": true });
    let answer = ask("/v1/responses", &long);
    assert_eq!(metered(Grammar::Responses, &answer), (Some(100_000), Some(4096)));
    assert!(answer.frames.len() < 300);
    let last = events(&answer).pop().unwrap();
    assert_eq!(last.0.as_deref(), Some("response.incomplete"));
    assert_eq!(last.1["response"]["incomplete_details"], json!({ "reason": "max_output_tokens" }));
}

#[test]
fn responses_have_their_whole_sequence_of_events() {
    let body = json!({ "model": "echo", "instructions": "be brief", "stream": true,
        "input": [{ "role": "user", "content": [{ "type": "input_text", "text": "hello world" }] }] });
    let answer = ask("/v1/responses", &body);
    let received = events(&answer);
    let names: Vec<&str> =
        received.iter().map(|(name, _)| name.as_deref().unwrap().strip_prefix("response.").unwrap()).collect();
    let delta = "output_text.delta";
    let expected = [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        delta,
        delta,
        delta,
        delta,
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ];
    assert_eq!(names, expected);
    for (number, (name, event)) in received.iter().enumerate() {
        assert_eq!((&event["type"], &event["sequence_number"]), (&json!(name), &json!(number)));
    }
    let said: String = received.iter().filter_map(|(_, event)| event["delta"].as_str()).collect();
    assert_eq!(said, "hello world");
    assert_eq!(metered(Grammar::Responses, &answer), (Some(7), Some(4)));

    let mut plain = body;
    plain["stream"] = json!(false);
    let plain = whole(&ask("/v1/responses", &plain));
    assert_eq!(plain, received.last().unwrap().1["response"]);
    assert_eq!(plain["output"][0]["content"][0]["text"], "hello world");
}

#[test]
fn legacy_completions_have_a_choice_for_each_prompt() {
    let mut body = json!({ "model": "echo", "prompt": ["one", "two three"] });
    let answer = ask("/v1/completions", &body);
    let choices = whole(&answer)["choices"].clone();
    assert_eq!((&choices[0]["text"], &choices[1]["text"]), (&json!("one"), &json!("two three")));
    assert_eq!(metered(Grammar::Chat, &answer), (Some(4), Some(4)));
    body["stream"] = json!(true);
    body["stream_options"] = json!({ "include_usage": true });
    let answer = ask("/v1/completions", &body);
    assert_eq!(metered(Grammar::Chat, &answer), (Some(4), Some(4)));
    let said: String = events(&answer).iter().filter_map(|(_, event)| event["choices"][0]["text"].as_str()).collect();
    assert_eq!(said, "onetwo three");
}

#[test]
fn embeddings_depend_on_the_text_alone() {
    let numbers = |item: &Value| -> Vec<f64> {
        item["embedding"].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    };
    let body = json!({ "model": "echo", "input": ["one", "two", "one", [1, 2]], "dimensions": 8 });
    let answer = ask("/v1/embeddings", &body);
    assert_eq!(metered(Grammar::Plain, &answer), (Some(5), None));
    let list = whole(&answer);
    let vectors: Vec<Vec<f64>> = list["data"].as_array().unwrap().iter().map(numbers).collect();
    assert_eq!(vectors[0], vectors[2]);
    assert_ne!(vectors[0], vectors[1]);
    for vector in &vectors {
        let length: f64 = vector.iter().map(|number| number * number).sum();
        assert!(vector.len() == 8 && (length - 1.0).abs() < 1e-5);
    }

    let packed = whole(&ask(
        "/v1/embeddings",
        &json!({ "model": "echo", "input": "one", "dimensions": 8, "encoding_format": "base64" }),
    ));
    let bytes = STANDARD.decode(packed["data"][0]["embedding"].as_str().unwrap()).unwrap();
    let (floats, rest) = bytes.as_chunks::<4>();
    let same = floats
        .iter()
        .zip(&vectors[0])
        .all(|(four, number)| (f64::from(f32::from_le_bytes(*four)) - number).abs() < 1e-6);
    assert!(same && rest.is_empty() && floats.len() == 8);
}

#[test]
fn there_is_one_model() {
    let list = call(Dialect::Openai, "GET", "/v1/models?limit=1", "");
    let one = call(Dialect::Openai, "GET", "/v1/models/echo", "");
    assert_eq!(whole(&list), json!({ "object": "list", "data": [whole(&one)] }));
    let other = call(Dialect::Openai, "GET", "/v1/models/gpt-5", "");
    assert_eq!((other.status, &whole(&other)["error"]["code"]), (404, &json!("model_not_found")));
}

#[test]
fn refusals_are_the_vendors() {
    let no = |method: &str, path: &str, body: &str| {
        let answer = call(Dialect::Openai, method, path, body);
        let error = whole(&answer)["error"].clone();
        assert_eq!(error["type"], "invalid_request_error");
        assert!(error["message"].is_string());
        (answer.status, error["code"].clone(), error["param"].clone())
    };
    let null = Value::Null;
    for path in ["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/embeddings"] {
        assert_eq!(no("POST", path, r#"{"model":"gpt-5","input":"x"}"#), (404, json!("model_not_found"), null.clone()));
        assert_eq!(no("POST", path, r#"{"input":"x"}"#), (400, null.clone(), null.clone()));
        assert_eq!(no("POST", path, "{"), (400, null.clone(), null.clone()));
        assert_eq!(no("POST", path, r#"{"model":"echo"}"#).1, json!("missing_required_parameter"));
        assert_eq!(no("GET", path, ""), (405, json!("method_not_supported"), null.clone()));
    }
    for (path, body, param) in [
        ("/v1/chat/completions", r#"{"model":"echo","messages":"hi"}"#, "messages"),
        ("/v1/chat/completions", r#"{"model":"echo","messages":[ ]}"#, "messages"),
        ("/v1/completions", r#"{"model":"echo","prompt":[1,2]}"#, "prompt"),
        ("/v1/responses", r#"{"model":"echo","input":7}"#, "input"),
        ("/v1/embeddings", r#"{"model":"echo","input":[]}"#, "input"),
        ("/v1/embeddings", r#"{"model":"echo","input":["a",""]}"#, "input"),
        ("/v1/embeddings", r#"{"model":"echo","input":"a","dimensions":1537}"#, "dimensions"),
        ("/v1/embeddings", r#"{"model":"echo","input":"a","encoding_format":"int8"}"#, "encoding_format"),
    ] {
        assert_eq!(no("POST", path, body), (400, json!("invalid_value"), json!(param)), "{body}");
    }
    assert_eq!(no("POST", "/v1/audio/speech", "{}"), (404, null.clone(), null));
}

#[test]
fn messages_are_answered_whole_and_streamed() {
    let body = json!({ "model": "echo", "max_tokens": 100, "system": "be brief",
        "messages": [{ "role": "user", "content": [{ "type": "text", "text": "hello world" }] }] });
    let found = whole(&call(Dialect::Anthropic, "POST", "/v1/messages?beta=true", &body.to_string()));
    assert_eq!((&found["content"][0]["text"], &found["stop_reason"]), (&json!("hello world"), &json!("end_turn")));
    assert_eq!((&found["usage"]["input_tokens"], &found["usage"]["output_tokens"]), (&json!(7), &json!(4)));
    let mut stream = body.clone();
    stream["stream"] = true.into();
    let answer = call(Dialect::Anthropic, "POST", "/v1/messages", &stream.to_string());
    assert_eq!(metered(Grammar::Messages, &answer), (Some(7), Some(4)));
    let names: Vec<_> = events(&answer).into_iter().filter_map(|(name, _)| name).collect();
    assert_eq!((names[0].as_str(), names.last().map(String::as_str)), ("message_start", Some("message_stop")));
    let counted = whole(&call(Dialect::Anthropic, "POST", "/v1/messages/count_tokens", &body.to_string()));
    assert_eq!(counted, json!({ "input_tokens": 7 }));
    let missing = call(
        Dialect::Anthropic,
        "POST",
        "/v1/messages",
        r#"{"model":"echo","messages":[{"role":"user","content":"x"}]}"#,
    );
    assert_eq!((missing.status, &whole(&missing)["error"]["type"]), (400, &json!("invalid_request_error")));
    let other = call(Dialect::Anthropic, "POST", "/v1/messages", r#"{"model":"claude"}"#);
    assert_eq!((other.status, &whole(&other)["error"]["type"]), (404, &json!("not_found_error")));
    assert_eq!(whole(&call(Dialect::Anthropic, "GET", "/v1/models", ""))["data"][0]["id"], MODEL);
}

#[test]
fn content_is_generated_whole_streamed_and_in_a_list() {
    let body = json!({ "contents": [{ "role": "user", "parts": [{ "text": "hello world" }] }],
        "systemInstruction": { "parts": [{ "text": "be brief" }] } })
    .to_string();
    let at = |verb: &str| format!("/v1beta/models/echo:{verb}");
    let found = whole(&call(Dialect::Gemini, "POST", &at("generateContent"), &body));
    assert_eq!(found["candidates"][0]["content"]["parts"][0]["text"], "hello world");
    assert_eq!(found["usageMetadata"]["promptTokenCount"], 7);
    let answer = call(Dialect::Gemini, "POST", &at("streamGenerateContent?alt=sse"), &body);
    let mut meter = StreamMeter::new(Grammar::Generate, false);
    answer.frames.iter().for_each(|frame| drop(meter.feed(frame.clone())));
    let facts = meter.facts();
    assert_eq!((facts.usage.input_tokens, facts.usage.output_tokens, facts.ended), (Some(7), Some(4), true));
    let answer = call(Dialect::Gemini, "POST", &at("streamGenerateContent"), &body);
    assert_eq!(metered(Grammar::Generate, &answer), (Some(7), Some(4)));
    assert!(whole(&answer).as_array().is_some_and(|chunks| chunks.len() == 4));
    assert_eq!(whole(&call(Dialect::Gemini, "POST", &at("countTokens"), &body)), json!({ "totalTokens": 7 }));
    let content = r#"{"content":{"parts":[{"text":"x"}]}}"#;
    let found = whole(&call(Dialect::Gemini, "POST", &at("embedContent"), content));
    assert_eq!(found["embedding"]["values"].as_array().map(Vec::len), Some(256));
    let found = whole(&call(
        Dialect::Gemini,
        "POST",
        &at("batchEmbedContents"),
        &format!(r#"{{"requests":[{content},{content}]}}"#),
    ));
    assert_eq!(found["embeddings"].as_array().map(Vec::len), Some(2));
    let other = call(Dialect::Gemini, "POST", "/v1beta/models/g-3:generateContent", &body);
    assert_eq!((other.status, &whole(&other)["error"]["status"]), (404, &json!("NOT_FOUND")));
    assert_eq!(whole(&call(Dialect::Gemini, "GET", "/v1beta/models", ""))["models"][0]["name"], "models/echo");
}

#[test]
fn azure_names_the_model_in_the_path() {
    let body = r#"{"messages":[{"role":"user","content":"hello"}]}"#;
    let found = whole(&call(Dialect::Azure, "POST", "/openai/deployments/echo/chat/completions?api-version=1", body));
    assert_eq!(found["choices"][0]["message"]["content"], "hello");
    let chat = chat().to_string();
    assert_eq!(call(Dialect::Azure, "POST", "/openai/v1/chat/completions", &chat).status, 200);
}
