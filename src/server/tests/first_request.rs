//! End-to-end test of the first request: upstream, key, chat, row, revoke.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{TestServer, both_engines};

both_engines! {
    /// An unmodified client's request passes with the provider's secret in place of the key, and leaves one row (G2, L1).
    async fn passes_and_leaves_a_row(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({ "name": "checkout" })).await;

        let answer = server.chat(&key, "gpt-5-mini", "hello").await;
        assert_eq!(answer.status(), 200);
        let request_id = answer.headers()["x-keywright-request-id"].to_str().unwrap().to_owned();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["object"], "chat.completion");

        let received = server.upstream().received();
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].header("authorization"), Some("Bearer sk-upstream-secret"));

        let rows = server.logs().await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        let row = &rows[0];
        assert_eq!(row["id"], request_id);
        assert_eq!(row["key_id"], key.id);
        assert_eq!((row["model"].as_str(), row["upstream"].as_str(), row["status"].as_i64()), (Some("gpt-5-mini"), Some("fake"), Some(200)));
        assert_eq!(row["input_tokens"], body["usage"]["prompt_tokens"]);
        assert_eq!(row["output_tokens"], body["usage"]["completion_tokens"]);
        assert!(row["error_class"].is_null() && row["latency_ms"].is_number());
    }

    /// Revocation holds before the revoke call returns, nothing reaches the upstream, and the try is written down (K6, R3, L1).
    async fn revoked_key_is_refused(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        assert_eq!(server.chat(&key, "m", "hello").await.status(), 200);
        server.revoke(&key).await;

        let answer = server.chat(&key, "m", "hello").await;
        assert_eq!(answer.status(), 401);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["code"], "invalid_api_key");
        assert_eq!(server.upstream().calls(), 1);
        let rows = server.logs().await;
        assert_eq!((rows.len(), rows.iter().filter(|row| row["error_class"] == "key_revoked" && row["status"] == 401).count()), (2, 1));

        // Idempotent, and final: it cannot be switched on again.
        server.revoke(&key).await;
        let (status, problem) = server.rest(Method::POST, &format!("/keys/{}/enable", key.id), None).await;
        assert_eq!((status.as_u16(), problem["code"].as_str()), (409, Some("key_revoked")));
    }

    /// Off and on again, at once (K6).
    async fn disabled_key_is_refused_until_enabled(engine) {
        let server = TestServer::start(engine).await;
        let key = server.key(json!({})).await;
        for (verb, expected) in [("disable", 401), ("disable", 401), ("enable", 200)] {
            let (status, _) = server.rest(Method::POST, &format!("/keys/{}/{verb}", key.id), None).await;
            assert_eq!(status, 200);
            assert_eq!(server.chat(&key, "echo", "hi").await.status(), expected);
        }
    }

    /// Everything is still there after a restart: keys, secrets, rows (S1).
    async fn survives_a_restart(engine) {
        let mut server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        assert_eq!(server.chat(&key, "m", "one").await.status(), 200);
        server.restart().await;
        assert_eq!(server.chat(&key, "m", "two").await.status(), 200);
        assert_eq!(server.logs().await.len(), 2);
    }

    /// Model `echo` is answered in process, with nothing configured; anything else finds no upstream.
    async fn echo_needs_no_provider(engine) {
        let server = TestServer::start(engine).await;
        let key = server.key(json!({})).await;
        let answer = server.chat(&key, "echo", "good morning").await;
        assert_eq!(answer.status(), 200);
        let body: Value = answer.json().await.unwrap();
        assert!(body["choices"][0]["message"]["content"].as_str().unwrap().contains("good morning"));
        let answer = server.chat(&key, "gpt-5", "x").await;
        assert_eq!(answer.status(), 503);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["code"], "no_upstream");

        // With an echo upstream as the default, the others get the vendor's own 404.
        let (status, view) = server.rest(Method::POST, "/upstreams", Some(json!({ "name": "echo", "provider": "echo" }))).await;
        assert_eq!((status.as_u16(), view["is_default"].as_bool()), (201, Some(true)));
        let answer = server.chat(&key, "gpt-5", "x").await;
        assert_eq!(answer.status(), 404);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["code"], "model_not_found");

        let rows = server.logs().await;
        let echo = rows.iter().find(|row| row["model"] == "echo").unwrap();
        assert_eq!(echo["upstream"], "echo");
        assert!(echo["input_tokens"].as_i64().unwrap() > 0 && echo["output_tokens"].as_i64().unwrap() > 0);
    }

    /// On a fresh installation the models list works offline as well.
    async fn models_are_listed_without_an_upstream(engine) {
        let server = TestServer::start(engine).await;
        let key = server.key(json!({})).await;
        let list: Value = server.call(Method::GET, "/v1/models", &key.secret).send().await.unwrap().json().await.unwrap();
        assert_eq!(list["data"][0]["id"], "echo", "{list}");
        assert_eq!(server.call(Method::GET, "/v1/models/echo", &key.secret).send().await.unwrap().status(), 200);
        assert_eq!(server.call(Method::GET, "/v1/models/gpt-5", &key.secret).send().await.unwrap().status(), 404);
        let elsewhere = server.key(json!({ "allowed_models": ["gpt-*"] })).await;
        assert_eq!(server.chat(&elsewhere, "echo", "x").await.status(), 403);
    }

    /// The first upstream is the default, the first real one takes over from echo, and a deletion promotes no other.
    async fn default_upstream(engine) {
        let server = TestServer::start(engine).await;
        let (_, echo) = server.rest(Method::POST, "/upstreams", Some(json!({ "name": "echo", "provider": "echo" }))).await;
        let fake = server.connect_upstream().await;
        let (_, view) = server.rest(Method::GET, &format!("/upstreams/{}", echo["id"].as_str().unwrap()), None).await;
        assert_eq!(view["default_for"], json!(["anthropic", "gemini", "azure"]), "of what the other does not speak");
        let (_, view) = server.rest(Method::GET, &format!("/upstreams/{fake}"), None).await;
        assert_eq!(view["default_for"], json!(["openai"]));
        assert_eq!(view["api_key_masked"], "sk-***cret");
        let key = server.key(json!({})).await;
        assert_eq!(server.chat(&key, "m", "x").await.status(), 200);
        let (status, _) = server.rest(Method::DELETE, &format!("/upstreams/{fake}"), None).await;
        assert_eq!(status, 204);
        assert_eq!(server.chat(&key, "m", "x").await.status(), 503);
        // A new one takes the empty place.
        server.connect_upstream().await;
        assert_eq!(server.chat(&key, "m", "x").await.status(), 200);
    }

    /// A key goes where its own upstreams are, and nowhere else.
    async fn keys_own_upstream(engine) {
        let server = TestServer::start(engine).await;
        let (_, echo) = server.rest(Method::POST, "/upstreams", Some(json!({ "name": "echo", "provider": "echo" }))).await;
        let fake = server.connect_upstream().await;
        let only_echo = server.key(json!({ "allowed_upstreams": [echo["id"]] })).await;
        let only_fake = server.key(json!({ "allowed_upstreams": [fake] })).await;
        assert_eq!(server.chat(&only_echo, "gpt-5", "x").await.status(), 404);
        assert_eq!(server.chat(&only_fake, "gpt-5", "x").await.status(), 200);
        let answer = server.chat(&only_fake, "echo", "x").await;
        assert_eq!(answer.status(), 403);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["code"], "upstream_not_allowed");
        assert_eq!(server.upstream().calls(), 1);
    }

    /// A replaced secret is used by the very next request.
    async fn secret_is_replaced(engine) {
        let server = TestServer::start(engine).await;
        let fake = server.connect_upstream().await;
        let key = server.key(json!({})).await;
        let set = |secret: &str| json!({ "api_key": secret });
        let path = format!("/upstreams/{fake}/secret");
        server.rest(Method::POST, &path, Some(set("sk-wrong-secret-1"))).await;
        let answer = server.chat(&key, "m", "x").await;
        assert_eq!(answer.status(), 502);
        assert_eq!(answer.headers()["x-should-retry"], "false");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["code"], "upstream_auth_failed");
        server.rest(Method::POST, &path, Some(set("sk-upstream-secret"))).await;
        assert_eq!(server.chat(&key, "m", "x").await.status(), 200);
    }
}
