//! Upstream actions: changes to a stored upstream, and its test.

use contract::upstreams::{TestReport, UpdateUpstream, UpstreamView};
use leptos::{prelude::*, server_fn::codec::Json};

use crate::error::UiError;

/// Calls the provider with the stored secret.
#[server(prefix = "/_fn", endpoint = "upstreams/test")]
pub async fn test_upstream(id: String) -> Result<TestReport, UiError> {
    let page_request = crate::handling::page_request()?;
    control::upstreams::test(&page_request.cx, &super::upstream_id(&id)?).await.map_err(crate::handling::ui_error)
}

/// Changes it; what is left out stays.
#[server(prefix = "/_fn", endpoint = "upstreams/change", input = Json)]
pub async fn change_upstream(id: String, change: UpdateUpstream) -> Result<UpstreamView, UiError> {
    let page_request = crate::handling::page_request()?;
    let patch = change.try_into().map_err(|errors| UiError::Invalid { errors })?;
    control::upstreams::update(&page_request.cx, &super::upstream_id(&id)?, patch)
        .await
        .map_err(crate::handling::ui_error)
}

/// Replaces the secret; the next request uses the new one.
#[server(prefix = "/_fn", endpoint = "upstreams/set_secret")]
pub async fn set_upstream_secret(id: String, api_key: String) -> Result<UpstreamView, UiError> {
    let page_request = crate::handling::page_request()?;
    let secret = contract::upstreams::SetSecret { api_key }.parse().map_err(|errors| UiError::Invalid { errors })?;
    control::upstreams::set_secret(&page_request.cx, &super::upstream_id(&id)?, secret)
        .await
        .map_err(crate::handling::ui_error)
}

/// Makes it the one that takes the requests of keys which name none.
#[server(prefix = "/_fn", endpoint = "upstreams/set_default")]
pub async fn set_default_upstream(id: String) -> Result<UpstreamView, UiError> {
    let page_request = crate::handling::page_request()?;
    control::upstreams::set_default(&page_request.cx, &super::upstream_id(&id)?)
        .await
        .map_err(crate::handling::ui_error)
}
