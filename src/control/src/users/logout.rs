//! Sign-out, as an act of its own.

use domain::{Act, Actor};

use crate::{Cx, Result};

/// Records that the actor signs out. The session itself is ended by whoever keeps it. No caller who is not signed in
/// leaves a record.
pub async fn logout(cx: &Cx) -> Result<()> {
    let Actor::User(user) = cx.actor() else { return Ok(()) };
    let mut tx = cx.store().begin().await?;
    cx.record_changes(&mut tx, Act::SessionEnd(user.id.clone()), Vec::new()).await?;
    tx.commit().await?;
    Ok(())
}
