//! Changes to a stored upstream, and its test.

use contract::upstreams::{TestReport, UpstreamView};
use leptos::prelude::*;

use crate::error::UiError;

/// Calls the provider with the stored secret.
#[server(prefix = "/_fn", endpoint = "upstreams/test")]
pub async fn test_upstream(id: String) -> Result<TestReport, UiError> {
    let visit = crate::door::visit()?;
    control::upstreams::test(&visit.cx, &super::upstream_id(&id)?).await.map_err(crate::door::told)
}

/// Replaces the secret; the next request uses the new one.
#[server(prefix = "/_fn", endpoint = "upstreams/set_secret")]
pub async fn set_upstream_secret(id: String, api_key: String) -> Result<UpstreamView, UiError> {
    let visit = crate::door::visit()?;
    let secret = contract::upstreams::SetSecret { api_key }.parse().map_err(|errors| UiError::Invalid { errors })?;
    control::upstreams::set_secret(&visit.cx, &super::upstream_id(&id)?, secret).await.map_err(crate::door::told)
}

/// Makes it the one that takes the requests of keys which name none.
#[server(prefix = "/_fn", endpoint = "upstreams/set_default")]
pub async fn set_default_upstream(id: String) -> Result<UpstreamView, UiError> {
    let visit = crate::door::visit()?;
    control::upstreams::set_default(&visit.cx, &super::upstream_id(&id)?).await.map_err(crate::door::told)
}
