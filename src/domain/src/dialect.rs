//! Dialects: the wire protocols of LLM vendors that clients speak to the gateway, and the gateway to upstreams.

use serde::{Deserialize, Serialize};

/// A vendor's protocol: its paths, credential header, bodies, streams and errors.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
pub enum Dialect {
    /// `/v1/…` with `Authorization: Bearer`; also of everything that is compatible with it.
    #[default]
    Openai,
    /// `/v1/messages` and its kin, with `x-api-key`.
    Anthropic,
    /// `/v1beta/…`, with `x-goog-api-key`.
    Gemini,
    /// `/openai/…` as Azure OpenAI serves it, with `api-key`.
    Azure,
}

impl Dialect {
    /// All of them.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The text in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Openai => "OpenAI",
            Self::Anthropic => "Anthropic",
            Self::Gemini => "Gemini",
            Self::Azure => "Azure OpenAI",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_round_trips() {
        for dialect in Dialect::ALL {
            assert_eq!(dialect.as_str().parse(), Ok(*dialect));
            assert_eq!(serde_json::to_string(dialect).unwrap(), format!("\"{dialect}\""));
        }
    }
}
