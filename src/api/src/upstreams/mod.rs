//! Upstreams and their secrets.

mod create;
mod delete;
mod list;
mod set_default;
mod set_secret;
mod show;
mod test;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::ApiState;

pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(create::create, list::list))
        .routes(routes!(show::show, delete::delete))
        .routes(routes!(test::test))
        .routes(routes!(set_secret::set_secret))
        .routes(routes!(set_default::set_default))
}
