//! Key revocation: at once, for good, idempotent (K6, R3).

use contract::keys::{KeyView, KeysRevoke, RevokeKey};
use domain::{Act, Change, ChangeKind, KeyId, RevokeReason, Verb};

use crate::{Cx, Error, Perform, Result};

/// Ends a key. When this returns, the next request with it is refused in this process. A second call changes nothing.
/// A damaged key can be ended too, and stays damaged.
pub async fn revoke(cx: &Cx, id: &KeyId, reason: RevokeReason) -> Result<KeyView> {
    let now = cx.now();
    let mut tx = cx.store().begin().await?;
    let row = cx.keyring().verify(tx.find_key(id).await?.ok_or(Error::NotFound("key"))?);
    cx.allow(Verb::Revoke, &row)?;
    let before = KeyView::of_row(&row, now);
    let project = match &row {
        Ok(key) => Some(key.project_id.clone()),
        Err(damaged) => damaged.claimed.as_ref().map(|key| key.project_id.clone()),
    };
    let after = match row {
        Ok(key) if key.revoked_at.is_some() => return Ok(before),
        Ok(mut key) => {
            key.edit().revoked_at = Some(now);
            key.edit().revoke_reason = Some(reason);
            key.edit().updated_at = now;
            KeyView::of(&*tx.update_key(cx.keyring(), key).await?, now)
        }
        Err(damaged) => {
            cx.record_damage(&mut tx, &damaged).await?;
            tx.revoke_damaged_key(id, now, &reason).await?;
            let row = tx.find_key(id).await?.ok_or(Error::NotFound("key"))?;
            KeyView::of_row(&cx.keyring().verify(row), now)
        }
    };
    let act = Act::KeyRevoke { id: id.clone(), project };
    cx.record(&mut tx, act, Some(&before), Some(&after)).await?;
    tx.announce(Change { kind: ChangeKind::KeyEnded, id: id.to_string() }).await?;
    tx.commit().await?;
    Ok(after)
}

impl Perform for KeysRevoke {
    async fn perform(cx: &Cx, id: KeyId, shape: RevokeKey) -> Result<KeyView> {
        revoke(cx, &id, shape.try_into()?).await
    }
}
