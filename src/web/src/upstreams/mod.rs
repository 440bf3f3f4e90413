//! Upstream pages: where requests go, and the secrets used there.

mod change;
#[cfg(feature = "ssr")]
mod create;
mod delete;
#[cfg(feature = "ssr")]
mod detail;
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
    list::list_page,
};

/// What people call a provider; one that this version does not know, as its row has it.
#[cfg(feature = "ssr")]
fn label(provider: &domain::OpenEnum<domain::Provider>) -> String {
    match provider {
        domain::OpenEnum::Known(provider) => provider_label(*provider),
        domain::OpenEnum::Other(text) => text.clone(),
    }
}

/// The name of a provider; the kind that is no company's has one in each language.
#[cfg(feature = "ssr")]
fn provider_label(provider: domain::Provider) -> String {
    match provider {
        domain::Provider::OpenaiCompatible => crate::texts::t!("upstreams-provider-compatible"),
        company => company.label().to_owned(),
    }
}

/// The id in a path; one that cannot be an id names nothing.
#[cfg(feature = "ssr")]
fn upstream_id(text: &str) -> Result<domain::UpstreamId, crate::error::UiError> {
    text.parse().map_err(|_| crate::error::UiError::NotFound { noun: "upstream".to_owned() })
}
