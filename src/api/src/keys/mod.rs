//! Virtual keys.

mod activity;
mod create;
mod disable;
mod enable;
mod list;
mod revoke;
mod show;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::ApiState;

pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(create::create, list::list))
        .routes(routes!(show::show))
        .routes(routes!(enable::enable))
        .routes(routes!(disable::disable))
        .routes(routes!(revoke::revoke))
        .routes(routes!(activity::activity))
}
