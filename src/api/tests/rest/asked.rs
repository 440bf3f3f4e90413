//! Input validation on REST: bodies and queries, and how they are refused.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use serde_json::json;

use crate::fixture::{Answer, RestFixture};

async fn post_key(fixture: &RestFixture, body: &str) -> Answer {
    fixture.call(Method::POST, "/api/v1/keys").token().text("application/json", body.to_owned()).send().await
}

#[tokio::test]
async fn wrong_fields_are_named_by_their_path() {
    let fixture = RestFixture::new().await;
    let complaint = async |body: &str, field: &str| post_key(&fixture, body).await.complaint(field);
    let unknown = complaint(r#"{"name":"x","budgett":1}"#, "budgett").await;
    assert!(unknown.contains("no such field") && unknown.contains("rate_limits"), "{unknown}");
    complaint(r#"{"name":"x","rate_limits":{"rpm":1}}"#, "rate_limits.rpm").await;
    let wrong =
        complaint(r#"{"name":"x","rate_limits":{"requests_per_minute":"many"}}"#, "rate_limits.requests_per_minute");
    assert_eq!(wrong.await, "expected u32");
    complaint(r#"{"name":"x","rate_limits":{"requests_per_minute":-1}}"#, "rate_limits.requests_per_minute").await;
    complaint(r#"{"name":"x","allowed_models":["gpt-*",7]}"#, "allowed_models[1]").await;
    assert_eq!(complaint(r#"{"description":"x"}"#, "name").await, "this field is required");
    let inside = r#"{"name":"x","rate_limits":{"requests_per_minute":1,"requests_per_minute":2}}"#;
    assert_eq!(complaint(inside, "rate_limits.requests_per_minute").await, "give this field once");
    complaint("[]", "body").await;
    complaint("null", "body").await;
    // The contract's own complaints come the same way, all at once.
    let answer = post_key(&fixture, r#"{"name":"","env":"prod","expires_in_days":0}"#).await;
    for field in ["name", "env", "expires_in_days"] {
        answer.complaint(field);
    }
}

/// Whoever mistypes a request with a secret in it must not find the secret in a log of answers.
#[tokio::test]
async fn values_are_never_repeated() {
    let fixture = RestFixture::new().await;
    for body in [
        r#"{"provider":"openai","is_default":"sk-canary"}"#,
        r#"{"provider":"openai","api_key":{"sk-canary":1}}"#,
        r#"{"provider":{"x":"sk-canary, expected nothing"},"name":1}"#,
        r#"{"provider":"openai","api_key":"sk-canary"#,
        r#"{"provider":"openai" "sk-canary"}"#,
        r#"{"provider":"openai","api_key":"sk canary"}"#,
        r#"{"provider":"sk-canary"}"#,
    ] {
        let call = fixture.call(Method::POST, "/api/v1/upstreams").token();
        let answer = call.text("application/json", body.to_owned()).send().await;
        assert!(answer.status.is_client_error(), "{body}");
        assert!(!answer.text.contains("canary"), "{}", answer.text);
    }
}

#[tokio::test]
async fn broken_json_is_distinguished_from_wrong_fields() {
    let fixture = RestFixture::new().await;
    for broken in ["{", "", "{\"name\":\"x\"} x", "{'name':'x'}", "{\"name\":\"\u{1}\"}"] {
        let problem = post_key(&fixture, broken).await.problem(400, "invalid_json");
        assert!(problem["detail"].as_str().unwrap().contains("line 1"), "{problem}");
    }
    let call = fixture.call(Method::POST, "/api/v1/keys").token();
    call.text("application/json", vec![b'"', 0xFF, b'"']).send().await.problem(400, "invalid_json");
    let deep = format!("{{\"name\":{}1{}}}", "[".repeat(64), "]".repeat(64));
    post_key(&fixture, &deep).await.problem(400, "invalid_json");
}

/// Two readers could each take another one of them.
#[tokio::test]
async fn a_top_level_field_stands_once() {
    let fixture = RestFixture::new().await;
    for twice in [r#"{"name":"x","name":"y"}"#, r#"{"name":"x","n\u0061me":"y"}"#, r#"{"name":"x","nme":1,"name":"x"}"#]
    {
        let problem = post_key(&fixture, twice).await.problem(400, "duplicate_field");
        assert!(problem["detail"].as_str().unwrap().contains("\"name\""), "{problem}");
    }
}

#[tokio::test]
async fn other_media_types_are_refused() {
    let fixture = RestFixture::new().await;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
        let call = fixture.call(Method::POST, "/api/v1/keys").token();
        call.text(content_type, r#"{"name":"x"}"#).send().await.problem(415, "unsupported_media_type");
    }
    for content_type in ["application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"] {
        let call = fixture.call(Method::POST, "/api/v1/keys").token();
        let answer = call.text(content_type, r#"{"name":"x"}"#).send().await;
        assert_eq!(answer.status, StatusCode::CREATED, "{content_type}");
    }
    let call = fixture.call(Method::POST, "/api/v1/keys").token().header("content-encoding", "gzip");
    call.json(&json!({ "name": "x" })).send().await.problem(415, "unsupported_encoding");
}

#[tokio::test]
async fn bodies_end_at_one_mebibyte() {
    let fixture = RestFixture::new().await;
    let fits = format!("{}{}", r#"{"name":"x"}"#, " ".repeat(1024 * 1024 - 12));
    assert_eq!(post_key(&fixture, &fits).await.status, StatusCode::CREATED);
    post_key(&fixture, &format!("{fits} ")).await.problem(413, "request_too_large");
    let breaks_off = Body::from_stream(futures_util::stream::iter([
        Ok(axum::body::Bytes::from_static(b"{\"name\":")),
        Err(std::io::Error::other("reset")),
    ]));
    let call = fixture.call(Method::POST, "/api/v1/keys").token();
    call.text("application/json", breaks_off).send().await.problem(400, "incomplete_body");
}

#[tokio::test]
async fn verbs_without_a_body_take_none() {
    let fixture = RestFixture::new().await;
    let id = fixture.key("x").await["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/keys/{id}/disable");
    assert_eq!(fixture.post(&path, &json!({})).await.status, StatusCode::OK);
    fixture.post(&path, &json!({ "force": true })).await.complaint("force");
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let fixture = RestFixture::new().await;
    let complaint = async |path: &str, field: &str| fixture.get(path).await.complaint(field);
    assert!(complaint("/api/v1/keys?pagesize=5", "pagesize").await.contains("page_size"));
    assert_eq!(complaint("/api/v1/keys?page=two", "page").await, "use a whole number");
    complaint("/api/v1/keys?page=99999999999999999999", "page").await;
    complaint("/api/v1/keys?page=1&page=2", "page").await;
    for path in ["/api/v1/keys", "/api/v1/upstreams"] {
        complaint(&format!("{path}?page_size=0"), "page_size").await;
        complaint(&format!("{path}?page_size=101"), "page_size").await;
        complaint(&format!("{path}?page=0"), "page").await;
    }
    complaint("/api/v1/keys?state=gone", "state").await;
    complaint("/api/v1/logs?limit=501", "limit").await;
    complaint("/api/v1/logs?limit=0", "limit").await;
    complaint("/api/v1/logs?cursor=x", "cursor").await;
    complaint("/api/v1/logs?status=9xx", "status").await;
    complaint("/api/v1/logs?since=yesterday", "since").await;
    complaint("/api/v1/me?x", "query").await;
}
