//! Upstream pages: where requests go, and the secrets used there.

mod change;
#[cfg(feature = "ssr")]
mod create;
mod delete;
#[cfg(feature = "ssr")]
mod detail;
#[cfg(feature = "ssr")]
mod edit;
#[cfg(feature = "ssr")]
pub(crate) mod health;
#[cfg(feature = "ssr")]
mod list;
mod report;
mod save;
mod try_out;

#[cfg(feature = "ssr")]
pub(crate) use {
    create::{create, new_page},
    delete::{delete, delete_page},
    detail::{change, detail_page},
    edit::{edit, edit_page},
    list::list_page,
};

/// What people call a provider; one that no file has, as its row has it.
#[cfg(feature = "ssr")]
fn label(provider: &domain::OpenEnum<domain::ProviderId>, catalog: &domain::Catalog) -> String {
    match provider {
        domain::OpenEnum::Known(id) => catalog.get(id).map_or_else(|| id.to_string(), |known| provider_label(known)),
        domain::OpenEnum::Other(text) => text.clone(),
    }
}

/// The name of a provider; the kinds that are no company's have one in each language.
#[cfg(feature = "ssr")]
fn provider_label(provider: &domain::Provider) -> String {
    match provider.id.as_str() {
        domain::ProviderId::OPENAI_COMPATIBLE => crate::texts::t!("upstreams-provider-compatible"),
        "custom" => crate::texts::t!("upstreams-provider-custom"),
        _ => provider.name.clone(),
    }
}

/// The id in a path; one that cannot be an id names nothing.
#[cfg(feature = "ssr")]
fn upstream_id(text: &str) -> Result<domain::UpstreamId, crate::error::UiError> {
    text.parse().map_err(|_| crate::error::UiError::NotFound { noun: "upstream".to_owned() })
}
