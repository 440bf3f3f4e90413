//! Signing out.

use axum::{Extension, response::Response};

use crate::{
    door::{Flash, Moved, Visit, sign_out, told},
    error::UiError,
};

/// Ends the session and goes back to the door.
pub(crate) async fn logout(Extension(visit): Extension<Visit>) -> Response {
    // Whoever has no session gets none made for a confirmation.
    if !visit.is_signed_in() {
        return Moved::to("/login").answer(&visit).await;
    }
    // First the record: a sign-out that nobody can see is worse than one that has to be asked for twice.
    if let Err(error) = control::users::logout(&visit.cx).await.map_err(told) {
        return visit.draw(Err(error)).await;
    }
    if let Err(error) = sign_out(&visit.session).await {
        tracing::warn!(%error, "a session could not be ended");
        return visit.draw(Err(UiError::Unavailable)).await;
    }
    Moved::to("/login").saying(Flash::SignedOut).answer(&visit).await
}
