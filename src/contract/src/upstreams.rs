//! Upstreams on the wire.

pub mod operations;

use domain::{BaseUrl, Credential, DamagedRow, Provider, Upstream, Verified};
use serde::{Deserialize, Serialize};

use crate::{FieldErrors, field};

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
            Provider::parse(shape.provider.trim()).ok_or("use openai, openrouter, openai_compatible or echo"),
        );
        let name = match (shape.name.trim(), provider) {
            ("", Some(provider)) => provider.as_str().to_owned(),
            (name, _) => field::text(&mut errors, "name", name, 1, 100),
        };
        let given = shape.base_url.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let base_url = match (provider, given) {
            (Some(Provider::Echo), _) => Some(BaseUrl::echo()),
            (Some(provider), given) => match given.or(provider.default_base_url()) {
                Some("echo:") => {
                    errors.push("base_url", "echo: belongs to the provider echo");
                    None
                }
                Some(text) => errors.take("base_url", text.parse::<BaseUrl>()),
                None => {
                    errors.push("base_url", "say where the server is, such as http://127.0.0.1:11434/v1");
                    None
                }
            },
            (None, _) => None,
        };
        let api_key = secret(&mut errors, shape.api_key.as_deref());
        if provider.is_some_and(Provider::needs_secret) && api_key.is_none() && errors.get("api_key").is_none() {
            errors.push("api_key", "paste the provider's API key");
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
        errors.push("api_key", "a secret is one line of visible ASCII characters, without blanks; paste it again");
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
            None if errors.is_empty() => Err(FieldErrors::one("api_key", "paste the provider's API key")),
            None => Err(errors),
        }
    }
}

/// An upstream as it is shown: never its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpstreamView {
    /// `up_…`
    pub id: String,
    /// For people.
    pub name: String,
    /// `openai`, `openrouter`, `openai_compatible` or `echo`.
    pub provider: String,
    /// Where it is.
    pub base_url: String,
    /// `sk-***1234`; `null` without a secret.
    pub api_key_masked: Option<String>,
    /// Takes the requests of keys that name no upstream.
    pub is_default: bool,
    /// `active`, or `damaged`: then no request is sent there.
    #[cfg_attr(feature = "openapi", schema(example = "active"))]
    pub state: String,
    /// What is wrong with its row or its secret's, where one is damaged; what else is said here may then be wrong.
    pub damage: Option<String>,
    /// RFC 3339: when the secret was last replaced.
    pub secret_updated_at: Option<String>,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
}

impl UpstreamView {
    /// The upstream with what may be shown of its credential.
    pub fn of(upstream: &Upstream, credential: Option<&domain::Credential>) -> Self {
        Self {
            id: upstream.id.to_string(),
            name: upstream.name.clone(),
            provider: upstream.provider.as_str().to_owned(),
            base_url: upstream.base_url.to_string(),
            api_key_masked: credential.map(|credential| credential.masked.clone()),
            is_default: upstream.is_default,
            state: "active".to_owned(),
            damage: None,
            secret_updated_at: credential.map(|credential| credential.updated_at.to_rfc3339()),
            created_at: upstream.created_at.to_rfc3339(),
            updated_at: upstream.updated_at.to_rfc3339(),
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
            Some(Err(damaged)) => (damaged.claimed.as_ref(), Some(format!("its secret: {}", damaged.damage))),
        };
        let (mut view, damage) = match upstream {
            Ok(upstream) => {
                let missing = upstream.has_secret && credential.is_none();
                (Self::of(upstream, shown), missing.then(|| "its secret is missing".to_owned()))
            }
            Err(damaged) => {
                let view = damaged.claimed.as_ref().map_or_else(Self::unreadable, |upstream| Self::of(upstream, shown));
                (Self { id: damaged.id.clone(), ..view }, Some(damaged.damage.to_string()))
            }
        };
        view.damage = damage.or(secret_damage);
        if view.damage.is_some() {
            "damaged".clone_into(&mut view.state);
        }
        view
    }

    /// Nothing is known.
    fn unreadable() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            provider: String::new(),
            base_url: String::new(),
            api_key_masked: None,
            is_default: false,
            state: String::new(),
            damage: None,
            secret_updated_at: None,
            created_at: String::new(),
            updated_at: String::new(),
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

/// One step of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestStep {
    /// `address`, `tls`, `secret` or `models`.
    pub step: String,
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
