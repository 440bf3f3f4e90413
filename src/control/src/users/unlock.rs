//! Login throttle reset of an account, on every node.

use contract::{FieldErrors, Violation};
use domain::{Act, Change, ChangeKind, Resource, Target, Verb};

use super::{device, find, password};
use crate::{Cx, Error, Result};

/// Makes whole the allowances that failed tries on the account of `email` took, on this node at once and on others as
/// soon as they read the change. Passwords and sessions stay as they are.
pub async fn unlock(cx: &Cx, email: &str) -> Result<()> {
    cx.allow(Verb::Unlock, &Target::of(Resource::User))?;
    let email = password::email(email)?;
    let (user, _) = find::by_email(cx, &email)
        .await?
        .ok_or_else(|| Error::from(FieldErrors::one("email", Violation::UnknownEmail)))?;
    let mut tx = cx.store().begin().await?;
    tx.announce(Change { kind: ChangeKind::SignInUnlocked, id: device::account(cx, &email) }).await?;
    cx.record_changes(&mut tx, Act::UserUnlock(user.id.clone()), Vec::new()).await?;
    tx.commit().await?;
    Ok(())
}
