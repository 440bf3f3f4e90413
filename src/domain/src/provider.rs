//! Providers: what is known of a vendor before any upstream of it is configured. One provider file each.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{BaseUrl, Dialect, Scope};

/// The name of a provider file: 1 to 40 of `a-z 0-9 _`. Files may be added, so it is a text and no enum; one that no file
/// has leaves its upstreams out of order and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderId(Arc<str>);

/// Text that cannot be a provider's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a provider's id is 1 to 40 of a-z, 0-9 and _")]
pub struct BadProviderId;

impl ProviderId {
    /// The built-in one: in process, offline, free.
    pub const ECHO: &'static str = "echo";
    /// Anything that speaks the OpenAI dialect.
    pub const OPENAI_COMPATIBLE: &'static str = "openai_compatible";

    /// The text in the database and on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the built-in one.
    pub fn is_echo(&self) -> bool {
        self.as_str() == Self::ECHO
    }
}

impl FromStr for ProviderId {
    type Err = BadProviderId;

    /// Reads an id; `-` counts as `_`, and case does not.
    fn from_str(text: &str) -> Result<Self, BadProviderId> {
        let text = text.trim().to_ascii_lowercase().replace('-', "_");
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if text.is_empty() || text.len() > 40 || !text.bytes().all(fits) {
            return Err(BadProviderId);
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for ProviderId {
    type Error = BadProviderId;

    fn try_from(text: String) -> Result<Self, BadProviderId> {
        text.parse()
    }
}

impl From<ProviderId> for String {
    fn from(id: ProviderId) -> Self {
        id.as_str().to_owned()
    }
}

impl AsRef<str> for ProviderId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a provider file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its id.
    pub id: ProviderId,
    /// What people call it.
    pub name: String,
    /// The dialects it speaks, the main one first: the stored base URL is that one's.
    pub roots: Vec<Root>,
    /// Where it usually lives; `None` where only its operator knows.
    pub base_url: Option<BaseUrl>,
    /// What its secrets look like: a begin and `*`, for people and for a warning. `None`: anything.
    pub key_format: Option<String>,
    /// The shortest secret it issues, characters.
    pub key_min_length: u32,
    /// Whether it asks for a secret. A local model server often does not.
    pub needs_secret: bool,
    /// Some of its models, for forms and snippets; the first one stands in snippets.
    pub models: Vec<String>,
    /// Scopes that keys for it usually have.
    pub default_scopes: Vec<Scope>,
    /// Where it differs from its dialect.
    pub quirks: Quirks,
}

/// A dialect of a provider, and where it is spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The dialect.
    pub dialect: Dialect,
    /// Where, seen from the stem of the stored base URL ([`Provider::root`]); `None`: at the stored base URL itself.
    pub path: Option<String>,
    /// How the secret is sent.
    pub credential: CredentialHeader,
}

/// The header that carries a provider's secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialHeader {
    /// Its name, lower case.
    pub name: String,
    /// What stands before the secret: `Bearer `, or nothing.
    pub prefix: String,
}

impl CredentialHeader {
    /// The header as a dialect's vendor reads it.
    pub fn of(dialect: Dialect) -> Self {
        let (name, prefix) = match dialect {
            Dialect::Openai => ("authorization", "Bearer "),
            Dialect::Anthropic => ("x-api-key", ""),
            Dialect::Gemini => ("x-goog-api-key", ""),
            Dialect::Azure => ("api-key", ""),
        };
        Self { name: name.to_owned(), prefix: prefix.to_owned() }
    }
}

/// Where a compatible provider differs from the dialect it speaks. What is not said here is learned or tolerated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quirks {
    /// Whether `stream_options` may be sent; `false`: it is never added.
    pub stream_options: bool,
    /// Usage stands inside a choice of the last chunk.
    pub usage_in_choice: bool,
    /// The name of the field of cached tokens, beside the usual ones.
    pub cached_field: Option<String>,
    /// Reasoning tokens are counted beside the output tokens, not among them.
    pub reasoning_beside_output: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self { stream_options: true, usage_in_choice: false, cached_field: None, reasoning_beside_output: false }
    }
}

impl Provider {
    /// The dialect of the stored base URL.
    pub fn dialect(&self) -> Dialect {
        self.roots.first().map_or(Dialect::Openai, |root| root.dialect)
    }

    /// How it speaks a dialect; `None`: not at all.
    pub fn speaks(&self, dialect: Dialect) -> Option<&Root> {
        self.roots.iter().find(|root| root.dialect == dialect)
    }

    /// Where an upstream of this provider at `base` is reached in a dialect: always on the origin of `base`, so that its
    /// secret goes nowhere else. `None`: it does not speak it.
    ///
    /// For OpenAI the URL goes up to the version (`…/v1`); for the others it is what stands before their version path, and
    /// a stored base that has it means the same.
    pub fn root(&self, dialect: Dialect, base: &BaseUrl) -> Option<BaseUrl> {
        if self.id.is_echo() || base.is_echo() {
            return Some(BaseUrl::echo());
        }
        let root = self.speaks(dialect)?;
        let place = match &root.path {
            // As it is: compatible servers differ in their version paths.
            None if dialect == Dialect::Openai => return Some(base.clone()),
            None => format!("{}{}", base.origin(), stem(self.dialect(), base.prefix())),
            Some(path) => format!("{}{}{path}", base.origin(), stem(self.dialect(), base.prefix())),
        };
        place.parse().ok()
    }
}

/// A base URL's path without the version at its end, as the dialect writes versions.
pub fn stem(dialect: Dialect, prefix: &str) -> &str {
    let versions: &[&str] = match dialect {
        Dialect::Openai | Dialect::Anthropic => &["/v1"],
        Dialect::Gemini => &["/v1beta", "/v1"],
        Dialect::Azure => &["/openai/v1", "/openai"],
    };
    versions.iter().find_map(|version| prefix.strip_suffix(version)).unwrap_or(prefix)
}

/// The providers that this process knows.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    providers: Vec<Arc<Provider>>,
}

impl Catalog {
    /// A catalog, in the order that forms show. A later provider takes the place of an earlier one with its id.
    pub fn new(providers: impl IntoIterator<Item = Provider>) -> Self {
        let mut all: Vec<Arc<Provider>> = Vec::new();
        for provider in providers {
            match all.iter_mut().find(|known| known.id == provider.id) {
                Some(known) => *known = Arc::new(provider),
                None => all.push(Arc::new(provider)),
            }
        }
        Self { providers: all }
    }

    /// All of them.
    pub fn all(&self) -> &[Arc<Provider>] {
        &self.providers
    }

    /// The provider of that id.
    pub fn get(&self, id: &ProviderId) -> Option<&Arc<Provider>> {
        self.providers.iter().find(|provider| provider.id == *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(roots: &[(Dialect, Option<&str>)]) -> Provider {
        Provider {
            id: "x".parse().unwrap(),
            name: "X".to_owned(),
            roots: roots
                .iter()
                .map(|(dialect, path)| Root {
                    dialect: *dialect,
                    path: path.map(str::to_owned),
                    credential: CredentialHeader::of(*dialect),
                })
                .collect(),
            base_url: None,
            key_format: None,
            key_min_length: 0,
            needs_secret: true,
            models: vec![],
            default_scopes: vec![],
            quirks: Quirks::default(),
        }
    }

    #[test]
    fn roots_stay_on_the_origin_and_versions_mean_the_same() {
        use Dialect::{Anthropic, Azure, Gemini, Openai};
        for (roots, dialect, base, expected) in [
            (&[(Openai, None)][..], Openai, "https://h/api/v3", Some("https://h/api/v3")),
            (&[(Openai, None)], Anthropic, "https://h/v1", None),
            (&[(Anthropic, None)], Anthropic, "https://api.anthropic.com", Some("https://api.anthropic.com")),
            (&[(Anthropic, None)], Anthropic, "https://api.anthropic.com/v1", Some("https://api.anthropic.com")),
            (&[(Gemini, None)], Gemini, "https://g/v1beta", Some("https://g")),
            (&[(Azure, None), (Openai, Some("/openai/v1"))], Azure, "https://r/openai/v1", Some("https://r")),
            (&[(Azure, None), (Openai, Some("/openai/v1"))], Openai, "https://r", Some("https://r/openai/v1")),
            (&[(Openai, None), (Anthropic, Some(""))], Anthropic, "https://o/api/v1", Some("https://o/api")),
            (
                &[(Openai, None), (Anthropic, Some("/anthropic"))],
                Anthropic,
                "http://d:1/v1",
                Some("http://d:1/anthropic"),
            ),
        ] {
            let root = provider(roots).root(dialect, &base.parse().unwrap());
            assert_eq!(root.as_ref().map(BaseUrl::as_str), expected, "{base} {dialect}");
        }
    }

    #[test]
    fn ids_are_one_word() {
        assert_eq!("OpenAI-Compatible".parse::<ProviderId>().unwrap().as_str(), "openai_compatible");
        for bad in ["", "a b", "a/b", "é", &"a".repeat(41)] {
            assert_eq!(bad.parse::<ProviderId>(), Err(BadProviderId), "{bad}");
        }
    }

    #[test]
    fn a_later_file_takes_the_place_of_an_earlier_one() {
        let (one, two) = (provider(&[(Dialect::Openai, None)]), Provider { name: "Y".to_owned(), ..provider(&[]) });
        let catalog = Catalog::new([one, two]);
        assert_eq!(catalog.all().len(), 1);
        assert_eq!(catalog.get(&"x".parse().unwrap()).unwrap().name, "Y");
    }
}
