//! Setting somebody's password from the machine itself: the way back in.

use contract::FieldErrors;
use domain::Actor;
use secrecy::SecretString;
use serde::Serialize;

use super::password;
use crate::{Cx, Error, Result};

#[derive(Serialize)]
struct Reset<'a> {
    email: &'a str,
    sessions_ended: bool,
}

/// Sets the password of `email` and ends all of their sessions. Only for an actor at the machine itself.
pub async fn reset_password(cx: &Cx, email: &str, new_password: SecretString) -> Result<()> {
    if !matches!(cx.actor(), Actor::Local { .. }) {
        return Err(Error::Denied);
    }
    let email = password::email(email)?;
    let (user, _) = cx
        .store()
        .find_user_by_email(&email)
        .await?
        .ok_or_else(|| Error::from(FieldErrors::one("email", "nobody with this address exists")))?;
    let hash = password::accept(cx, new_password, &email).await?;
    let mut tx = cx.store().begin().await?;
    tx.set_password(&user.id, &hash).await?;
    tx.delete_sessions_of(&user.id).await?;
    let after = Reset { email: &email, sessions_ended: true };
    cx.record(&mut tx, "user.reset_password", user.id.as_str(), None::<&Reset<'_>>, Some(&after)).await?;
    tx.commit().await?;
    Ok(())
}
