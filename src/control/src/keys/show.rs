//! Showing one key: never its secret.

use contract::keys::KeyView;
use domain::{Action, KeyId};

use crate::{Cx, Error, Result};

/// One key.
pub async fn show(cx: &Cx, id: &KeyId) -> Result<KeyView> {
    cx.allow(Action::ReadKeys)?;
    let key = cx.store().find_key(id).await?.ok_or(Error::NotFound("key"))?;
    Ok(KeyView::of(&key, cx.now()))
}
