//! Switching a key off and on.

use contract::keys::KeyView;
use leptos::prelude::*;

use crate::error::UiError;

/// Lets requests with the key pass again.
#[server(prefix = "/_fn", endpoint = "keys/enable")]
pub async fn enable_key(id: String) -> Result<KeyView, UiError> {
    let visit = crate::door::visit()?;
    control::keys::enable(&visit.cx, &super::key_id(&id)?).await.map_err(crate::door::told)
}

/// Refuses requests with the key until it is enabled again.
#[server(prefix = "/_fn", endpoint = "keys/disable")]
pub async fn disable_key(id: String) -> Result<KeyView, UiError> {
    let visit = crate::door::visit()?;
    control::keys::disable(&visit.cx, &super::key_id(&id)?).await.map_err(crate::door::told)
}
