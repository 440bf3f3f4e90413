//! Revoking a key: at once, for good, idempotent (K6, R3).

use contract::keys::{KeyView, KeysRevoke, RevokeKey};
use domain::{Action, Change, ChangeKind, KeyId, RevokeReason};

use crate::{Cx, Error, Perform, Result};

/// Ends a key. When this returns, the next request with it is refused in this process. A second call changes nothing.
pub async fn revoke(cx: &Cx, id: &KeyId, reason: RevokeReason) -> Result<KeyView> {
    cx.allow(Action::WriteKeys)?;
    let now = cx.now();
    let mut tx = cx.store().begin().await?;
    let stored = tx.find_key(id).await?.ok_or(Error::NotFound("key"))?;
    let before = KeyView::of(&stored.key, now);
    if stored.key.revoked_at.is_some() {
        return Ok(before);
    }
    let mut key = stored.key;
    key.revoked_at = Some(now);
    key.revoke_reason = Some(reason);
    key.updated_at = now;
    let row_mac = cx.keyring().row_mac(&key.mac_bytes(&stored.version.lookup_hash));
    let after = KeyView::of(&key, now);
    tx.update_key(&key, &row_mac).await?;
    cx.record(&mut tx, "key.revoke", id.as_str(), Some(&before), Some(&after)).await?;
    tx.announce(Change { kind: ChangeKind::KeyEnded, id: id.to_string() }).await?;
    tx.commit().await?;
    Ok(after)
}

impl Perform for KeysRevoke {
    async fn perform(cx: &Cx, id: KeyId, shape: RevokeKey) -> Result<KeyView> {
        revoke(cx, &id, shape.try_into()?).await
    }
}
