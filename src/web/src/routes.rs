//! Page routes: which path leads to which page.

use std::sync::Arc;

use axum::{
    Extension, Router,
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::{get, post},
};
use control::Control;
use leptos::config::LeptosOptions;

use crate::{
    handling::{Page, PageRequest, functions, guard, load_page_request},
    keys, logs, models, overview, palette, session, settings, texts, theme, upstreams,
};

/// What the web app is built from.
#[derive(Clone)]
pub struct WebState {
    /// The control plane.
    pub control: Control,
    /// Names and places of the built files; `site_pkg_dir` carries the version.
    pub options: LeptosOptions,
    /// Whether the pages for developers are there: the catalogue of the kit, and the pseudo-language.
    pub developer_pages: bool,
    issued: Arc<keys::Issued>,
}

impl WebState {
    /// The app's state. `options.site_pkg_dir` is where the built files are served: `pkg/<hash>`.
    pub fn new(control: Control, options: LeptosOptions) -> Self {
        Self { control, options, developer_pages: false, issued: Arc::default() }
    }

    /// With the pages for developers.
    #[must_use]
    pub fn developer_pages(self, there: bool) -> Self {
        Self { developer_pages: there, ..self }
    }

    /// The forms that have made a key already.
    pub(crate) fn issued(&self) -> &Arc<keys::Issued> {
        &self.issued
    }
}

/// All pages, forms and server functions. Takes the fallback too: whatever is not found elsewhere gets the 404 page.
///
/// Expects a `tower_sessions` layer, a layer that refuses writes from other sites, and `ConnectInfo<SocketAddr>` with
/// the client's address, all around it.
pub fn routes(state: WebState) -> Router {
    // Starts the executor that rendering and server functions run on; there is no router and so no route in the list.
    let _ = leptos_axum::generate_route_list(|| ());
    let guarded = Router::new()
        .route("/", get(overview::page))
        .route("/keys", get(keys::list_page))
        .route("/keys/new", get(keys::new_page).post(keys::create))
        .route("/keys/{id}", get(keys::detail_page).post(keys::change))
        .route("/keys/{id}/revoke", get(keys::revoke_page).post(keys::revoke))
        .route("/upstreams", get(upstreams::list_page))
        .route("/upstreams/new", get(upstreams::new_page).post(upstreams::create))
        .route("/upstreams/{id}", get(upstreams::detail_page).post(upstreams::change))
        .route("/upstreams/{id}/edit", get(upstreams::edit_page).post(upstreams::edit))
        .route("/upstreams/{id}/delete", get(upstreams::delete_page).post(upstreams::delete))
        .route("/models", get(models::list_page))
        .route("/models/new", get(models::new_page).post(models::create))
        .route("/models/{id}", get(models::detail_page).post(models::test))
        .route("/models/{id}/edit", get(models::edit_page).post(models::edit))
        .route("/models/{id}/delete", get(models::delete_page).post(models::delete))
        .route("/logs", get(logs::list_page))
        .route("/logs/{id}", get(logs::detail_page))
        .route("/settings", get(settings::settings))
        .route("/settings/jobs", get(settings::jobs_page).post(settings::run))
        .route("/settings/jobs/{name}", get(settings::job_page))
        .route("/settings/about/widgets", get(settings::widgets))
        .with_state(state.clone())
        .route_layer(from_fn(guard));
    let open = Router::new()
        .route("/setup", get(session::setup_page).post(session::setup))
        .route("/login", get(session::login_page).post(session::login))
        .route("/logout", post(session::logout))
        .route("/theme", post(theme::choose))
        .route("/language", post(texts::choose))
        .route("/zone", post(texts::choose_zone))
        .route("/letters", post(palette::choose))
        .route("/_fn/{*function}", post(functions));
    let pages = guarded.merge(open).fallback(not_found).layer(from_fn_with_state(state.clone(), load_page_request));
    // Around all of it, so that every sentence is in the language of its request.
    pages.layer(from_fn_with_state(state, texts::scoped))
}

async fn not_found(Extension(page_request): Extension<PageRequest>) -> Response {
    let page = Page::not_found(&page_request);
    page_request.draw(Ok(page)).await
}
