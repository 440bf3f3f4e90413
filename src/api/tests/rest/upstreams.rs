//! REST tests: upstreams.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::fixture::RestFixture;

const SECRET: &str = "sk-provider-canary-1234";

#[tokio::test]
async fn an_upstream_is_added_and_its_secret_never_shown() {
    let fixture = RestFixture::new().await;
    let body = json!({
        "name": "main", "provider": "openai", "base_url": "https://api.openai.com/v1", "api_key": SECRET,
    });
    let answer = fixture.post("/api/v1/upstreams", &body).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let upstream = answer.json();
    let id = upstream["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/api/v1/upstreams/{id}"));
    assert_eq!(upstream["base_url"], "https://api.openai.com/v1");
    assert!(upstream["api_key_masked"].as_str().unwrap().ends_with("1234"));
    assert_eq!(upstream["is_default"], true);
    let shown = fixture.get(&format!("/api/v1/upstreams/{id}")).await;
    assert_eq!(shown.json(), upstream);
    for answer in [answer, shown, fixture.get("/api/v1/upstreams").await, fixture.get("/api/v1/overview").await] {
        assert!(!answer.text.contains("canary"), "{}", answer.text);
    }
    fixture.post("/api/v1/upstreams", &body).await.problem(409, "name_taken");
}

#[tokio::test]
async fn secrets_are_replaced() {
    let fixture = RestFixture::new().await;
    let id =
        fixture.upstream(&json!({ "provider": "openai", "api_key": SECRET })).await["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/upstreams/{id}/secret");
    let answer = fixture.post(&path, &json!({ "api_key": "sk-provider-canary-5678" })).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.json()["api_key_masked"].as_str().unwrap().ends_with("5678"));
    assert!(!answer.text.contains("canary"));
    fixture.post(&path, &json!({ "api_key": "" })).await.complaint("api_key");
    fixture.post(&path, &json!({})).await.complaint("api_key");
}

#[tokio::test]
async fn one_upstream_is_the_default() {
    let fixture = RestFixture::new().await;
    let first = fixture.upstream(&json!({ "name": "a", "provider": "openai", "api_key": SECRET })).await;
    let second = fixture.upstream(&json!({ "name": "b", "provider": "openai", "api_key": SECRET })).await;
    assert_eq!((&first["is_default"], &second["is_default"]), (&json!(true), &json!(false)));
    let path = format!("/api/v1/upstreams/{}/default", second["id"].as_str().unwrap());
    let answer = fixture.call(Method::POST, &path).token().send().await;
    assert_eq!(answer.json()["is_default"], true);
    let first = fixture.get(&format!("/api/v1/upstreams/{}", first["id"].as_str().unwrap())).await;
    assert_eq!(first.json()["is_default"], false);
}

#[tokio::test]
async fn deleted_upstreams_are_gone() {
    let fixture = RestFixture::new().await;
    let id = fixture.upstream(&json!({ "provider": "echo" })).await["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/upstreams/{id}");
    let answer = fixture.call(Method::DELETE, &path).token().send().await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::NO_CONTENT, ""));
    fixture.get(&path).await.problem(404, "not_found");
    fixture.call(Method::DELETE, &path).token().send().await.problem(404, "not_found");
}

/// A test that fails is a report with the fix, not an error of ours.
#[tokio::test]
async fn tests_report_step_by_step() {
    let fixture = RestFixture::new().await;
    let echo = fixture.upstream(&json!({ "provider": "echo" })).await;
    let test = async |id: &str| {
        let answer = fixture.call(Method::POST, &format!("/api/v1/upstreams/{id}/test")).token().send().await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.json()
    };
    let report = test(echo["id"].as_str().unwrap()).await;
    assert_eq!(report["ok"], true);
    let private = json!({ "provider": "openai_compatible", "name": "p", "base_url": "http://localhost:9/v1" });
    let private = fixture.upstream(&private).await;
    let report = test(private["id"].as_str().unwrap()).await;
    assert_eq!((&report["ok"], &report["steps"][0]["step"]), (&json!(false), &json!("address")));
}

/// An address that would never be called is no upstream (F11); a name is judged when it is dialled.
#[tokio::test]
async fn a_literal_address_that_may_not_be_called_is_refused_with_its_reason() {
    let fixture = RestFixture::new().await;
    let create = async |base_url: &str| {
        let shape = json!({ "provider": "openai_compatible", "name": "p", "base_url": base_url });
        fixture.post("/api/v1/upstreams", &shape).await.complaint("base_url")
    };
    for never in
        ["169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "100.100.100.200", "[2002:a9fe:a9fe::1]"]
    {
        let sentence = create(&format!("http://{never}/v1")).await;
        assert!(sentence.contains("never called"), "{never}: {sentence}");
    }
    for private in ["10.0.0.1:9", "[::1]:11434", "127.0.0.1", "192.168.1.7", "[fd12:3456::1]"] {
        let sentence = create(&format!("http://{private}/v1")).await;
        assert!(sentence.contains("upstream_allowed_cidrs"), "{private}: {sentence}");
    }
}
