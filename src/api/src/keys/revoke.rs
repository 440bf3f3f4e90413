//! Revoking a key.

use axum::Json;
use contract::keys::{KeyView, RevokeKey};
use domain::KeyId;

use crate::{
    Problem,
    caller::Caller,
    document::{BadBody, Guarded, Missing},
    extract::{Id, NoQuery, OptionalJson},
};

/// Revoke a key, at once and for good. Idempotent; the body may be left out.
#[utoipa::path(
    post,
    path = "/keys/{id}/revoke",
    tag = "keys",
    operation_id = "keys_revoke",
    params(("id" = String, Path, description = "`key_…`")),
    request_body = Option<RevokeKey>,
    responses((status = 200, description = "The key.", body = KeyView), Guarded, Missing, BadBody)
)]
pub(crate) async fn revoke(
    Caller(cx): Caller,
    Id(id): Id<KeyId>,
    _: NoQuery,
    OptionalJson(shape): OptionalJson<RevokeKey>,
) -> Result<Json<KeyView>, Problem> {
    Ok(Json(control::keys::revoke(&cx, &id, shape.try_into()?).await?))
}
