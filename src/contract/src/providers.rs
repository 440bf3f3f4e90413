//! Provider DTOs: what is known of a vendor before any upstream of it is configured.

pub mod operations;

use domain::{Dialect, Provider, ProviderId, Scope};
use serde::{Deserialize, Serialize};

pub use operations::ProvidersList;

/// Every provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Providers {
    /// In the order that forms show.
    pub items: Vec<ProviderView>,
}

/// A provider as its file has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderView {
    /// The id by which upstreams name it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "anthropic"))]
    pub id: ProviderId,
    /// What people call it.
    pub name: String,
    /// Its main dialect: that of the base URL.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub dialect: Dialect,
    /// All that it speaks.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub dialects: Vec<Dialect>,
    /// Where it usually lives; `null` where only its operator knows.
    pub base_url: Option<String>,
    /// What its secrets look like.
    pub key_format: Option<String>,
    /// The shortest secret that it issues, characters.
    pub key_min_length: u32,
    /// Some of its models.
    pub models: Vec<String>,
    /// Scopes that keys for it usually have.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub default_scopes: Vec<Scope>,
    /// Whether it asks for a secret.
    pub needs_secret: bool,
}

impl From<&Provider> for ProviderView {
    fn from(provider: &Provider) -> Self {
        Self {
            id: provider.id.clone(),
            name: provider.name.clone(),
            dialect: provider.dialect(),
            dialects: provider.roots.iter().map(|root| root.dialect).collect(),
            base_url: provider.base_url.as_ref().map(ToString::to_string),
            key_format: provider.key_format.clone(),
            key_min_length: provider.key_min_length,
            models: provider.models.clone(),
            default_scopes: provider.default_scopes.clone(),
            needs_secret: provider.needs_secret,
        }
    }
}
