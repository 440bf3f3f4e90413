//! Switching a key off.

use axum::Json;
use contract::keys::KeyView;
use domain::KeyId;

use crate::{
    Problem,
    caller::Caller,
    document::{BadBody, Guarded, InTheWay, Missing},
    extract::{Id, NoQuery, Nothing, OptionalJson},
};

/// Switch a key off, at once; it can be switched on again. Idempotent.
#[utoipa::path(
    post,
    path = "/keys/{id}/disable",
    tag = "keys",
    operation_id = "keys_disable",
    params(("id" = String, Path, description = "`key_…`")),
    responses((status = 200, description = "The key.", body = KeyView), Guarded, Missing, BadBody, InTheWay)
)]
pub(crate) async fn disable(
    Caller(cx): Caller,
    Id(id): Id<KeyId>,
    _: NoQuery,
    _: OptionalJson<Nothing>,
) -> Result<Json<KeyView>, Problem> {
    Ok(Json(control::keys::disable(&cx, &id).await?))
}
