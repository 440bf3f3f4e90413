//! Showing one key.

use axum::Json;
use contract::keys::KeyView;
use domain::KeyId;

use crate::{
    Problem,
    caller::Caller,
    document::{Guarded, Missing},
    extract::{Id, NoQuery},
};

/// Show a key, never its secret.
#[utoipa::path(
    get,
    path = "/keys/{id}",
    tag = "keys",
    operation_id = "keys_show",
    params(("id" = String, Path, description = "`key_…`")),
    responses((status = 200, description = "The key.", body = KeyView), Guarded, Missing)
)]
pub(crate) async fn show(Caller(cx): Caller, Id(id): Id<KeyId>, _: NoQuery) -> Result<Json<KeyView>, Problem> {
    Ok(Json(control::keys::show(&cx, &id).await?))
}
