//! Listing upstreams.

use axum::Json;
use contract::{Page, PageQuery, upstreams::UpstreamView};

use crate::{Problem, caller::Caller, document::Guarded, extract::Query};

/// List upstreams, newest first.
#[utoipa::path(
    get,
    path = "/upstreams",
    tag = "upstreams",
    operation_id = "upstreams_list",
    params(PageQuery),
    responses((status = 200, description = "A page of upstreams.", body = Page<UpstreamView>), Guarded)
)]
pub(crate) async fn list(
    Caller(cx): Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<UpstreamView>>, Problem> {
    Ok(Json(control::upstreams::list(&cx, query).await?))
}
