//! Issuing a key: the one answer of this door that holds a secret (K2).

use axum::{
    Json,
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use contract::keys::{CreateKey, IssuedKeyView};
use secrecy::ExposeSecret;

use crate::{
    Problem,
    caller::Caller,
    document::{BadBody, Guarded},
    extract,
    extract::NoQuery,
};

/// Issue a key. Its secret is in this answer and nowhere else.
#[utoipa::path(
    post,
    path = "/keys",
    tag = "keys",
    operation_id = "keys_create",
    request_body = CreateKey,
    responses(
        (
            status = 201, description = "The key with its secret, once.", body = IssuedKeyView,
            headers(("location" = String, description = "Where the key is."))
        ),
        Guarded,
        BadBody
    )
)]
pub(crate) async fn create(
    Caller(cx): Caller,
    _: NoQuery,
    extract::Json(shape): extract::Json<CreateKey>,
) -> Result<Response, Problem> {
    let issued = control::keys::create(&cx, shape.try_into()?).await?;
    let location = format!("/api/v1/keys/{}", issued.view.id);
    let body = IssuedKeyView {
        key: issued.view,
        secret: issued.secret.expose_secret().to_owned(),
        base_url: format!("{}/v1", cx.settings().gateway_url),
    };
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(body)).into_response())
}
