//! Fake upstream tests.

use axum::http::StatusCode;
use bytes::Bytes;
use futures_util::StreamExt as _;
use reqwest::{RequestBuilder, Response, header::HeaderMap};
use serde_json::{Value, json};

use super::*;

fn post(upstream: &FakeUpstream, path: &str, body: &Value) -> RequestBuilder {
    // reqwest builds its client with TLS in it even where none is used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!("{}{path}", upstream.base_url());
    reqwest::Client::new().post(url).bearer_auth(DEFAULT_SECRET).json(body)
}

async fn chat(upstream: &FakeUpstream, model: &str, stream: bool) -> reqwest::Result<Response> {
    let body = json!({ "model": model, "stream": stream, "messages": [{ "role": "user", "content": "hi" }] });
    post(upstream, "/chat/completions", &body).send().await
}

async fn value(answer: Response) -> Value {
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

/// The events of a stream; the last word as a string.
async fn events(answer: Response) -> Vec<Value> {
    assert_eq!(answer.headers()["content-type"], "text/event-stream; charset=utf-8");
    let text = answer.text().await.unwrap();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap_or_else(|_| json!(data))).collect()
}

#[tokio::test]
async fn answers_are_whole_and_usage_is_reported_once() {
    let upstream = FakeUpstream::start().await;
    let answer = value(chat(&upstream, "gpt-5", false).await.unwrap()).await;
    assert_eq!((&answer["object"], &answer["model"]), (&json!("chat.completion"), &json!("gpt-5-2026-05-01")));
    assert_eq!(answer["usage"]["prompt_tokens"], 19);

    let silent = events(chat(&upstream, "gpt-5", true).await.unwrap()).await;
    assert_eq!(silent.last(), Some(&json!("[DONE]")));
    assert!(silent.iter().all(|event| event.get("usage").is_none()));
    let said: String = silent.iter().filter_map(|event| event["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(said, REPLY);

    for (path, body) in [
        ("/chat/completions", json!({ "model": "m", "messages": [] })),
        ("/completions", json!({ "model": "m", "prompt": "hi" })),
    ] {
        let mut body = body;
        body["stream"] = json!(true);
        body["stream_options"] = json!({ "include_usage": true });
        let received = events(post(&upstream, path, &body).send().await.unwrap()).await;
        let with_usage: Vec<&Value> = received.iter().filter(|event| event["usage"].is_object()).collect();
        assert_eq!((with_usage.len(), &with_usage[0]["choices"]), (1, &json!([])), "{path}");
    }

    let body = json!({ "model": "m", "input": "hi", "stream": true });
    let received = events(post(&upstream, "/responses", &body).send().await.unwrap()).await;
    let numbers: Vec<u64> = received.iter().map(|event| event["sequence_number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (0..received.len() as u64).collect::<Vec<_>>());
    let last = received.last().unwrap();
    assert_eq!(
        (&last["type"], &last["response"]["usage"]["output_tokens"]),
        (&json!("response.completed"), &json!(10))
    );

    let body = json!({ "model": "m", "input": ["a", "b"] });
    let vectors = value(post(&upstream, "/embeddings", &body).send().await.unwrap()).await;
    assert_eq!((vectors["data"].as_array().map(Vec::len), &vectors["usage"]["prompt_tokens"]), (Some(2), &json!(19)));
}

#[tokio::test]
async fn what_came_is_kept_as_it_came() {
    let upstream = FakeUpstream::start().await;
    let body = json!({ "model": "m", "input": "hi" });
    post(&upstream, "/responses?trace=a%2Fb", &body).header("x-probe", "7").send().await.unwrap();
    let received = upstream.received();
    let request = &received[0];
    assert_eq!((upstream.calls(), request.method(), request.target()), (1, "POST", "/v1/responses?trace=a%2Fb"));
    assert_eq!(
        (request.path(), request.query(), request.header("X-Probe")),
        ("/v1/responses", Some("trace=a%2Fb"), Some("7"))
    );
    assert_eq!((request.body(), request.json()), (body.to_string().as_bytes(), body));
    upstream.reset_log();
    assert_eq!((upstream.calls(), upstream.received().len()), (0, 0));
}

#[tokio::test]
async fn only_the_right_secret_is_let_in() {
    let upstream = FakeUpstream::start().await;
    let body = json!({ "model": "m", "messages": [] });
    upstream.set_secret("sk-other");
    let refused = post(&upstream, "/chat/completions", &body).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(value(refused).await["error"]["code"], "invalid_api_key");
    upstream.set_secret(DEFAULT_SECRET);
    assert_eq!(post(&upstream, "/chat/completions", &body).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(upstream.calls(), 2);
}

#[tokio::test]
async fn failures_are_the_vendors() {
    let upstream = FakeUpstream::start().await;
    for (model, status, code) in [
        ("fail-400", 400, json!("decimal_above_max_value")),
        ("unauthorized", 401, json!("invalid_api_key")),
        ("missing-model", 404, json!("model_not_found")),
        ("fail-429", 429, json!("rate_limit_exceeded")),
        ("fail-500", 500, Value::Null),
    ] {
        for stream in [false, true] {
            let answer = chat(&upstream, model, stream).await.unwrap();
            let (found, headers): (_, HeaderMap) = (answer.status(), answer.headers().clone());
            assert_eq!((found.as_u16(), headers.contains_key("retry-after")), (status, status == 429), "{model}");
            assert_eq!(value(answer).await["error"]["code"], code);
        }
    }
    let unknown = post(&upstream, "/nowhere", &json!({})).send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn broken_connections() {
    let upstream = FakeUpstream::start().await;
    chat(&upstream, "reset", false).await.unwrap_err();
    assert_eq!(upstream.calls(), 1, "it came, and was not answered");
    for stream in [false, true] {
        let answer = chat(&upstream, "reset-mid-stream", stream).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let pieces: Vec<reqwest::Result<Bytes>> = answer.bytes_stream().collect().await;
        assert!(pieces[0].is_ok() && pieces.last().unwrap().is_err(), "something comes, and then the break");
    }
    assert_eq!(upstream.cancelled(), 0, "the break was the upstream's");
}

#[tokio::test]
async fn a_client_that_goes_is_counted() {
    let upstream = FakeUpstream::start().await;
    let mut answer = chat(&upstream, "endless", true).await.unwrap();
    for _ in 0..10 {
        assert!(answer.chunk().await.unwrap().is_some());
    }
    assert_eq!(upstream.cancelled(), 0);
    drop(answer);
    upstream.wait_cancelled(1).await;

    let waiting = tokio::time::timeout(Duration::from_secs(10), async {
        tokio::select! {
            answer = chat(&upstream, "slow", false) => panic!("{answer:?}"),
            () = upstream.wait_received(2) => {}
        }
    });
    waiting.await.unwrap();
    upstream.wait_cancelled(2).await;
}

#[tokio::test]
async fn a_silent_answer_comes_when_released() {
    let upstream = FakeUpstream::start().await;
    let (answer, ()) = tokio::join!(chat(&upstream, "slow", false), async {
        upstream.wait_received(1).await;
        upstream.release();
    });
    assert_eq!(answer.unwrap().status(), StatusCode::OK);
    assert_eq!(upstream.cancelled(), 0);
}

#[tokio::test]
async fn odd_answers() {
    let upstream = FakeUpstream::start().await;
    let body = json!({ "model": "gzip", "messages": [] });
    let packed =
        post(&upstream, "/chat/completions", &body).header("accept-encoding", "gzip, br").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let bytes = packed.bytes().await.unwrap();
    let plain: Value = serde_json::from_reader(flate2::read::GzDecoder::new(&bytes[..])).unwrap();
    assert_eq!(plain["object"], "chat.completion");
    let plain = post(&upstream, "/chat/completions", &body).header("accept-encoding", "identity").send().await.unwrap();
    assert!(!plain.headers().contains_key("content-encoding"));

    let mut body = json!({ "model": "slow-stream-1", "messages": [], "stream": true });
    assert_eq!(
        events(post(&upstream, "/chat/completions", &body).send().await.unwrap()).await.last(),
        Some(&json!("[DONE]"))
    );
    body["model"] = json!("no-done");
    assert_ne!(
        events(post(&upstream, "/chat/completions", &body).send().await.unwrap()).await.last(),
        Some(&json!("[DONE]"))
    );
}

#[tokio::test]
async fn answers_that_a_gateway_must_not_pass() {
    let upstream = FakeUpstream::start().await;
    let big = chat(&upstream, "big-headers", false).await.unwrap();
    let size: usize = big.headers().values().map(axum::http::HeaderValue::len).sum();
    assert!(size > 64 << 10, "{size}");
    // The client's parser takes a hundred fields.
    chat(&upstream, "many-headers", false).await.unwrap_err();

    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let request = client.post(format!("{}/chat/completions", upstream.base_url())).bearer_auth(DEFAULT_SECRET);
    let redirected = request.json(&json!({ "model": "redirect" })).send().await.unwrap();
    assert_eq!(redirected.status(), StatusCode::FOUND);
    assert_eq!(redirected.headers()["location"], format!("{}/redirected", upstream.base_url()));
}

#[tokio::test]
async fn a_stopped_one_refuses_connections() {
    let upstream = FakeUpstream::start().await;
    let address = (Ipv4Addr::LOCALHOST, upstream.port());
    tokio::net::TcpStream::connect(address).await.unwrap();
    upstream.stop().await;
    let refused = tokio::net::TcpStream::connect(address).await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
}
