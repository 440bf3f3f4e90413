//! Trying an upstream out.

use axum::Json;
use contract::upstreams::TestReport;
use domain::UpstreamId;

use crate::{
    Problem,
    caller::Caller,
    document::{BadBody, Guarded, Missing},
    extract::{Id, NoQuery, Nothing, OptionalJson},
};

/// Test an upstream with its stored secret: address, TLS, secret, models. A failed test is a report, not a problem.
#[utoipa::path(
    post,
    path = "/upstreams/{id}/test",
    tag = "upstreams",
    operation_id = "upstreams_test",
    params(("id" = String, Path, description = "`up_…`")),
    responses((status = 200, description = "What was found.", body = TestReport), Guarded, Missing, BadBody)
)]
pub(crate) async fn test(
    Caller(cx): Caller,
    Id(id): Id<UpstreamId>,
    _: NoQuery,
    _: OptionalJson<Nothing>,
) -> Result<Json<TestReport>, Problem> {
    Ok(Json(control::upstreams::test(&cx, &id).await?))
}
