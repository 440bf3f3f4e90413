//! REST tests: model routes and providers.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::fixture::RestFixture;

/// An upstream that answers in process; its id.
async fn echo(fixture: &RestFixture, name: &str) -> String {
    let made = fixture.upstream(&json!({ "name": name, "provider": "echo" })).await;
    made["id"].as_str().unwrap().to_owned()
}

async fn patched(fixture: &RestFixture, path: &str, change: &Value) -> crate::fixture::Answer {
    fixture.call(Method::PATCH, path).token().json(change).send().await
}

#[tokio::test]
async fn a_route_lives_from_its_creation_to_its_end() {
    let fixture = RestFixture::new().await;
    let (first, second) = (echo(&fixture, "first").await, echo(&fixture, "second").await);
    let wanted = json!({ "name": "our/fast", "deployments": [
        // By name or by id.
        { "upstream": "first", "model": "echo" }, { "upstream": second, "model": "gpt-5", "weight": 3, "priority": 1 },
    ] });
    let answer = fixture.post("/api/v1/models", &wanted).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let route = answer.json();
    let path = format!("/api/v1/models/{}", route["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), path);
    assert_eq!(route["deployments"][0]["upstream"], first.as_str());
    assert_eq!(route["deployments"][1]["upstream_name"], "second");
    let usual =
        [&route["strategy"], &route["retries"], &route["retry_sent"], &route["rest_seconds"], &route["timeout"]];
    assert_eq!(usual, [&json!("ordered"), &json!(2), &json!(false), &json!(30), &Value::Null]);
    assert_eq!(fixture.get(&path).await.json(), route);
    assert_eq!(fixture.get("/api/v1/models").await.json()["items"], json!([route]));
    fixture.post("/api/v1/models", &wanted).await.problem(409, "name_taken");

    let answer = patched(&fixture, &path, &json!({ "strategy": "weighted", "timeout": 20 })).await;
    assert_eq!((&answer.json()["strategy"], &answer.json()["timeout"]), (&json!("weighted"), &json!(20)));
    assert_eq!(answer.json()["deployments"], route["deployments"], "what is left out stays");
    assert_eq!(patched(&fixture, &path, &json!({ "timeout": null })).await.json()["timeout"], Value::Null);

    let report = fixture.call(Method::POST, &format!("{path}/test")).token().send().await.json();
    assert_eq!(report["ok"], true, "{report}");
    assert_eq!(
        (&report["deployments"][0]["ok"], &report["deployments"][0]["upstream"]),
        (&json!(true), &json!("first"))
    );

    // An upstream that is gone leaves its place empty, and the route as it is.
    fixture.call(Method::DELETE, &format!("/api/v1/upstreams/{first}")).token().send().await;
    assert_eq!(fixture.get(&path).await.json()["deployments"][0]["upstream_name"], Value::Null);
    let gone = fixture.call(Method::DELETE, &path).token().send().await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    fixture.get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn what_is_wrong_with_a_route_is_said_field_by_field() {
    let fixture = RestFixture::new().await;
    echo(&fixture, "first").await;
    let create = async |shape: Value| fixture.post("/api/v1/models", &shape).await;
    let one = json!([{ "upstream": "first", "model": "echo" }]);
    let nowhere = json!([{ "upstream": "elsewhere", "model": "echo" }]);
    create(json!({ "name": "x", "deployments": nowhere })).await.complaint("deployments[0].upstream");
    create(json!({ "name": "x", "deployments": [] })).await.complaint("deployments");
    create(json!({ "name": "", "deployments": one })).await.complaint("name");
    create(json!({ "name": "x", "deployments": one, "retries": 11 })).await.complaint("retries");
    let sentence = create(json!({ "name": "x", "deployments": one, "strategy": "lowest_cost" })).await;
    assert!(sentence.complaint("strategy").contains("not available yet"));
    create(json!({ "name": "x", "deployments": one, "colour": 1 })).await.complaint("colour");
    assert_eq!(fixture.get("/api/v1/models").await.json()["items"], json!([]));
}

#[tokio::test]
async fn providers_are_listed_with_what_an_upstream_of_them_takes() {
    let fixture = RestFixture::new().await;
    let list = fixture.get("/api/v1/providers").await.json();
    let providers = list["items"].as_array().unwrap();
    let one = |id: &str| providers.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("{id}: {list}"));
    assert_eq!(one("anthropic")["dialects"], json!(["anthropic"]));
    assert_eq!(one("openai_compatible")["base_url"], Value::Null);
    assert!(one("deepseek")["dialects"].as_array().unwrap().contains(&json!("anthropic")));
    assert!(providers.len() >= 15, "{}", providers.len());
}

#[tokio::test]
async fn an_upstream_is_changed_and_another_address_asks_for_the_secret_again() {
    let fixture = RestFixture::new().await;
    let made = fixture.upstream(&json!({ "provider": "openai", "api_key": "sk-provider-canary-1234" })).await;
    let path = format!("/api/v1/upstreams/{}", made["id"].as_str().unwrap());
    let change = json!({
        "name": "renamed", "timeouts": { "idle": 60 }, "headers": { "x-team": "search" }, "organization": "org-1",
        "max_open_requests": 8,
    });
    let changed = patched(&fixture, &path, &change).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    let shown = changed.json();
    assert_eq!((&shown["name"], &shown["timeouts"]["idle"]), (&json!("renamed"), &json!(60)));
    assert_eq!((&shown["headers"]["x-team"], &shown["max_open_requests"]), (&json!("search"), &json!(8)));
    assert_eq!(shown["api_key_masked"], made["api_key_masked"]);
    let change = json!({ "base_url": "https://eu.api.openai.com/v1" });
    let sentence = patched(&fixture, &path, &change).await.complaint("api_key");
    assert!(sentence.contains("never sent anywhere else"), "{sentence}");
    let with_secret = json!({ "base_url": "https://eu.api.openai.com/v1", "api_key": "sk-provider-canary-5678" });
    let elsewhere = patched(&fixture, &path, &with_secret).await;
    assert_eq!(elsewhere.json()["base_url"], "https://eu.api.openai.com/v1");
    assert!(
        elsewhere.json()["api_key_masked"].as_str().unwrap().ends_with("5678") && !elsewhere.text.contains("canary")
    );
    // Nothing that is a credential or the connection's own is set as a field.
    for name in ["authorization", "x-api-key", "host", "connection", "content-length", "cookie"] {
        patched(&fixture, &path, &json!({ "headers": { name: "x" } })).await.problem(422, "invalid");
    }
    patched(&fixture, &path, &json!({ "ca_pem": "no certificate" })).await.complaint("ca_pem");
    patched(&fixture, &path, &json!({ "default_for": ["gemini"] })).await.complaint("default_for");
}

/// Each dialect has a default of its own; the first upstream of a dialect becomes it.
#[tokio::test]
async fn every_dialect_has_its_default() {
    let fixture = RestFixture::new().await;
    let secret = "sk-provider-canary-1234";
    let openai = fixture.upstream(&json!({ "provider": "openai", "api_key": secret })).await;
    let anthropic = fixture.upstream(&json!({ "provider": "anthropic", "api_key": secret })).await;
    assert_eq!((&openai["default_for"], &anthropic["default_for"]), (&json!(["openai"]), &json!(["anthropic"])));
    let second = fixture.upstream(&json!({ "provider": "anthropic", "name": "b", "api_key": secret })).await;
    assert_eq!(second["default_for"], json!([]));
    let path = |upstream: &Value| format!("/api/v1/upstreams/{}", upstream["id"].as_str().unwrap());
    let changed = patched(&fixture, &path(&second), &json!({ "default_for": ["anthropic"] })).await;
    assert_eq!(changed.json()["is_default"], true);
    assert_eq!(fixture.get(&path(&anthropic)).await.json()["default_for"], json!([]));
    assert_eq!(fixture.get(&path(&openai)).await.json()["default_for"], json!(["openai"]));
}
