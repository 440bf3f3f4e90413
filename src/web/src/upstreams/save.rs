//! Upstream actions: adding one, and testing one before it is added.

use contract::upstreams::{TestReport, UpstreamView};
use leptos::prelude::*;

use crate::error::UiError;

/// Adds an upstream with its secret.
#[server(prefix = "/_fn", endpoint = "upstreams/create")]
pub async fn create_upstream(
    name: String,
    provider: String,
    base_url: String,
    api_key: String,
) -> Result<UpstreamView, UiError> {
    let page_request = crate::handling::page_request()?;
    let new = parsed(name, provider, base_url, api_key)?;
    control::upstreams::create(&page_request.cx, new).await.map_err(crate::handling::ui_error)
}

/// Calls a provider that is not stored yet. Nothing is written.
#[server(prefix = "/_fn", endpoint = "upstreams/try_out")]
pub async fn try_upstream(
    name: String,
    provider: String,
    base_url: String,
    api_key: String,
) -> Result<TestReport, UiError> {
    let page_request = crate::handling::page_request()?;
    let new = parsed(name, provider, base_url, api_key)?;
    control::upstreams::try_out(&page_request.cx, new).await.map_err(crate::handling::ui_error)
}

#[cfg(feature = "ssr")]
fn parsed(
    name: String,
    provider: String,
    base_url: String,
    api_key: String,
) -> Result<contract::upstreams::NewUpstream, UiError> {
    let shape = contract::upstreams::CreateUpstream {
        name,
        provider,
        base_url: Some(base_url),
        api_key: Some(api_key),
        is_default: None,
    };
    shape.try_into().map_err(|errors| UiError::Invalid { errors })
}
