//! Listing keys.

use axum::Json;
use contract::{
    Page,
    keys::{KeyQuery, KeyView},
};

use crate::{Problem, caller::Caller, document::Guarded, extract::Query};

/// List keys, newest first.
#[utoipa::path(
    get,
    path = "/keys",
    tag = "keys",
    operation_id = "keys_list",
    params(KeyQuery),
    responses((status = 200, description = "A page of keys.", body = Page<KeyView>), Guarded)
)]
pub(crate) async fn list(Caller(cx): Caller, Query(query): Query<KeyQuery>) -> Result<Json<Page<KeyView>>, Problem> {
    Ok(Json(control::keys::list(&cx, &query).await?))
}
