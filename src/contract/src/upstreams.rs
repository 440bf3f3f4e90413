//! Upstream DTOs: inputs, views and test reports.

pub mod operations;
mod settings;
mod test_report;
mod view;

use std::{collections::BTreeMap, fmt};

use domain::{
    BaseUrl, Catalog, Credential, DamagedRow, Dialect, OpenEnum, Provider, ProviderId, Timestamp, Upstream, UpstreamId,
    UpstreamSettings, Verified, upstream::UpstreamTimeouts,
};
use serde::{Deserialize, Serialize};

use crate::{FieldErrors, Violation, patch, read, wire};

pub use operations::{
    UpstreamsCreate, UpstreamsDelete, UpstreamsList, UpstreamsSetDefault, UpstreamsSetSecret, UpstreamsShow,
    UpstreamsTest, UpstreamsUpdate,
};

pub use settings::{TimeoutsInput, UpstreamSettingsInput};
pub use test_report::{TestReport, TestStep, TestStepName};
pub use view::{TimeoutsView, UpstreamState, UpstreamView};

/// Asks for an upstream.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateUpstream {
    /// 1–100 characters, unique; left out: the provider's name.
    #[serde(default)]
    pub name: String,
    /// The id of a provider, such as `openai`, `anthropic` or `openai_compatible`; `GET /providers` lists them.
    #[cfg_attr(feature = "openapi", schema(example = "openai"))]
    pub provider: String,
    /// Usually ends in `/v1`; left out: the provider's own.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The provider's secret. Write only: no answer ever holds it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(write_only))]
    pub api_key: Option<String>,
    /// Take the requests of keys that name no upstream, in every dialect that it speaks.
    #[serde(default)]
    pub is_default: Option<bool>,
    /// Timers, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeouts: Option<TimeoutsInput>,
    /// Header fields that every request to it carries; never a credential.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>, example = json!({"x-team": "search"})))]
    pub headers: Option<Option<BTreeMap<String, String>>>,
    /// Sent as `openai-organization`.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub organization: Option<Option<String>>,
    /// Sent as `openai-project`.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub project: Option<Option<String>>,
    /// Certificates (PEM) that its own may be signed by.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub ca_pem: Option<Option<String>>,
    /// Requests that may be open there at once, 1 to 1,000,000.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub max_open_requests: Option<Option<u32>>,
}

/// A request for an upstream that has been read and found good.
#[derive(Clone, PartialEq, Eq)]
pub struct NewUpstream {
    /// For people.
    pub name: String,
    /// Who runs it.
    pub provider: ProviderId,
    /// Where it is.
    pub base_url: BaseUrl,
    /// Its secret, if it needs one.
    pub api_key: Option<String>,
    /// Whether it must become the default; `None`: the usual rule.
    pub is_default: Option<bool>,
    /// What it has of its own.
    pub settings: UpstreamSettings,
}

/// The longest secret that is taken, in bytes.
pub const SECRET_MAX: usize = 8192;
/// The longest list of certificates, in bytes.
const PEM_MAX: usize = 64 * 1024;
/// The most header fields of an upstream's own.
const HEADERS_MAX: usize = 32;
/// The longest timer, seconds.
const TIMEOUT_MAX: u32 = 86_400;

impl CreateUpstream {
    /// Reads the shape; `catalog` has the providers that there are.
    pub fn parse(self, catalog: &Catalog) -> Result<NewUpstream, FieldErrors> {
        let mut errors = FieldErrors::default();
        let provider = errors.take("provider", provider_of(catalog, &self.provider));
        let name = match (self.name.trim(), &provider) {
            ("", Some(provider)) => provider.id.as_str().to_owned(),
            (name, _) => read::text(&mut errors, "name", name, 1, 100),
        };
        let given = self.base_url.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let base_url = provider.as_deref().and_then(|provider| base_url(&mut errors, provider, given));
        let api_key = secret(&mut errors, self.api_key.as_deref());
        if provider.as_ref().is_some_and(|provider| provider.needs_secret)
            && api_key.is_none()
            && errors.get("api_key").is_none()
        {
            errors.push("api_key", Violation::SecretMissing);
        }
        let mut settings = UpstreamSettings::default();
        let own = UpstreamSettingsInput {
            timeouts: self.timeouts,
            headers: self.headers,
            organization: self.organization,
            project: self.project,
            ca_pem: self.ca_pem,
            max_open_requests: self.max_open_requests,
        };
        own.apply(&mut settings, &mut errors);
        match (errors.is_empty(), provider, base_url) {
            (true, Some(provider), Some(base_url)) => Ok(NewUpstream {
                name,
                api_key: api_key.filter(|_| !provider.id.is_echo()),
                provider: provider.id.clone(),
                base_url,
                is_default: self.is_default,
                settings,
            }),
            _ => Err(errors),
        }
    }
}

fn provider_of(catalog: &Catalog, text: &str) -> Result<std::sync::Arc<Provider>, Violation> {
    let found = text.parse().ok().and_then(|id| catalog.get(&id).cloned());
    found.ok_or_else(|| {
        let known: Vec<&str> = catalog.all().iter().map(|provider| provider.id.as_str()).collect();
        Violation::UnknownProvider { known: known.join(", ") }
    })
}

/// Where an upstream of a provider is: as given, else where the provider usually lives.
fn base_url(errors: &mut FieldErrors, provider: &Provider, given: Option<&str>) -> Option<BaseUrl> {
    if provider.id.is_echo() {
        return Some(BaseUrl::echo());
    }
    match given {
        Some("echo:") => {
            errors.push("base_url", Violation::EchoBaseUrl);
            None
        }
        Some(text) => errors.take("base_url", text.parse::<BaseUrl>()),
        None if provider.base_url.is_some() => provider.base_url.clone(),
        None => {
            errors.push("base_url", Violation::BaseUrlMissing);
            None
        }
    }
}

/// Changes an upstream. What is left out stays.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateUpstream {
    /// 1–100 characters, unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it is. Another address asks for the secret again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The provider's secret, beside another address. Write only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(write_only))]
    pub api_key: Option<String>,
    /// Take the requests of keys that name no upstream, in every dialect that it speaks; `false`: in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
    /// The dialects in which it takes the requests of keys that name no upstream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>, example = json!(["openai"])))]
    pub default_for: Option<Vec<String>>,
    /// Timers, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeouts: Option<TimeoutsInput>,
    /// Header fields that every request to it carries; never a credential.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>, example = json!({"x-team": "search"})))]
    pub headers: Option<Option<BTreeMap<String, String>>>,
    /// Sent as `openai-organization`.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub organization: Option<Option<String>>,
    /// Sent as `openai-project`.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub project: Option<Option<String>>,
    /// Certificates (PEM) that its own may be signed by.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub ca_pem: Option<Option<String>>,
    /// Requests that may be open there at once, 1 to 1,000,000.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub max_open_requests: Option<Option<u32>>,
}

impl fmt::Debug for UpdateUpstream {
    /// Says nothing of what it holds: a secret may be among it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateUpstream").finish_non_exhaustive()
    }
}

/// A change of an upstream that has been read and found good, but for what only the stored one can tell.
#[derive(Clone, PartialEq, Eq)]
pub struct UpstreamPatch {
    /// Its name.
    pub name: Option<String>,
    /// Where it is.
    pub base_url: Option<BaseUrl>,
    /// Its secret.
    pub api_key: Option<String>,
    /// Whether it is the default in all of its dialects, or in none.
    pub is_default: Option<bool>,
    /// In which it is.
    pub default_for: Option<Vec<Dialect>>,
    /// What it has of its own.
    pub settings: UpstreamSettingsInput,
}

impl TryFrom<UpdateUpstream> for UpstreamPatch {
    type Error = FieldErrors;

    fn try_from(shape: UpdateUpstream) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = shape.name.map(|name| read::text(&mut errors, "name", &name, 1, 100));
        let base_url = shape.base_url.and_then(|text| errors.take("base_url", text.trim().parse::<BaseUrl>()));
        let api_key = secret(&mut errors, shape.api_key.as_deref());
        let default_for = shape.default_for.map(|list| {
            read::list(&mut errors, "default_for", &list, Dialect::ALL.len(), |text| {
                text.parse().map_err(|_| {
                    Violation::one_of(&Dialect::ALL.iter().map(|dialect| dialect.as_str()).collect::<Vec<_>>())
                })
            })
        });
        // Judged once without the stored one, so that a form says all that is wrong at once.
        let settings = UpstreamSettingsInput {
            timeouts: shape.timeouts,
            headers: shape.headers,
            organization: shape.organization,
            project: shape.project,
            ca_pem: shape.ca_pem,
            max_open_requests: shape.max_open_requests,
        };
        settings.clone().apply(&mut UpstreamSettings::default(), &mut errors);
        if errors.is_empty() {
            Ok(Self { name, base_url, api_key, is_default: shape.is_default, default_for, settings })
        } else {
            Err(errors)
        }
    }
}

/// A secret must survive as an HTTP header value: visible ASCII, nothing else.
fn secret(errors: &mut FieldErrors, text: Option<&str>) -> Option<String> {
    let text = text?.trim();
    if text.is_empty() {
        return None;
    }
    if text.len() > SECRET_MAX || !text.bytes().all(|b| b.is_ascii_graphic()) {
        errors.push("api_key", Violation::SecretShape);
        return None;
    }
    Some(text.to_owned())
}

/// Replaces an upstream's secret.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetSecret {
    /// The provider's new secret. Write only.
    #[cfg_attr(feature = "openapi", schema(write_only))]
    pub api_key: String,
}

impl SetSecret {
    /// The secret, if it can be one.
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        match secret(&mut errors, Some(&self.api_key)) {
            Some(secret) => Ok(secret),
            None if errors.is_empty() => Err(FieldErrors::one("api_key", Violation::SecretMissing)),
            None => Err(errors),
        }
    }
}

#[cfg(test)]
#[path = "upstreams/tests.rs"]
mod tests;
