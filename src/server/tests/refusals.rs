//! Refusal tests: status, vendor-shaped body, and a row where a key was known (G4).

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use testkit::{TestServer, both_engines};

/// Status, code, and that the body is shaped as OpenAI's.
async fn no(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    assert!(answer.headers().contains_key("x-keywright-request-id"), "{:?}", answer.headers());
    // SDKs show the vendor's field: it holds our id, never an upstream's (F26).
    assert_eq!(answer.headers().get("x-request-id"), answer.headers().get("x-keywright-request-id"));
    let body: Value = answer.json().await.unwrap();
    assert!(body["error"]["message"].is_string() && body["error"]["type"].is_string(), "{body}");
    (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn post(server: &TestServer, secret: &str, path: &str, body: impl Into<reqwest::Body>) -> Response {
    server.call(Method::POST, path, secret).header("content-type", "application/json").body(body).send().await.unwrap()
}

both_engines! {
    /// Credentials: missing, wrong in any way, two, in the URL.
    async fn credentials(engine) {
        let server = TestServer::start(engine).await;
        let key = server.key(json!({})).await;
        let http = server.http();
        let url = format!("{}/v1/models", server.gateway_url());
        assert_eq!(no(http.get(&url).send().await.unwrap()).await, is(401, "missing_api_key"));
        let mut mistyped = key.secret.clone();
        let last = mistyped.pop().unwrap();
        mistyped.push(if last == '0' { '1' } else { '0' });
        for wrong in ["x", "sk-auto-live-short", mistyped.as_str(), "sk-proj-of-another-vendor"] {
            assert_eq!(no(http.get(&url).bearer_auth(wrong).send().await.unwrap()).await, is(401, "invalid_api_key"), "{wrong}");
        }
        let two = http.get(&url).header("authorization", format!("Bearer {}", key.secret)).header("authorization", "Bearer other");
        assert_eq!(no(two.send().await.unwrap()).await, is(400, "ambiguous_credentials"));
        for query in [format!("key={}", key.secret), "api_key=x".to_owned(), format!("harmless={}", key.secret)] {
            let answer = http.get(format!("{url}?{query}")).bearer_auth(&key.secret).send().await.unwrap();
            assert_eq!(no(answer).await, is(401, "key_in_url"));
        }
        // None of these knew a key (the last ones did not look): no row names one.
        assert!(server.logs().await.is_empty());
    }

    /// Policy: expired, model, address. The row says which; an ended key learns no more than a wrong one.
    async fn policy(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let short = server.key(json!({ "expires_in_days": 1 })).await;
        assert_eq!(server.chat(&short, "m", "x").await.status(), 200);
        server.clock().advance(Duration::from_hours(24));
        assert_eq!(no(server.chat(&short, "m", "x").await).await, is(401, "invalid_api_key"));
        let narrow = server.key(json!({ "allowed_models": ["gpt-*"], "allowed_cidrs": ["127.0.0.0/8"] })).await;
        assert_eq!(server.chat(&narrow, "gpt-5", "x").await.status(), 200);
        assert_eq!(no(server.chat(&narrow, "o3", "x").await).await, is(403, "model_not_allowed"));
        // Nor by calling the body something else, leaving it half-broken, or sending it along with a GET.
        for (method, kind, body, expected) in [
            (Method::POST, "text/plain", r#"{"model":"o3"}"#, is(403, "model_not_allowed")),
            (Method::POST, "text/plain", r#"{"model":"o3"}x"#, is(400, "invalid_json")),
            (Method::GET, "application/json", r#"{"model":"o3"}"#, is(403, "model_not_allowed")),
        ] {
            let request = server.call(method, "/v1/chat/completions", &narrow.secret).header("content-type", kind);
            assert_eq!(no(request.body(body).send().await.unwrap()).await, expected, "{kind} {body}");
        }
        let elsewhere = server.key(json!({ "allowed_cidrs": ["10.0.0.0/8"] })).await;
        assert_eq!(no(server.chat(&elsewhere, "gpt-5", "x").await).await, is(403, "ip_not_allowed"));
        let classes: Vec<_> = server.logs().await.iter().map(|row| row["error_class"].as_str().unwrap_or("-").to_owned()).collect();
        for (class, times) in [("key_expired", 1), ("model_not_allowed", 3), ("ip_not_allowed", 1)] {
            assert_eq!(classes.iter().filter(|found| *found == class).count(), times, "{classes:?}");
        }
        assert_eq!(server.upstream().calls(), 2);
    }

    /// What the body may not be.
    async fn bodies(engine) {
        let server = TestServer::with(engine, &[("max_body_bytes", "4096")]).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        let chat = "/v1/chat/completions";
        assert_eq!(no(post(&server, &key.secret, chat, "{\"model\": ").await).await, is(400, "invalid_json"));
        assert_eq!(no(post(&server, &key.secret, chat, r#"{"model":"a","model":"b"}"#).await).await, is(400, "duplicate_field"));
        let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
        assert_eq!(no(post(&server, &key.secret, chat, format!(r#"{{"model":"a","x":{deep}}}"#)).await).await, is(400, "invalid_json"));
        let large = format!(r#"{{"model":"a","x":"{}"}}"#, "y".repeat(5000));
        assert_eq!(no(post(&server, &key.secret, chat, large).await).await, is(413, "request_too_large"));
        let packed = server.call(Method::POST, chat, &key.secret).header("content-encoding", "gzip").body("x").send().await.unwrap();
        assert_eq!(no(packed).await, is(415, "unsupported_encoding"));
        assert_eq!(server.upstream().calls(), 0);
        let rows = server.logs().await;
        assert_eq!(rows.len(), 5, "{rows:?}");
        assert!(rows.iter().all(|row| row["error_class"] == "bad_request" && row["key_id"] == key.id));
    }

    /// Paths that are not passed on.
    async fn paths(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        for path in ["/", "/v2/models", "/admin", "/v1/key/self"] {
            assert_eq!(no(server.call(Method::GET, path, &key.secret).send().await.unwrap()).await, is(404, "not_found"), "{path}");
        }
        assert_eq!(server.upstream().calls(), 0);
    }

    /// What upstreams do wrong.
    async fn upstreams(engine) {
        let server = TestServer::with(engine.clone(), &[("upstream_first_byte_timeout", "1")]).await;
        let fake = server.connect_upstream().await;
        let key = server.key(json!({})).await;
        assert_eq!(no(server.chat(&key, "slow", "x").await).await, is(504, "upstream_timeout"));
        assert_eq!(no(server.chat(&key, "unauthorized", "x").await).await, is(502, "upstream_auth_failed"));
        let redirected = server.chat(&key, "redirect", "x").await;
        assert!(!redirected.headers().contains_key("location"));
        assert_eq!(no(redirected).await, is(502, "upstream_redirected"));
        assert_eq!(no(server.chat(&key, "big-headers", "x").await).await, is(502, "upstream_invalid_response"));
        assert_eq!(no(server.chat(&key, "reset", "x").await).await.0, 502);

        // The vendor's own answers pass as they come.
        let limited = server.chat(&key, "fail-429", "x").await;
        assert_eq!(limited.status(), 429);
        assert!(limited.headers().contains_key("retry-after"));
        assert_eq!(server.chat(&key, "fail-500", "x").await.status(), 500);

        // Nothing listens there, and addresses that may not be called. A literal address that may not be called is refused when it is saved; a name is judged when it is dialled.
        let shut = TestServer::with(engine, &[("upstream_allowed_cidrs", "")]).await;
        let mut classes = Vec::new();
        for (server, url, expected) in [(&server, "http://127.0.0.1:9/v1", is(502, "upstream_unavailable")), (&shut, "http://localhost:9/v1", is(502, "upstream_forbidden"))] {
            let body = json!({ "name": url, "provider": "openai_compatible", "base_url": url });
            let (status, view) = server.rest(Method::POST, "/upstreams", Some(body)).await;
            assert_eq!(status, 201, "{view}");
            let key = server.key(json!({ "allowed_upstreams": [view["id"]] })).await;
            assert_eq!(no(server.chat(&key, "m", "x").await).await, expected, "{url}");
            let rows = server.logs().await;
            classes.extend(rows.iter().map(|row| row["error_class"].as_str().unwrap_or("-").to_owned()));
        }
        for class in ["upstream_timeout", "upstream_auth_failed", "upstream_redirected", "upstream_invalid_response", "upstream_error", "upstream_unavailable", "upstream_forbidden"] {
            assert!(classes.iter().any(|found| found == class), "{class} is missing in {classes:?}");
        }
        drop(fake);
    }

    /// Requests per minute: the vendor's 429 with every header that SDKs read; time gives the allowance back (K11, G4).
    async fn rate_limit(engine) {
        let server = TestServer::start(engine).await;
        let key = server.key(json!({ "rate_limits": { "requests_per_minute": 3 } })).await;
        for _ in 0..3 {
            assert_eq!(server.chat(&key, "echo", "x").await.status(), 200);
        }
        let answer = server.chat(&key, "echo", "x").await;
        for name in ["retry-after", "retry-after-ms", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"] {
            assert!(answer.headers().contains_key(name), "{name}: {:?}", answer.headers());
        }
        // In no minute are there more than three: the first place is free after a minute and the window's own second old.
        assert_eq!(answer.headers()["retry-after"], "61");
        assert_eq!(no(answer).await, is(429, "rate_limit_exceeded"));
        server.clock().advance(Duration::from_secs(61));
        for status in [200, 200, 200, 429] {
            assert_eq!(server.chat(&key, "echo", "x").await.status(), status);
        }
        assert_eq!(server.logs().await.iter().filter(|row| row["error_class"] == "rate_limit_exceeded").count(), 2);
    }

    /// What is left out gets the default of 100; null switches it off (D4).
    async fn default_rate_limit(engine) {
        let server = TestServer::start(engine).await;
        let (_, view) = server.rest(Method::POST, "/keys", Some(json!({ "name": "d" }))).await;
        assert_eq!(view["rate_limits"]["requests_per_minute"], 100);
        let (_, view) = server.rest(Method::POST, "/keys", Some(json!({ "name": "n", "rate_limits": { "requests_per_minute": null } }))).await;
        assert!(view["rate_limits"]["requests_per_minute"].is_null());
    }
}
