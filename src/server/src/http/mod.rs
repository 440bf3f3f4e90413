//! Listeners and what stands between them and the rooms behind.

mod accept;
mod admin;
mod assets;
mod body;
mod connections;
mod csrf;
mod framing;
mod head;
mod health;
mod hosts;
mod plain_http;
mod rooms;
mod session_actor;
mod stream;

pub use accept::{Door, Limits, Plane, accept};
pub use admin::{AdminParts, admin_router};
pub use assets::pkg_dir;
pub use body::BodyPace;
pub use health::Readiness;
pub use hosts::Hosts;
pub(crate) use rooms::rooms;
pub(crate) use session_actor::session_actor;
