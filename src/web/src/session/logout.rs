//! Sign-out action of the web app.

use axum::{Extension, response::Response};

use crate::{
    error::UiError,
    handling::{Flash, PageRequest, Redirect, sign_out, ui_error},
};

/// Ends the session and redirects to sign-in.
pub(crate) async fn logout(Extension(page_request): Extension<PageRequest>) -> Response {
    // Whoever has no session gets none made for a confirmation.
    if !page_request.is_signed_in() {
        return Redirect::to("/login").answer(&page_request).await;
    }
    // First the record: a sign-out without a record is worse than one that has to be asked for twice.
    if let Err(error) = control::users::logout(&page_request.cx).await.map_err(ui_error) {
        return page_request.draw(Err(error)).await;
    }
    if let Err(error) = sign_out(&page_request.session).await {
        tracing::warn!(%error, "a session could not be ended");
        return page_request.draw(Err(UiError::Unavailable)).await;
    }
    Redirect::to("/login").saying(Flash::SignedOut).answer(&page_request).await
}
