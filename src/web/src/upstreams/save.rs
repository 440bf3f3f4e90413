//! Upstream actions: adding one, and testing one before it is added.

use contract::upstreams::UpstreamView;
use leptos::{prelude::*, server_fn::codec::Json};

use super::report::ReportText;
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
    let new = parsed(&page_request, name, provider, base_url, api_key)?;
    control::upstreams::create(&page_request.cx, new).await.map_err(crate::handling::ui_error)
}

/// Calls a provider that is not stored yet. Nothing is written. What it found, or why it did not try, is in the language
/// of the request.
#[server(prefix = "/_fn", endpoint = "upstreams/try_out", input = Json)]
pub async fn try_upstream(
    name: String,
    provider: String,
    base_url: String,
    api_key: String,
) -> Result<ReportText, UiError> {
    tried(name, provider, base_url, api_key).await.map_err(localized)
}

/// The same for the plain form, whose page says itself what is wrong.
#[cfg(feature = "ssr")]
pub(super) async fn tried(
    name: String,
    provider: String,
    base_url: String,
    api_key: String,
) -> Result<ReportText, UiError> {
    let page_request = crate::handling::page_request()?;
    let new = parsed(&page_request, name, provider, base_url, api_key)?;
    let report = control::upstreams::try_out(&page_request.cx, new).await.map_err(crate::handling::ui_error)?;
    Ok(ReportText::of(report))
}

/// The error with whole sentences as its messages.
#[cfg(feature = "ssr")]
fn localized(error: UiError) -> UiError {
    use contract::{FieldError, FieldErrors};

    use crate::texts::{complaint, error_sentence, t};

    match error {
        UiError::Invalid { errors } => {
            let said = |error: FieldError| {
                let label = match error.field.as_str() {
                    "api_key" => t!("upstream-secret"),
                    "base_url" => t!("upstream-base-url"),
                    "name" => t!("upstream-name"),
                    "provider" => t!("upstream-provider"),
                    other => other.to_owned(),
                };
                let message = t!("upstream-test-invalid", field = label, complaint = complaint(&error));
                FieldError { message, ..error }
            };
            UiError::Invalid { errors: FieldErrors(errors.0.into_iter().map(said).collect()) }
        }
        other => UiError::Conflict { code: "shown".to_owned(), message: error_sentence(&other) },
    }
}

#[cfg(feature = "ssr")]
fn parsed(
    page_request: &crate::handling::PageRequest,
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
        ..contract::upstreams::CreateUpstream::default()
    };
    shape.parse(page_request.cx.control().catalog()).map_err(|errors| UiError::Invalid { errors })
}
