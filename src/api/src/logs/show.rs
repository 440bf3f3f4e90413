//! Showing one request.

use axum::Json;
use contract::logs::LogRow;
use domain::RequestId;

use crate::{
    Problem,
    caller::Caller,
    document::{Guarded, Missing},
    extract::{Id, NoQuery},
};

/// Show a request.
#[utoipa::path(
    get,
    path = "/logs/{id}",
    tag = "logs",
    operation_id = "logs_show",
    params(("id" = String, Path, description = "`req_…`")),
    responses((status = 200, description = "The row.", body = LogRow), Guarded, Missing)
)]
pub(crate) async fn show(Caller(cx): Caller, Id(id): Id<RequestId>, _: NoQuery) -> Result<Json<LogRow>, Problem> {
    Ok(Json(control::logs::show(&cx, &id).await?))
}
