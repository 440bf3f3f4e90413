//! Key lookup: one key, never its secret.

use contract::{
    Nothing,
    keys::{KeyView, KeysShow},
};
use domain::{KeyId, Verb};

use crate::{Cx, Error, Perform, Result};

/// One key. A damaged one is shown as such.
pub async fn show(cx: &Cx, id: &KeyId) -> Result<KeyView> {
    let key = cx.store().find_key(id).await?.ok_or(Error::NotFound("key"))?;
    let key = cx.keyring().verify(key);
    cx.allow(Verb::Read, &key)?;
    Ok(KeyView::of_row(&key, cx.now()))
}

impl Perform for KeysShow {
    async fn perform(cx: &Cx, id: KeyId, _: Nothing) -> Result<KeyView> {
        show(cx, &id).await
    }
}
