//! Authentication on REST: who is let in, and what unknown paths answer.

use axum::http::{Method, StatusCode};

use crate::fixture::{RestFixture, TOKEN};

#[tokio::test]
async fn the_admin_token_and_sessions_are_let_in() {
    let fixture = RestFixture::new().await;
    let me = fixture.get("/api/v1/me").await;
    assert_eq!(me.status, StatusCode::OK);
    assert_eq!((me.json()["id"].is_null(), me.json()["role"].as_str()), (true, Some("owner")));
    let me = fixture.call(Method::GET, "/api/v1/me").session("admin").send().await.json();
    assert_eq!((me["email"].as_str(), me["role"].as_str()), (Some("user1@example.org"), Some("admin")));
    // RFC 9110: schemes are case-insensitive.
    let lower =
        fixture.call(Method::GET, "/api/v1/me").header("authorization", &format!("bearer {TOKEN}")).send().await;
    assert_eq!(lower.status, StatusCode::OK);
}

#[tokio::test]
async fn credentials_that_only_look_good_are_refused() {
    let fixture = RestFixture::new().await;
    let prefix = &TOKEN[..TOKEN.len() - 1];
    for bad in [
        format!("Bearer {prefix}"),
        format!("Bearer {TOKEN}x"),
        format!("Bearer {}", TOKEN.to_uppercase()),
        "Bearer ".to_owned(),
        "Bearer".to_owned(),
        TOKEN.to_owned(),
        format!("Basic {TOKEN}"),
    ] {
        let answer = fixture.call(Method::GET, "/api/v1/me").header("authorization", &bad).send().await;
        answer.problem(401, "unauthenticated");
        assert!(!answer.text.contains(prefix), "a credential is never repeated");
    }
    let twice = fixture.call(Method::GET, "/api/v1/me").token().header("authorization", "Bearer other").send().await;
    twice.problem(400, "ambiguous_credentials");
}

#[tokio::test]
async fn an_unknown_caller_learns_nothing_about_the_rest_of_the_request() {
    let fixture = RestFixture::new().await;
    let broken = fixture.call(Method::POST, "/api/v1/keys?x=1").text("application/json", "{").send().await;
    broken.problem(401, "unauthenticated");
    fixture.call(Method::GET, "/api/v1/keys/nonsense").send().await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn an_internal_failure_is_reported_without_its_cause() {
    let fixture = RestFixture::new().await;
    let answer = fixture.call(Method::GET, "/api/v1/me").session("gone").send().await;
    answer.problem(503, "store_unavailable");
    assert_eq!(answer.header("retry-after"), "1");
    assert!(!answer.text.contains("canary-of-the-cause"));
}

#[tokio::test]
async fn unknown_paths_are_problems() {
    let fixture = RestFixture::new().await;
    for path in [
        "/api",
        "/api/",
        "/api/v2/keys",
        "/api/v1",
        "/api/v1/",
        "/api/v1/keys/",
        "/api/v1/nothing",
        "/api/v1/keys/key_x/nothing",
    ] {
        fixture.call(Method::GET, path).token().send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn wrong_methods_say_which_are_right() {
    let fixture = RestFixture::new().await;
    for (method, path, allow) in [
        (Method::PUT, "/api/v1/keys", ["GET", "POST"].as_slice()),
        (Method::DELETE, "/api/v1/keys/key_x", &["GET"]),
        (Method::GET, "/api/v1/keys/key_x/revoke", &["POST"]),
        (Method::POST, "/api/v1/upstreams/up_x", &["GET", "DELETE"]),
        (Method::POST, "/api/v1/logs", &["GET"]),
    ] {
        let answer = fixture.call(method.clone(), path).token().send().await;
        answer.problem(405, "method_not_allowed");
        let listed: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
        for method in allow {
            assert!(listed.contains(method), "{path}: {listed:?}");
        }
        assert!(!listed.contains(&method.as_str()), "{path}: {listed:?}");
    }
}

#[tokio::test]
async fn ids_that_lead_nowhere_are_not_found() {
    let fixture = RestFixture::new().await;
    for path in [
        "/api/v1/keys/nonsense",
        "/api/v1/keys/%00",
        "/api/v1/keys/%FF",
        "/api/v1/keys/up_01kaj1p2y9f3v8s7m5n4k6t2qd",
        "/api/v1/keys/key_01kaj1p2y9f3v8s7m5n4k6t2qd",
        "/api/v1/keys/key_01kaj1p2y9f3v8s7m5n4k6t2qd/activity",
        "/api/v1/upstreams/key_01kaj1p2y9f3v8s7m5n4k6t2qd",
        "/api/v1/upstreams/up_01kaj1p2y9f3v8s7m5n4k6t2qd",
        "/api/v1/logs/nonsense",
        "/api/v1/logs/req_01kaj1p2y9f3v8s7m5n4k6t2qd",
    ] {
        fixture.get(path).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let fixture = RestFixture::new().await;
    let answer = fixture.call(Method::HEAD, "/api/v1/keys").token().send().await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
}
