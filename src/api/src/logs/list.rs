//! Browsing request rows.

use axum::Json;
use contract::{
    CursorPage,
    logs::{LogQuery, LogRow},
};

use crate::{Problem, caller::Caller, document::Guarded, extract::Query};

/// List requests, newest first, a cursor's page at a time.
#[utoipa::path(
    get,
    path = "/logs",
    tag = "logs",
    operation_id = "logs_list",
    params(LogQuery),
    responses((status = 200, description = "Rows.", body = CursorPage<LogRow>), Guarded)
)]
pub(crate) async fn list(
    Caller(cx): Caller,
    Query(query): Query<LogQuery>,
) -> Result<Json<CursorPage<LogRow>>, Problem> {
    Ok(Json(control::logs::list(&cx, query.try_into()?).await?))
}
