//! Upstream DTOs: inputs, views and test reports.

pub mod operations;

use domain::{BaseUrl, Credential, DamagedRow, OpenEnum, Provider, Timestamp, Upstream, UpstreamId, Verified};
use serde::{Deserialize, Serialize};

use crate::{FieldErrors, Violation, read, wire};

pub use operations::{
    UpstreamsCreate, UpstreamsDelete, UpstreamsList, UpstreamsSetDefault, UpstreamsSetSecret, UpstreamsShow,
    UpstreamsTest,
};

/// Asks for an upstream.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateUpstream {
    /// 1–100 characters, unique; left out: the provider's name.
    #[serde(default)]
    pub name: String,
    /// `openai`, `openrouter`, `openai_compatible` or `echo`.
    #[cfg_attr(feature = "openapi", schema(example = "openai"))]
    pub provider: String,
    /// Usually ends in `/v1`; left out: the provider's own.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The provider's secret. Write only: no answer ever holds it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(write_only))]
    pub api_key: Option<String>,
    /// Take the requests of keys that name no upstream.
    #[serde(default)]
    pub is_default: Option<bool>,
}

/// A request for an upstream that has been read and found good.
#[derive(Clone, PartialEq, Eq)]
pub struct NewUpstream {
    /// For people.
    pub name: String,
    /// How it speaks.
    pub provider: Provider,
    /// Where it is.
    pub base_url: BaseUrl,
    /// Its secret, if it needs one.
    pub api_key: Option<String>,
    /// Whether it must become the default; `None`: the usual rule.
    pub is_default: Option<bool>,
}

/// The longest secret that is taken, in bytes.
pub const SECRET_MAX: usize = 8192;

impl TryFrom<CreateUpstream> for NewUpstream {
    type Error = FieldErrors;

    fn try_from(shape: CreateUpstream) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let provider = errors.take(
            "provider",
            Provider::parse(shape.provider.trim())
                .ok_or_else(|| Violation::one_of(&Provider::ALL.map(Provider::as_str))),
        );
        let name = match (shape.name.trim(), provider) {
            ("", Some(provider)) => provider.as_str().to_owned(),
            (name, _) => read::text(&mut errors, "name", name, 1, 100),
        };
        let given = shape.base_url.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let base_url = match (provider, given) {
            (Some(Provider::Echo), _) => Some(BaseUrl::echo()),
            (Some(provider), given) => match given.or(provider.default_base_url()) {
                Some("echo:") => {
                    errors.push("base_url", Violation::EchoBaseUrl);
                    None
                }
                Some(text) => errors.take("base_url", text.parse::<BaseUrl>()),
                None => {
                    errors.push("base_url", Violation::BaseUrlMissing);
                    None
                }
            },
            (None, _) => None,
        };
        let api_key = secret(&mut errors, shape.api_key.as_deref());
        if provider.is_some_and(Provider::needs_secret) && api_key.is_none() && errors.get("api_key").is_none() {
            errors.push("api_key", Violation::SecretMissing);
        }
        match (errors.is_empty(), provider, base_url) {
            (true, Some(provider), Some(base_url)) => Ok(Self {
                name,
                provider,
                base_url,
                api_key: api_key.filter(|_| provider != Provider::Echo),
                is_default: shape.is_default,
            }),
            _ => Err(errors),
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

/// Whether requests may be sent to an upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum UpstreamState {
    /// They may.
    Active,
    /// Its row or its secret's does not verify: no request is sent there.
    Damaged,
}

impl UpstreamState {
    /// The text on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// An upstream as it is shown: never its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpstreamView {
    /// `up_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: OpenEnum<UpstreamId>,
    /// For people.
    pub name: String,
    /// `openai`, `openrouter`, `openai_compatible` or `echo`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub provider: OpenEnum<Provider>,
    /// Where it is.
    pub base_url: String,
    /// `sk-***1234`; `null` without a secret.
    pub api_key_masked: Option<String>,
    /// Takes the requests of keys that name no upstream.
    pub is_default: bool,
    /// `active`, or `damaged`: then no request is sent there.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "active"))]
    pub state: UpstreamState,
    /// What is wrong with its row or its secret's, where one is damaged; what else is said here may then be wrong.
    pub damage: Option<String>,
    /// RFC 3339: when the secret was last replaced.
    #[serde(default, with = "wire::optional_instant")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub secret_updated_at: Option<Timestamp>,
    /// RFC 3339.
    #[serde(with = "wire::instant_or_blank")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub created_at: Option<Timestamp>,
    /// RFC 3339.
    #[serde(with = "wire::instant_or_blank")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub updated_at: Option<Timestamp>,
}

impl UpstreamView {
    /// The upstream with what may be shown of its credential.
    pub fn of(upstream: &Upstream, credential: Option<&domain::Credential>) -> Self {
        Self {
            id: upstream.id.clone().into(),
            name: upstream.name.clone(),
            provider: upstream.provider.into(),
            base_url: upstream.base_url.to_string(),
            api_key_masked: credential.map(|credential| credential.masked.clone()),
            is_default: upstream.is_default,
            state: UpstreamState::Active,
            damage: None,
            secret_updated_at: credential.map(|credential| credential.updated_at),
            created_at: Some(upstream.created_at),
            updated_at: Some(upstream.updated_at),
        }
    }

    /// An upstream as its rows were read: what damaged ones say of themselves is shown, and that they are damaged.
    pub fn of_rows(
        upstream: &Result<Verified<Upstream>, DamagedRow<Upstream>>,
        credential: Option<&Result<Verified<Credential>, DamagedRow<Credential>>>,
    ) -> Self {
        let (shown, secret_damage) = match credential {
            None => (None, None),
            Some(Ok(credential)) => (Some(&**credential), None),
            Some(Err(damaged)) => (damaged.claimed.as_deref(), Some(format!("its secret: {}", damaged.damage))),
        };
        let (mut view, damage) = match upstream {
            Ok(upstream) => {
                let missing = upstream.has_secret && credential.is_none();
                (Self::of(upstream, shown), missing.then(|| "its secret is missing".to_owned()))
            }
            Err(damaged) => {
                let view =
                    damaged.claimed.as_deref().map_or_else(Self::unreadable, |upstream| Self::of(upstream, shown));
                (
                    Self { id: OpenEnum::read(&damaged.id, |id| id.parse().ok()), ..view },
                    Some(damaged.damage.to_string()),
                )
            }
        };
        view.damage = damage.or(secret_damage);
        if view.damage.is_some() {
            view.state = UpstreamState::Damaged;
        }
        view
    }

    /// Nothing is known.
    fn unreadable() -> Self {
        Self {
            id: OpenEnum::Other(String::new()),
            name: String::new(),
            provider: OpenEnum::Other(String::new()),
            base_url: String::new(),
            api_key_masked: None,
            is_default: false,
            state: UpstreamState::Damaged,
            damage: None,
            secret_updated_at: None,
            created_at: None,
            updated_at: None,
        }
    }
}

/// What Test found, step by step. Steps end at the first that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestReport {
    /// Whether every step went well.
    pub ok: bool,
    /// All steps together, milliseconds.
    pub total_ms: i64,
    /// The steps, in order.
    pub steps: Vec<TestStep>,
}

/// What a step of a test looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TestStepName {
    /// The name, looked up and judged.
    Address,
    /// The connection's encryption.
    Tls,
    /// Whether the provider takes the secret.
    Secret,
    /// The list of models.
    Models,
}

impl TestStepName {
    /// The text on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One step of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestStep {
    /// `address`, `tls`, `secret` or `models`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub step: TestStepName,
    /// Whether it went well.
    pub ok: bool,
    /// What was found, or what is wrong and how to mend it.
    pub detail: String,
    /// How long it took, milliseconds.
    pub ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(provider: &str) -> CreateUpstream {
        CreateUpstream { provider: provider.to_owned(), ..CreateUpstream::default() }
    }

    #[test]
    fn providers_bring_their_own_address() {
        let new =
            NewUpstream::try_from(CreateUpstream { api_key: Some(" sk-abc ".into()), ..shape("openai") }).ok().unwrap();
        assert_eq!((new.name.as_str(), new.base_url.as_str()), ("openai", "https://api.openai.com/v1"));
        assert_eq!(new.api_key.as_deref(), Some("sk-abc"));
        assert!(NewUpstream::try_from(shape("echo")).ok().unwrap().base_url.is_echo());
    }

    #[test]
    fn what_is_missing_is_named() {
        let errors = NewUpstream::try_from(shape("openai")).err().unwrap();
        assert!(errors.get("api_key").is_some());
        let errors = NewUpstream::try_from(shape("openai_compatible")).err().unwrap();
        assert!(errors.get("base_url").is_some());
        let errors =
            NewUpstream::try_from(CreateUpstream { base_url: Some("echo:".into()), ..shape("openai") }).err().unwrap();
        assert!(errors.get("base_url").is_some());
        let errors =
            NewUpstream::try_from(CreateUpstream { api_key: Some("a\nb".into()), ..shape("openai") }).err().unwrap();
        assert!(errors.get("api_key").is_some());
    }
}
