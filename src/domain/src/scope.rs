//! Scopes and permissions of a virtual key at the gateway (K10): which operations it may call.

use serde::{Deserialize, Serialize};

/// A group of operations that a key may be restricted to. The names are the same in every dialect.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
    strum::Display,
    strum::AsRefStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Scope {
    /// Chat completions, legacy completions too.
    #[serde(rename = "chat.completions")]
    #[strum(serialize = "chat.completions")]
    ChatCompletions,
    /// Responses and conversations.
    Responses,
    /// Anthropic's messages, and counting their tokens.
    Messages,
    /// Gemini's content generation, and counting its tokens.
    Generate,
    /// Embeddings.
    Embeddings,
    /// Images and videos.
    Images,
    /// Speech and transcription.
    Audio,
    /// Files, uploads, vector stores, containers.
    Files,
    /// Batches.
    Batches,
    /// The list of models.
    Models,
    /// Moderations.
    Moderations,
    /// Realtime sessions.
    Realtime,
    /// Everything, unknown endpoints included, but for the provider's administration.
    All,
    /// Endpoints that mint provider credentials or administer the provider's organisation. Never implied.
    #[serde(rename = "provider.admin")]
    #[strum(serialize = "provider.admin")]
    ProviderAdmin,
}

impl Scope {
    /// All of them.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The text in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether a key with these scopes may call operations of this one. No scopes named: everything but
    /// [`Scope::ProviderAdmin`], which has to be named.
    pub fn is_within(self, scopes: &[Self]) -> bool {
        match self {
            Self::ProviderAdmin => scopes.contains(&self),
            _ => scopes.is_empty() || scopes.contains(&self) || scopes.contains(&Self::All),
        }
    }
}

/// What a key may do at the gateway. None named: both.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
    strum::Display,
    strum::AsRefStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Permission {
    /// `GET` and `HEAD`.
    Read,
    /// Every other method.
    Write,
}

impl Permission {
    /// All of them.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The text in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What a request with this method needs.
    pub fn of_method(method: &str) -> Self {
        if matches!(method, "GET" | "HEAD") { Self::Read } else { Self::Write }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_round_trips() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(*scope));
            assert_eq!(serde_json::to_string(scope).unwrap(), format!("\"{scope}\""));
        }
        assert_eq!(Scope::ChatCompletions.as_str(), "chat.completions");
    }

    #[test]
    fn the_providers_administration_is_never_implied() {
        use Scope::{All, Batches, ChatCompletions, ProviderAdmin};
        for (scope, scopes, expected) in [
            (ChatCompletions, &[][..], true),
            (All, &[], true),
            (ProviderAdmin, &[], false),
            (ProviderAdmin, &[All], false),
            (ProviderAdmin, &[ProviderAdmin], true),
            (ChatCompletions, &[ProviderAdmin], false),
            (ChatCompletions, &[Batches, ChatCompletions], true),
            (ChatCompletions, &[Batches], false),
            (All, &[Batches], false),
            (Batches, &[All], true),
        ] {
            assert_eq!(scope.is_within(scopes), expected, "{scope} {scopes:?}");
        }
    }
}
