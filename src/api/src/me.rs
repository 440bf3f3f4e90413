//! Who is asking.

use axum::Json;
use contract::session::Me;

use crate::{Problem, caller::Caller, document::Guarded, extract::NoQuery};

/// Show who is asking.
#[utoipa::path(
    get,
    path = "/me",
    tag = "session",
    operation_id = "me_show",
    responses((status = 200, description = "The person, or the admin token.", body = Me), Guarded)
)]
pub(crate) async fn show(Caller(cx): Caller, _: NoQuery) -> Result<Json<Me>, Problem> {
    Ok(Json(control::users::me(&cx)))
}
