//! Streaming tests: relayed as they come, metered on the way, without the usage that no client asked for (G2, G3).

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{TestServer, both_engines};

fn events(text: &str) -> Vec<Value> {
    text.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .filter(|data| *data != "[DONE]")
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

both_engines! {
    /// Usage is asked of the upstream for the meter, and taken out of what the client sees.
    async fn usage_is_metered_but_not_shown(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        let answer = server.chat_stream(&key, "gpt-5", "tell me").await;
        assert_eq!(answer.status(), 200);
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
        let text = answer.text().await.unwrap();
        assert!(text.trim_end().ends_with("data: [DONE]"), "{text}");
        for event in events(&text) {
            assert!(event.get("usage").is_none(), "{event}");
            assert!(!event["choices"].as_array().unwrap().is_empty(), "{event}");
        }
        let received = server.upstream().received();
        let sent: Value = serde_json::from_slice(received[0].body()).unwrap();
        assert_eq!(sent["stream_options"]["include_usage"], true);
        assert_eq!(received[0].header("accept-encoding"), Some("identity"));
        let rows = server.logs().await;
        assert!(rows[0]["input_tokens"].as_i64().unwrap() > 0 && rows[0]["output_tokens"].as_i64().unwrap() > 0, "{rows:?}");
        assert_eq!(rows[0]["streamed"], true);
    }

    /// Who asks for usage gets it, and the body passes byte for byte.
    async fn usage_asked_for_is_shown(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        let body = r#"{ "stream":true,  "model":"gpt-5","stream_options":{"include_usage":true},"x_future":[1, 2],"messages":[{"role":"user","content":"hi"}] }"#;
        let answer = server
            .call(Method::POST, "/v1/chat/completions", &key.secret)
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap();
        let text = answer.text().await.unwrap();
        let last = events(&text).pop().unwrap();
        assert!(last["usage"]["prompt_tokens"].as_i64().unwrap() > 0);
        assert_eq!(server.upstream().received()[0].body(), body.as_bytes());
        assert_eq!(server.logs().await[0]["output_tokens"], last["usage"]["completion_tokens"]);
    }

    /// Responses report usage by themselves: request and answer pass untouched.
    async fn responses_pass_untouched(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        for stream in [false, true] {
            let body = json!({ "model": "gpt-5", "input": "hi", "stream": stream }).to_string();
            let request = server.call(Method::POST, "/v1/responses?trace=a%2Fb", &key.secret).header("content-type", "application/json");
            let answer = request.body(body.clone()).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            let text = answer.text().await.unwrap();
            assert!(text.contains("usage"), "{text}");
            let received = server.upstream().received();
            let last = received.last().unwrap();
            assert_eq!(last.body(), body.as_bytes());
            assert_eq!(last.target(), "/v1/responses?trace=a%2Fb");
        }
        for row in server.logs().await {
            assert!(row["input_tokens"].as_i64().unwrap() > 0 && row["output_tokens"].as_i64().unwrap() > 0, "{row}");
        }
    }

    /// A client that goes away cancels the upstream, and the row says so (G3, R6).
    async fn client_gone_cancels_upstream(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        let mut answer = server.chat_stream(&key, "endless", "go on").await;
        assert!(answer.chunk().await.unwrap().is_some());
        drop(answer);
        server.upstream().wait_cancelled(1).await;
        let rows = server.logs().await;
        assert_eq!((rows.len(), rows[0]["error_class"].as_str(), rows[0]["status"].as_i64()), (1, Some("client_gone"), Some(200)));
    }

    /// An upstream that breaks off ends the stream with an error event, never with its completing frame.
    async fn upstream_reset_in_mid_stream(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        let text = server.chat_stream(&key, "reset-mid-stream", "x").await.text().await.unwrap();
        assert!(!text.contains("[DONE]"), "{text}");
        assert!(text.contains("\"error\""), "{text}");
        let rows = server.logs().await;
        assert_eq!((rows.len(), rows[0]["error_class"].as_str()), (1, Some("upstream_reset")));
    }

    /// A shutdown that cannot wait any longer ends streams with an error event, and their rows say so (R9).
    async fn shutdown_ends_open_streams(engine) {
        let mut server = TestServer::with(engine, &[("drain_timeout", "0.2")]).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        let mut answer = server.chat_stream(&key, "endless", "go on").await;
        assert!(answer.chunk().await.unwrap().is_some());
        let reading = tokio::spawn(async move { answer.text().await });
        server.restart().await;
        let text = reading.await.unwrap().expect("the stream ends properly");
        assert!(text.contains("\"interrupted\"") && !text.contains("[DONE]"), "{text}");
        let rows = server.logs().await;
        assert_eq!((rows.len(), rows[0]["error_class"].as_str()), (1, Some("interrupted")));
    }

    /// Revocation ends open streams within a second, and their usage is kept (R4).
    async fn revocation_ends_open_streams(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        let mut answer = server.chat_stream(&key, "endless", "go on").await;
        assert!(answer.chunk().await.unwrap().is_some());
        server.revoke(&key).await;
        let ended = tokio::time::timeout(std::time::Duration::from_secs(1), async {
            while let Ok(Some(_)) = answer.chunk().await {}
        });
        ended.await.expect("the stream must end within a second");
        server.upstream().wait_cancelled(1).await;
        let rows = server.logs().await;
        assert_eq!((rows.len(), rows[0]["error_class"].as_str()), (1, Some("revoked_mid_stream")));
    }
}
