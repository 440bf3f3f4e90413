//! Adding an upstream.

use axum::{
    Json,
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use contract::upstreams::{CreateUpstream, UpstreamView};

use crate::{
    Problem,
    caller::Caller,
    document::{BadBody, Guarded, InTheWay},
    extract,
    extract::NoQuery,
};

/// Add an upstream, with its secret sealed from the first moment.
#[utoipa::path(
    post,
    path = "/upstreams",
    tag = "upstreams",
    operation_id = "upstreams_create",
    request_body = CreateUpstream,
    responses(
        (
            status = 201, description = "The upstream.", body = UpstreamView,
            headers(("location" = String, description = "Where the upstream is."))
        ),
        Guarded,
        BadBody,
        InTheWay
    )
)]
pub(crate) async fn create(
    Caller(cx): Caller,
    _: NoQuery,
    extract::Json(shape): extract::Json<CreateUpstream>,
) -> Result<Response, Problem> {
    let view = control::upstreams::create(&cx, shape.try_into()?).await?;
    let location = format!("/api/v1/upstreams/{}", view.id);
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(view)).into_response())
}
