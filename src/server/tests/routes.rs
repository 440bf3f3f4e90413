//! Model route tests: one name, several deployments, through a running server and real upstreams.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{FakeUpstream, TestServer, both_engines, fake_upstream::DEFAULT_SECRET};

/// Adds an upstream beside the default one.
async fn second(server: &TestServer, name: &str) -> FakeUpstream {
    let fake = FakeUpstream::start().await;
    let provider = "openai_compatible";
    let body = json!({ "name": name, "provider": provider, "base_url": fake.base_url(), "api_key": DEFAULT_SECRET });
    let (status, view) = server.rest(Method::POST, "/upstreams", Some(body)).await;
    assert_eq!(status, 201, "{view}");
    fake
}

/// Adds a route over these deployments, each `(upstream, model)`.
async fn route(server: &TestServer, name: &str, deployments: &[(&str, &str)], more: Value) {
    let deployments: Vec<Value> =
        deployments.iter().map(|(upstream, model)| json!({ "upstream": upstream, "model": model })).collect();
    let mut body = json!({ "name": name, "deployments": deployments });
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    let (status, view) = server.rest(Method::POST, "/models", Some(body)).await;
    assert_eq!(status, 201, "{view}");
}

/// The newest row, whole.
async fn newest(server: &TestServer) -> Value {
    let id = server.logs().await[0]["id"].as_str().unwrap().to_owned();
    server.rest(Method::GET, &format!("/logs/{id}"), None).await.1
}

both_engines! {
    /// The client writes our name, the upstream reads its own, and the row says both.
    async fn a_name_leads_to_a_deployment(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        route(&server, "our/fast", &[("fake", "gpt-5-mini")], json!({})).await;
        let key = server.key(json!({ "allowed_models": ["our/*"] })).await;
        let answer = server.chat(&key, "our/fast", "x").await;
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        assert_eq!(server.upstream().received()[0].json()["model"], "gpt-5-mini");
        let row = newest(&server).await;
        assert_eq!((&row["model"], &row["upstream"]), (&json!("our/fast"), &json!("fake")));
        // The deployment's own name is none that this key may use.
        assert_eq!(server.chat(&key, "gpt-5-mini", "x").await.status(), 403);
        let list: Value = server.call(Method::GET, "/v1/models", &key.secret).send().await.unwrap().json().await.unwrap();
        let ids: Vec<&str> = list["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["our/fast"]);
    }

    /// Where one fails, the next one answers, the row has both tries, and the one that failed rests.
    async fn the_next_one_answers_where_one_fails(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let other = second(&server, "other").await;
        route(&server, "steady", &[("fake", "fail-500"), ("other", "good")], json!({ "rest_seconds": 30 })).await;
        let key = server.key(json!({})).await;
        assert_eq!(server.chat(&key, "steady", "x").await.status(), 200);
        let row = newest(&server).await;
        let tries = row["attempts"].as_array().unwrap();
        assert_eq!(tries.len(), 2, "{row}");
        assert_eq!((&tries[0]["upstream"], &tries[0]["status"]), (&json!("fake"), &json!(500)));
        assert_eq!((&tries[1]["upstream"], &tries[1]["status"]), (&json!("other"), &json!(200)));
        assert_eq!((&row["upstream"], &row["status"]), (&json!("other"), &json!(200)));
        // It rests: the next request does not ask it.
        assert_eq!(server.chat(&key, "steady", "x").await.status(), 200);
        assert_eq!((server.upstream().calls(), other.calls()), (1, 2));
        server.clock().advance(Duration::from_secs(31));
        assert_eq!(server.chat(&key, "steady", "x").await.status(), 200);
        assert_eq!((server.upstream().calls(), other.calls()), (2, 3));
    }

    /// A request that may have been processed goes on only where the route says so.
    async fn what_may_have_been_processed_is_not_sent_again_unasked(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let other = second(&server, "other").await;
        route(&server, "careful", &[("fake", "reset"), ("other", "good")], json!({})).await;
        route(&server, "bold", &[("fake", "reset"), ("other", "good")], json!({ "retry_sent": true })).await;
        let key = server.key(json!({})).await;
        assert_eq!(server.chat(&key, "careful", "x").await.status(), 502);
        assert_eq!(other.calls(), 0);
        server.clock().advance(Duration::from_secs(31));
        assert_eq!(server.chat(&key, "bold", "x").await.status(), 200);
        assert_eq!(other.calls(), 1);
    }

    /// A client's own mistake is answered as the upstream says it, and nothing is tried again for it.
    async fn a_mistake_of_the_client_is_not_tried_elsewhere(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let other = second(&server, "other").await;
        route(&server, "plain", &[("fake", "fail-400"), ("other", "good")], json!({})).await;
        let key = server.key(json!({})).await;
        assert_eq!(server.chat(&key, "plain", "x").await.status(), 400);
        assert_eq!(other.calls(), 0);
    }

    /// A key that may not use an upstream does not get there by a route.
    async fn a_route_gives_no_access_to_an_upstream(engine) {
        let server = TestServer::start(engine).await;
        let first = server.connect_upstream().await;
        let other = second(&server, "other").await;
        route(&server, "both", &[("other", "good"), ("fake", "good")], json!({})).await;
        route(&server, "elsewhere", &[("other", "good")], json!({})).await;
        let key = server.key(json!({ "allowed_upstreams": [first] })).await;
        assert_eq!(server.chat(&key, "both", "x").await.status(), 200);
        assert_eq!(server.chat(&key, "elsewhere", "x").await.status(), 403);
        assert_eq!((server.upstream().calls(), other.calls()), (1, 0));
    }

    /// A stream goes on to the next deployment as long as nothing of it was said.
    async fn a_stream_is_routed_like_any_answer(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let other = second(&server, "other").await;
        route(&server, "talk", &[("fake", "fail-429"), ("other", "good")], json!({})).await;
        let key = server.key(json!({})).await;
        let text = server.chat_stream(&key, "talk", "x").await.text().await.unwrap();
        assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
        assert_eq!((newest(&server).await["attempts"].as_array().unwrap().len(), other.calls()), (2, 1));
    }
}
