//! HTTP listeners: connections, limits, health, and the routers of both planes.

mod accept;
mod admin;
mod app;
mod assets;
mod body;
mod connections;
mod csrf;
mod framing;
mod head;
mod health;
mod hosts;
mod plain_http;
mod session_actor;
mod stream;

pub use accept::{Limits, Listeners, Plane, accept};
pub use admin::{AdminParts, admin_router};
pub(crate) use app::app_router;
pub use assets::pkg_dir;
pub use body::BodyPace;
pub use health::Readiness;
pub use hosts::Hosts;
pub(crate) use session_actor::session_actor;
