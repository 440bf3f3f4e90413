//! Showing one upstream.

use axum::Json;
use contract::upstreams::UpstreamView;
use domain::UpstreamId;

use crate::{
    Problem,
    caller::Caller,
    document::{Guarded, Missing},
    extract::{Id, NoQuery},
};

/// Show an upstream, never its secret.
#[utoipa::path(
    get,
    path = "/upstreams/{id}",
    tag = "upstreams",
    operation_id = "upstreams_show",
    params(("id" = String, Path, description = "`up_…`")),
    responses((status = 200, description = "The upstream.", body = UpstreamView), Guarded, Missing)
)]
pub(crate) async fn show(
    Caller(cx): Caller,
    Id(id): Id<UpstreamId>,
    _: NoQuery,
) -> Result<Json<UpstreamView>, Problem> {
    Ok(Json(control::upstreams::show(&cx, &id).await?))
}
