//! Removing an upstream.

use axum::http::StatusCode;
use domain::UpstreamId;

use crate::{
    Problem,
    caller::Caller,
    document::{BadBody, Guarded, Missing},
    extract::{Id, NoQuery, Nothing, OptionalJson},
};

/// Remove an upstream and every version of its secret. No other one becomes the default by it.
#[utoipa::path(
    delete,
    path = "/upstreams/{id}",
    tag = "upstreams",
    operation_id = "upstreams_delete",
    params(("id" = String, Path, description = "`up_…`")),
    responses((status = 204, description = "It is gone."), Guarded, Missing, BadBody)
)]
pub(crate) async fn delete(
    Caller(cx): Caller,
    Id(id): Id<UpstreamId>,
    _: NoQuery,
    _: OptionalJson<Nothing>,
) -> Result<StatusCode, Problem> {
    control::upstreams::delete(&cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
