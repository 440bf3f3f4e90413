//! Admin app router: REST and pages behind one session layer.

use axum::Router;
use control::Control;
use leptos::config::LeptosOptions;
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

use super::assets;
use crate::{config::Config, session_store::Sessions};

/// The longest life of the session cookie; the store ends sessions earlier.
const COOKIE_HOURS: i64 = 12;

/// REST and pages. The cookie's scheme follows the configured URL, never the listener.
pub(crate) fn app_router(config: &Config, control: &Control, sessions: Sessions, https: bool) -> Router {
    let options = LeptosOptions::builder().output_name("keywright").site_pkg_dir(assets::pkg_dir()).build();
    // The prefix makes browsers refuse the cookie unless it is Secure, host-only and for the whole site.
    let name = if https { "__Host-keywright" } else { "keywright" };
    let sessions = SessionManagerLayer::new(sessions)
        .with_name(name)
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(time::Duration::hours(COOKIE_HOURS)));
    let api =
        api::router(api::ApiState::new(control.clone(), config.admin.token.as_ref(), super::session_actor(control)));
    let web = web::WebState::new(control.clone(), options).developer_pages(config.admin.developer_pages);
    api.merge(web::routes(web)).layer(sessions)
}
