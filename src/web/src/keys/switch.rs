//! Key switch action: off and on.

#[cfg(feature = "ssr")]
use serde::Deserialize;

use contract::keys::KeyView;
use leptos::prelude::*;

use crate::error::UiError;

/// Lets requests with the key pass again.
#[server(prefix = "/_fn", endpoint = "keys/enable")]
pub async fn enable_key(id: String) -> Result<KeyView, UiError> {
    let page_request = crate::handling::page_request()?;
    control::keys::enable(&page_request.cx, &super::key_id(&id)?).await.map_err(crate::handling::ui_error)
}

/// Refuses requests with the key until it is enabled again.
#[server(prefix = "/_fn", endpoint = "keys/disable")]
pub async fn disable_key(id: String) -> Result<KeyView, UiError> {
    let page_request = crate::handling::page_request()?;
    control::keys::disable(&page_request.cx, &super::key_id(&id)?).await.map_err(crate::handling::ui_error)
}

/// What the buttons of a key's page mean.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub(crate) enum KeyIntent {
    Enable,
    Disable,
}
