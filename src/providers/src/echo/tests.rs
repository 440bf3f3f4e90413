//! Echo provider tests: answers, streams and usage.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::*;
use crate::openai::{BodyMeter, StreamMeter};

const NOW: Timestamp = Timestamp(1_790_000_000_123);

fn ask(path: &str, body: &Value) -> Answer {
    answer("POST", path, body.to_string().as_bytes(), NOW, [7; 10])
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

fn metered(endpoint: Endpoint, answer: &Answer) -> (Option<i64>, Option<i64>) {
    let usage = if answer.content_type == "application/json" {
        let mut meter = BodyMeter::new();
        answer.frames.iter().for_each(|frame| meter.feed(frame));
        meter.finish().0
    } else {
        let mut meter = StreamMeter::new(endpoint, false);
        let last = answer.frames.len() - 1;
        for (index, frame) in answer.frames.iter().enumerate() {
            assert_eq!(meter.feed(frame.clone()).completes, index == last, "the last frame completes the answer");
        }
        assert_eq!(meter.model(), Some(MODEL));
        meter.usage()
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
    assert_eq!(metered(Endpoint::Chat, &answer), (Some(10), Some(4)));
    assert_eq!(body["usage"]["total_tokens"], 14);
}

#[test]
fn a_streamed_chat_reports_usage_only_when_asked() {
    let mut body = chat();
    body["stream"] = json!(true);
    let silent = ask("/v1/chat/completions", &body);
    assert_eq!(metered(Endpoint::Chat, &silent), (None, None));
    assert!(events(&silent).iter().all(|(_, event)| event.get("usage").is_none()));

    body["stream_options"] = json!({ "include_usage": true });
    let streamed = ask("/v1/chat/completions", &body);
    assert_eq!(metered(Endpoint::Chat, &streamed), (Some(10), Some(4)));
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
    let mut meter = StreamMeter::new(Endpoint::Chat, true);
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
    assert_eq!(metered(Endpoint::Responses, &answer), (Some(100_000), Some(4096)));
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
    assert_eq!(metered(Endpoint::Responses, &answer), (Some(7), Some(4)));

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
    assert_eq!(metered(Endpoint::Completions, &answer), (Some(4), Some(4)));
    body["stream"] = json!(true);
    body["stream_options"] = json!({ "include_usage": true });
    let answer = ask("/v1/completions", &body);
    assert_eq!(metered(Endpoint::Completions, &answer), (Some(4), Some(4)));
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
    assert_eq!(metered(Endpoint::Embeddings, &answer), (Some(5), None));
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
    let list = answer("GET", "/v1/models?limit=1", b"", NOW, [0; 10]);
    let one = answer("GET", "/v1/models/echo", b"", NOW, [0; 10]);
    assert_eq!(whole(&list), json!({ "object": "list", "data": [whole(&one)] }));
    let other = answer("GET", "/v1/models/gpt-5", b"", NOW, [0; 10]);
    assert_eq!((other.status, &whole(&other)["error"]["code"]), (404, &json!("model_not_found")));
}

#[test]
fn refusals_are_the_vendors() {
    let no = |method: &str, path: &str, body: &str| {
        let answer = answer(method, path, body.as_bytes(), NOW, [0; 10]);
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
