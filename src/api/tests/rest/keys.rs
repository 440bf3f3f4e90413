//! REST tests: keys.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::fixture::RestFixture;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_key_is_issued_and_its_secret_said_once() {
    let fixture = RestFixture::new().await;
    let answer =
        fixture.post("/api/v1/keys", &json!({ "name": "ci", "rate_limits": { "requests_per_minute": null } })).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("cache-control"), "no-store");
    let key = answer.json();
    let (id, secret) = (key["id"].as_str().unwrap(), key["secret"].as_str().unwrap());
    assert!(secret.starts_with("sk-auto-live-"));
    assert_eq!(answer.header("location"), format!("/api/v1/keys/{id}"));
    assert_eq!(key["rate_limits"]["requests_per_minute"], json!(null));
    assert_eq!(key["base_url"], "https://gateway.example/v1");
    assert_eq!((key["name"].as_str(), key["state"].as_str()), (Some("ci"), Some("active")));

    let shown = fixture.get(&format!("/api/v1/keys/{id}")).await;
    assert_eq!(shown.json()["masked"], key["masked"]);
    for answer in [shown, fixture.get("/api/v1/keys").await, fixture.get("/api/v1/overview").await] {
        assert!(!answer.text.contains(secret), "{}", answer.text);
        assert!(answer.json().get("secret").is_none());
    }
}

#[tokio::test]
async fn defaults_apply_to_what_is_left_out() {
    let fixture = RestFixture::new().await;
    let key = fixture.key("plain").await;
    assert_eq!(key["rate_limits"]["requests_per_minute"], 100);
    assert_eq!((key["env"].as_str(), key["enabled"].as_bool()), (Some("live"), Some(true)));
    assert!(key["expires_at"].is_null());
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    let fixture = RestFixture::new().await;
    let nowhere = json!({ "name": "x", "allowed_upstreams": ["up_01kaj1p2y9f3v8s7m5n4k6t2qd"] });
    fixture.post("/api/v1/keys", &nowhere).await.complaint("allowed_upstreams");
    let past = json!({ "name": "x", "expires_at": "2001-01-01T00:00:00Z" });
    fixture.post("/api/v1/keys", &past).await.complaint("expires_at");
}

#[tokio::test]
async fn keys_are_switched_and_revoked() {
    let fixture = RestFixture::new().await;
    let id = fixture.key("ci").await["id"].as_str().unwrap().to_owned();
    let verb = async |verb: &str| fixture.call(Method::POST, &format!("/api/v1/keys/{id}/{verb}")).token().send().await;
    for _ in 0..2 {
        assert_eq!(verb("disable").await.json()["state"], "disabled");
    }
    assert_eq!(verb("enable").await.json()["state"], "active");
    fixture.post(&format!("/api/v1/keys/{id}/revoke"), &json!({ "reason": "bored" })).await.complaint("reason");
    let revoked = fixture.post(&format!("/api/v1/keys/{id}/revoke"), &json!({ "reason": "leaked" })).await;
    assert_eq!(revoked.status, StatusCode::OK);
    assert_eq!((&revoked.json()["state"], &revoked.json()["revoke_reason"]), (&json!("revoked"), &json!("leaked")));
    // Without a body, and once more: nothing changes.
    assert_eq!(verb("revoke").await.json(), revoked.json());
    verb("enable").await.problem(409, "key_revoked");
    verb("disable").await.problem(409, "key_revoked");
}

#[tokio::test]
async fn pages_are_newest_first_and_end() {
    let fixture = RestFixture::new().await;
    for n in 0..5 {
        fixture.clock.advance(Duration::from_secs(1));
        fixture.key(&format!("key {n}")).await;
    }
    let page = fixture.get("/api/v1/keys?page=2&page_size=2").await.json();
    assert_eq!((&page["total"], &page["page"], &page["page_size"]), (&json!(5), &json!(2), &json!(2)));
    let names: Vec<&str> = page["items"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["key 2", "key 1"]);
    let beyond = fixture.get("/api/v1/keys?page=4&page_size=2").await.json();
    assert_eq!((&beyond["items"], &beyond["total"]), (&json!([]), &json!(5)));
    let found = fixture.get("/api/v1/keys?search=KEY%203").await.json();
    assert_eq!((&found["total"], &found["items"][0]["name"]), (&json!(1), &json!("key 3")));
}

#[tokio::test]
async fn states_follow_the_clock() {
    let fixture = RestFixture::new().await;
    fixture.post("/api/v1/keys", &json!({ "name": "short", "expires_in_days": 1 })).await;
    let active = async || fixture.get("/api/v1/keys?state=active").await.json()["total"].clone();
    assert_eq!(active().await, 1);
    fixture.clock.advance(DAY + Duration::from_millis(1));
    assert_eq!(active().await, 0);
    assert_eq!(fixture.get("/api/v1/keys?state=expired").await.json()["items"][0]["name"], "short");
}

#[tokio::test]
async fn lists_are_walked_by_cursor_and_by_number_near_their_beginning() {
    let fixture = RestFixture::new().await;
    for n in 1..=5 {
        fixture.key(&format!("Key {n}")).await;
    }
    let names = |page: &serde_json::Value| {
        page["items"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = fixture.get("/api/v1/keys?page_size=2").await.json();
    assert_eq!((names(&first), &first["total"]), (vec!["Key 5".to_owned(), "Key 4".to_owned()], &json!(5)));
    assert!(first.get("total_is_capped").is_none());
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = fixture.get(&format!("/api/v1/keys?page_size=2&cursor={cursor}")).await.json();
    assert_eq!(names(&second), names(&fixture.get("/api/v1/keys?page_size=2&page=2").await.json()));
    let last = fixture.get("/api/v1/keys?page_size=2&page=3").await.json();
    assert_eq!((names(&last), &last["next_cursor"]), (vec!["Key 1".to_owned()], &json!(null)));
    let found = fixture.get("/api/v1/keys?sort=name&search=KEY&page_size=1").await.json();
    assert_eq!(names(&found), ["Key 1"]);
    fixture.get(&format!("/api/v1/keys?cursor={cursor}&sort=name")).await.complaint("cursor");
    fixture.get(&format!("/api/v1/keys?cursor={cursor}&page=2")).await.complaint("cursor");
    fixture.get("/api/v1/keys?cursor=mine").await.complaint("cursor");
    fixture.get("/api/v1/keys?sort=secret").await.complaint("sort");
    fixture.get("/api/v1/keys?page=501").await.problem(422, "page_too_deep");
    fixture.get("/api/v1/upstreams?page=101&page_size=100").await.problem(422, "page_too_deep");
    fixture.get("/api/v1/upstreams?cursor=key_1").await.complaint("cursor");
}

#[tokio::test]
async fn a_name_holds_nothing_invisible() {
    let fixture = RestFixture::new().await;
    for name in ["pay\u{202e}llor", "pay\u{200b}roll", "pay\u{1b}roll"] {
        fixture.post("/api/v1/keys", &json!({ "name": name })).await.complaint("name");
        fixture.post("/api/v1/upstreams", &json!({ "name": name, "provider": "echo" })).await.complaint("name");
    }
}
