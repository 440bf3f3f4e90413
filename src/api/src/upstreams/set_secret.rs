//! Replacing an upstream's secret.

use axum::Json;
use contract::upstreams::{SetSecret, UpstreamView};
use domain::UpstreamId;

use crate::{
    Problem,
    caller::Caller,
    document::{BadBody, Guarded, Missing},
    extract,
    extract::{Id, NoQuery},
};

/// Replace an upstream's secret; the next request uses the new one.
#[utoipa::path(
    post,
    path = "/upstreams/{id}/secret",
    tag = "upstreams",
    operation_id = "upstreams_set_secret",
    params(("id" = String, Path, description = "`up_…`")),
    request_body = SetSecret,
    responses((status = 200, description = "The upstream.", body = UpstreamView), Guarded, Missing, BadBody)
)]
pub(crate) async fn set_secret(
    Caller(cx): Caller,
    Id(id): Id<UpstreamId>,
    _: NoQuery,
    extract::Json(shape): extract::Json<SetSecret>,
) -> Result<Json<UpstreamView>, Problem> {
    Ok(Json(control::upstreams::set_secret(&cx, &id, shape.parse()?).await?))
}
