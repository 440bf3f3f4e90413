//! The first page's figures.

use axum::Json;
use contract::overview::Overview;

use crate::{Problem, caller::Caller, document::Guarded, extract::NoQuery};

/// Show the last 24 hours and what needs attention.
#[utoipa::path(
    get,
    path = "/overview",
    tag = "overview",
    operation_id = "overview_show",
    responses((status = 200, description = "The figures.", body = Overview), Guarded)
)]
pub(crate) async fn show(Caller(cx): Caller, _: NoQuery) -> Result<Json<Overview>, Problem> {
    Ok(Json(control::overview::show(&cx).await?))
}
