//! `/livez` and `/readyz`, on both listeners.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::body::Body;
use control::Control;
use gateway::Gateway;
use http::{Method, Response, StatusCode, header};

/// Whether new work is welcome.
#[derive(Clone)]
pub struct Readiness {
    control: Control,
    gateway: Arc<Gateway>,
    leaving: Arc<AtomicBool>,
}

impl Readiness {
    /// Ready as soon as the parts are.
    pub fn new(control: Control, gateway: Arc<Gateway>) -> Self {
        Self { control, gateway, leaving: Arc::default() }
    }

    /// From now on balancers are told to send nothing more.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Release);
    }

    async fn verdict(&self) -> Result<(), &'static str> {
        if self.leaving.load(Ordering::Acquire) {
            return Err("shutting down");
        }
        if !self.gateway.ready() {
            return Err("the ledger cannot write");
        }
        self.control.ready().await.map_err(|_| "the database does not answer")
    }
}

/// Whether a path is one of these.
pub(super) fn is_ours(path: &str) -> bool {
    matches!(path, "/livez" | "/readyz")
}

/// The answer on one of them.
pub(super) async fn answer(readiness: &Readiness, method: &Method, path: &str) -> Response<Body> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "use GET\n");
        refused.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    if path == "/livez" {
        return plain(StatusCode::OK, "ok\n");
    }
    match readiness.verdict().await {
        Ok(()) => plain(StatusCode::OK, "ok\n"),
        Err(reason) => plain(StatusCode::SERVICE_UNAVAILABLE, reason),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    answer
}
