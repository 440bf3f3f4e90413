//! Test server: the booted product on port 0, with everything a test asks of it.

use std::sync::Arc;

use domain::Clock as _;
use reqwest::{Method, RequestBuilder, Response, StatusCode, redirect::Policy};
use serde_json::{Value, json};
use server::{
    config::{Config, Flags, resolve},
    running::{Running, start},
    sources::SystemRandom,
    wire::Sources,
};
use tempfile::TempDir;
use testkit_control::root_key;

use crate::{Engine, FakeUpstream, ManualClock};

pub use testkit_control::ADMIN_TOKEN;

/// A running product with a fake upstream beside it.
pub struct TestServer {
    running: Option<Running>,
    config: Config,
    sources: Sources,
    dir: TempDir,
    engine: Engine,
    clock: Arc<ManualClock>,
    upstream: FakeUpstream,
    http: reqwest::Client,
}

/// An issued key.
#[derive(Clone, Debug)]
pub struct Key {
    /// `key_…`
    pub id: String,
    /// The whole secret.
    pub secret: String,
}

impl TestServer {
    /// Boots with the usual settings.
    pub async fn start(engine: Engine) -> Self {
        Self::with(engine, &[]).await
    }

    /// Boots with some settings changed.
    pub async fn with(engine: Engine, settings: &[(&'static str, &str)]) -> Self {
        Self::on(tempfile::tempdir().unwrap(), engine, settings).await
    }

    /// Boots on a data directory that is there already.
    pub async fn on(dir: TempDir, engine: Engine, settings: &[(&'static str, &str)]) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut values = vec![
            ("data_dir", dir.path().display().to_string()),
            ("gateway_listen", "127.0.0.1:0".to_owned()),
            ("admin_listen", "127.0.0.1:0".to_owned()),
            ("admin_token", ADMIN_TOKEN.to_owned()),
            ("upstream_allowed_cidrs", "127.0.0.0/8".to_owned()),
            ("drain_timeout", "5".to_owned()),
        ];
        values.extend(engine.database_url().map(|url| ("database_url", url.to_owned())));
        values.extend(settings.iter().map(|(key, text)| (*key, (*text).to_owned())));
        let config = Config::from_resolved(&resolve(&Flags { config: None, values }, &|_| None).unwrap()).unwrap();
        let clock = Arc::new(ManualClock::default());
        let sources = Sources { clock: clock.clone(), random: Arc::new(SystemRandom) };
        let running = start(&config, &root_key(), &sources).await.unwrap();
        let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        let upstream = FakeUpstream::start().await;
        Self { running: Some(running), config, sources, dir, engine, clock, upstream, http }
    }

    /// Stops and boots again on the same data. Ports change.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.running = Some(start(&self.config, &root_key(), &self.sources).await.unwrap());
    }

    /// Stops as SIGTERM does.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// Where API clients call, without a slash at the end.
    pub fn gateway_url(&self) -> String {
        format!("http://{}", self.running().gateway)
    }

    /// Where administrators look, without a slash at the end.
    pub fn admin_url(&self) -> String {
        format!("http://{}", self.running().admin)
    }

    /// The gateway's socket address, for tests over raw bytes.
    pub fn gateway_address(&self) -> std::net::SocketAddr {
        self.running().gateway
    }

    /// The admin plane's socket address.
    pub fn admin_address(&self) -> std::net::SocketAddr {
        self.running().admin
    }

    /// The parts, for what no entry point shows.
    pub fn parts(&self) -> &server::wire::Services {
        &self.running().services
    }

    /// The data directory.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Where its databases are.
    pub fn location(&self) -> store::Location {
        server::wire::location(&self.config)
    }

    /// The engine it runs on.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The clock.
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// What time it is there, RFC 3339.
    pub fn now(&self) -> String {
        self.clock.now().to_rfc3339()
    }

    /// The fake upstream. It is not configured until [`TestServer::connect_upstream`].
    pub fn upstream(&self) -> &FakeUpstream {
        &self.upstream
    }

    /// A client that follows no redirects and keeps no cookies.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// A REST call with the admin token.
    pub async fn rest(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request =
            self.http.request(method, format!("{}/api/v1{path}", self.admin_url())).bearer_auth(ADMIN_TOKEN);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        let value =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
        (status, value)
    }

    /// Stores the fake upstream with its secret and returns its id.
    pub async fn connect_upstream(&self) -> String {
        let body = json!({
            "name": "fake", "provider": "openai", "base_url": self.upstream.base_url(),
            "api_key": crate::fake_upstream::DEFAULT_SECRET,
        });
        let (status, view) = self.rest(Method::POST, "/upstreams", Some(body)).await;
        assert_eq!(status, 201, "{view}");
        view["id"].as_str().unwrap().to_owned()
    }

    /// Issues a key; `fields` are merged over a name and no rate limit.
    pub async fn key(&self, fields: Value) -> Key {
        let mut body = json!({ "name": "test", "rate_limits": { "requests_per_minute": null } });
        for (field, value) in fields.as_object().unwrap() {
            body[field] = value.clone();
        }
        let (status, view) = self.rest(Method::POST, "/keys", Some(body)).await;
        assert_eq!(status, 201, "{view}");
        Key { id: view["id"].as_str().unwrap().to_owned(), secret: view["secret"].as_str().unwrap().to_owned() }
    }

    /// Revokes a key.
    pub async fn revoke(&self, key: &Key) {
        let (status, view) = self.rest(Method::POST, &format!("/keys/{}/revoke", key.id), Some(json!({}))).await;
        assert_eq!(status, 200, "{view}");
    }

    /// A request to the gateway.
    pub fn call(&self, method: Method, path: &str, secret: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.gateway_url())).bearer_auth(secret)
    }

    /// One chat completion.
    pub async fn chat(&self, key: &Key, model: &str, text: &str) -> Response {
        let body = json!({ "model": model, "messages": [{ "role": "user", "content": text }] });
        self.call(Method::POST, "/v1/chat/completions", &key.secret).json(&body).send().await.unwrap()
    }

    /// One streamed chat completion.
    pub async fn chat_stream(&self, key: &Key, model: &str, text: &str) -> Response {
        let body = json!({ "model": model, "stream": true, "messages": [{ "role": "user", "content": text }] });
        self.call(Method::POST, "/v1/chat/completions", &key.secret).json(&body).send().await.unwrap()
    }

    /// Every row of the log, newest first, once the ledger has written what is closed.
    pub async fn logs(&self) -> Vec<Value> {
        self.parts().gateway.flushed().await;
        let (status, page) = self.rest(Method::GET, "/logs?limit=500", None).await;
        assert_eq!(status, 200, "{page}");
        page["items"].as_array().unwrap().clone()
    }
}
