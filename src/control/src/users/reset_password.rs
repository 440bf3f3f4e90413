//! Password reset from the machine itself: account recovery.

use contract::{FieldErrors, Violation};
use domain::{Act, Actor, audit::changed};
use secrecy::SecretString;

use super::{find, password};
use crate::{Cx, Error, Result};

/// Sets the password of `email` and ends all of their sessions. Only for an actor at the machine itself.
pub async fn reset_password(cx: &Cx, email: &str, new_password: SecretString) -> Result<()> {
    if !matches!(cx.actor(), Actor::Local { .. }) {
        return Err(Error::Denied);
    }
    let email = password::email(email)?;
    let (user, _) = find::by_email(cx, &email)
        .await?
        .ok_or_else(|| Error::from(FieldErrors::one("email", Violation::UnknownEmail)))?;
    let hash = password::accept(cx, new_password, &email).await?;
    let mut tx = cx.store().begin().await?;
    let row = tx.find_account(&user.id).await?.ok_or(Error::NotFound("person"))?;
    let (mut tx, mut account) = cx.sound(tx, "account", row).await?;
    account.edit().password_hash = hash;
    tx.update_account(cx.keyring(), account).await?;
    tx.delete_sessions_of(&user.id).await?;
    let changes = vec![changed("sessions_ended", false, true)];
    cx.record_changes(&mut tx, Act::UserResetPassword(user.id.clone()), changes).await?;
    tx.commit().await?;
    Ok(())
}
