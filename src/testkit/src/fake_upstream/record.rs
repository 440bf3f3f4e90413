//! Request recording: what the upstream received, and what became of it.

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::watch;

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Received {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Received {
    /// The HTTP method.
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// Path and query, raw.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path, raw.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    /// The query, raw.
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// A header's first value, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, whole.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// All of it, for tests in another process.
    pub(super) fn to_json(&self) -> Value {
        let headers: Vec<(&str, String)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        json!({ "method": self.method(), "target": self.target, "headers": headers, "body": String::from_utf8_lossy(&self.body) })
    }
}

/// Everything received, with counts that can be waited for.
pub(super) struct Log {
    received: Mutex<Vec<Received>>,
    calls: watch::Sender<usize>,
    cancelled: watch::Sender<usize>,
}

impl Default for Log {
    fn default() -> Self {
        Self { received: Mutex::default(), calls: watch::Sender::new(0), cancelled: watch::Sender::new(0) }
    }
}

impl Log {
    pub(super) fn add(&self, request: Received) {
        self.received.lock().push(request);
        self.calls.send_modify(|count| *count += 1);
    }

    pub(super) fn add_cancelled(&self) {
        self.cancelled.send_modify(|count| *count += 1);
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().clone()
    }

    pub(super) fn calls(&self) -> usize {
        *self.calls.borrow()
    }

    pub(super) fn cancelled(&self) -> usize {
        *self.cancelled.borrow()
    }

    pub(super) fn reset(&self) {
        self.received.lock().clear();
        self.calls.send_replace(0);
        self.cancelled.send_replace(0);
    }

    pub(super) async fn wait_received(&self, least: usize) {
        Self::wait(&self.calls, least).await;
    }

    pub(super) async fn wait_cancelled(&self, least: usize) {
        Self::wait(&self.cancelled, least).await;
    }

    async fn wait(count: &watch::Sender<usize>, least: usize) {
        // The sender is borrowed here, so it cannot be gone.
        let _ = count.subscribe().wait_for(|count| *count >= least).await;
    }
}
