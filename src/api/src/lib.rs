//! The admin REST API: routes, documentation and one generic handler, from the operations that `contract` declares.
//!
//! Every request is handled the same way: who asks ([`caller`]), what is asked for ([`extract`]), one call into
//! `control`, the view as JSON ([`handler`]). What goes wrong becomes a [`Problem`] in one place.

mod answer;
mod caller;
mod document;
mod extract;
mod handler;
mod problem;
mod routes;

use std::sync::Arc;

use axum::{Router, http::Uri, middleware, routing};
use control::Control;
use secrecy::SecretString;

use caller::AdminToken;
pub use caller::SessionActor;
pub use problem::{MEDIA_TYPE, Problem};

/// What the REST API is built from.
#[derive(Clone)]
pub struct ApiState {
    control: Control,
    admin_token: Option<AdminToken>,
    session_actor: Arc<dyn SessionActor>,
}

impl ApiState {
    /// The REST entry point into `control`. `admin_token` is what `Authorization: Bearer` must carry (`None`: only
    /// sessions are let in); only its hash is kept. `session_actor` turns a browser's session into an actor.
    pub fn new(control: Control, admin_token: Option<&SecretString>, session_actor: Arc<dyn SessionActor>) -> Self {
        Self { control, admin_token: admin_token.map(AdminToken::of), session_actor }
    }
}

/// Everything below `/api`. Paths there that lead nowhere are answered here too, so the router may be merged into one
/// that has a fallback of its own.
pub fn router(state: ApiState) -> Router {
    routes::router()
        .route("/api", routing::any(nowhere))
        .route("/api/", routing::any(nowhere))
        .route("/api/{*rest}", routing::any(nowhere))
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(answer::finish))
        .with_state(state)
}

/// The `OpenAPI` 3.1 document of this API, as `/api/v1/openapi.json` serves it.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes::document()
}

async fn nowhere(uri: Uri) -> Problem {
    Problem::not_found(format!("nothing answers at {}; /api/v1/openapi.json lists what does", uri.path()))
}

async fn wrong_method() -> Problem {
    Problem::method_not_allowed()
}
