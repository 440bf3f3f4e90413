//! What a key did lately.

use axum::Json;
use contract::keys::KeyActivity;
use domain::KeyId;

use crate::{
    Problem,
    caller::Caller,
    document::{Guarded, Missing},
    extract::{Id, NoQuery},
};

/// Show what a key did in 24 hours: what a revocation would interrupt.
#[utoipa::path(
    get,
    path = "/keys/{id}/activity",
    tag = "keys",
    operation_id = "keys_activity",
    params(("id" = String, Path, description = "`key_…`")),
    responses((status = 200, description = "The figures.", body = KeyActivity), Guarded, Missing)
)]
pub(crate) async fn activity(Caller(cx): Caller, Id(id): Id<KeyId>, _: NoQuery) -> Result<Json<KeyActivity>, Problem> {
    Ok(Json(control::keys::activity(&cx, &id).await?))
}
