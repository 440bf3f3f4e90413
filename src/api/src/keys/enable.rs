//! Switching a key on.

use axum::Json;
use contract::keys::KeyView;
use domain::KeyId;

use crate::{
    Problem,
    caller::Caller,
    document::{BadBody, Guarded, InTheWay, Missing},
    extract::{Id, NoQuery, Nothing, OptionalJson},
};

/// Switch a key on. Idempotent.
#[utoipa::path(
    post,
    path = "/keys/{id}/enable",
    tag = "keys",
    operation_id = "keys_enable",
    params(("id" = String, Path, description = "`key_…`")),
    responses((status = 200, description = "The key.", body = KeyView), Guarded, Missing, BadBody, InTheWay)
)]
pub(crate) async fn enable(
    Caller(cx): Caller,
    Id(id): Id<KeyId>,
    _: NoQuery,
    _: OptionalJson<Nothing>,
) -> Result<Json<KeyView>, Problem> {
    Ok(Json(control::keys::enable(&cx, &id).await?))
}
