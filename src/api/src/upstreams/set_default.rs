//! Choosing the default upstream.

use axum::Json;
use contract::upstreams::UpstreamView;
use domain::UpstreamId;

use crate::{
    Problem,
    caller::Caller,
    document::{BadBody, Guarded, Missing},
    extract::{Id, NoQuery, Nothing, OptionalJson},
};

/// Make an upstream the default: it takes the requests of keys that name no upstream. Idempotent.
#[utoipa::path(
    post,
    path = "/upstreams/{id}/default",
    tag = "upstreams",
    operation_id = "upstreams_set_default",
    params(("id" = String, Path, description = "`up_…`")),
    responses((status = 200, description = "The upstream.", body = UpstreamView), Guarded, Missing, BadBody)
)]
pub(crate) async fn set_default(
    Caller(cx): Caller,
    Id(id): Id<UpstreamId>,
    _: NoQuery,
    _: OptionalJson<Nothing>,
) -> Result<Json<UpstreamView>, Problem> {
    Ok(Json(control::upstreams::set_default(&cx, &id).await?))
}
