//! Edge fixture: a test server whose upstream sends exactly the bytes that a test gives it.

use serde_json::json;
use testkit::{ADMIN_TOKEN, Engine, RawUpstream, TestServer};

use super::case::EntryPoints;

pub struct EdgeFixture {
    pub server: TestServer,
    pub upstream: RawUpstream,
    pub entry_points: EntryPoints,
}

impl EdgeFixture {
    pub async fn start(engine: Engine, settings: &[(&'static str, &str)]) -> Self {
        let server = TestServer::with(engine, settings).await;
        let upstream = RawUpstream::start().await;
        // Where no network is allowed, a literal address is refused when it is saved; a name is judged when it is dialled.
        let literal_refused = settings.contains(&("upstream_allowed_cidrs", ""));
        let host = if literal_refused { "localhost" } else { "127.0.0.1" };
        connect(&server, "raw", &upstream.base_url().replace("127.0.0.1", host)).await;
        let (key, other) = (server.key(json!({})).await, server.key(json!({})).await);
        let entry_points = EntryPoints {
            gateway: server.gateway_address(),
            admin: server.admin_address(),
            key: key.secret,
            other: other.secret,
            token: ADMIN_TOKEN.to_owned(),
            source: [127, 0, 0, 1].into(),
        };
        Self { server, upstream, entry_points }
    }
}

/// What the upstreams of these tests are called with.
pub const UPSTREAM_SECRET: &str = "sk-edge-upstream-5ecret-0123";

/// Stores an upstream and returns its id.
pub async fn connect(server: &TestServer, name: &str, base_url: &str) -> String {
    let body = json!({ "name": name, "provider": "openai", "base_url": base_url, "api_key": UPSTREAM_SECRET });
    let (status, view) = server.rest(reqwest::Method::POST, "/upstreams", Some(body)).await;
    assert_eq!(status, 201, "{view}");
    view["id"].as_str().unwrap().to_owned()
}
