//! Key disabling and enabling: reversible, at once (K6).

use contract::{
    Nothing,
    keys::{KeyView, KeysDisable, KeysEnable},
};
use domain::{Act, Change, ChangeKind, KeyId, Verb};

use crate::{Cx, Error, Perform, Result};

/// Switches a key on. Idempotent; a revoked key stays revoked.
pub async fn enable(cx: &Cx, id: &KeyId) -> Result<KeyView> {
    switch(cx, id, true).await
}

/// Switches a key off. Idempotent; requests under way are ended like at a revocation.
pub async fn disable(cx: &Cx, id: &KeyId) -> Result<KeyView> {
    switch(cx, id, false).await
}

async fn switch(cx: &Cx, id: &KeyId, enabled: bool) -> Result<KeyView> {
    let now = cx.now();
    let mut tx = cx.store().begin().await?;
    let row = tx.find_key(id).await?.ok_or(Error::NotFound("key"))?;
    let (mut tx, mut key) = cx.allowed(tx, Verb::Update, row).await?;
    let before = KeyView::of(&key, now);
    if key.revoked_at.is_some() {
        return Err(Error::conflict("key_revoked", "this key is revoked; issue a new one"));
    }
    if key.enabled == enabled {
        return Ok(before);
    }
    key.edit().enabled = enabled;
    key.edit().updated_at = now;
    let after = KeyView::of(&key, now);
    let (id, project) = (id.clone(), key.project_id.clone());
    tx.update_key(cx.keyring(), key).await?;
    let act =
        if enabled { Act::KeyEnable { id: id.clone(), project } } else { Act::KeyDisable { id: id.clone(), project } };
    cx.record(&mut tx, act, Some(&before), Some(&after)).await?;
    let kind = if enabled { ChangeKind::Key } else { ChangeKind::KeyEnded };
    tx.announce(Change { kind, id: id.to_string() }).await?;
    tx.commit().await?;
    Ok(after)
}

impl Perform for KeysEnable {
    async fn perform(cx: &Cx, id: KeyId, _: Nothing) -> Result<KeyView> {
        enable(cx, &id).await
    }
}

impl Perform for KeysDisable {
    async fn perform(cx: &Cx, id: KeyId, _: Nothing) -> Result<KeyView> {
        disable(cx, &id).await
    }
}
