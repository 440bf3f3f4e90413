//! Virtual keys: what we issue to people and programs.

use std::fmt::Write as _;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::{KeyId, ModelPattern, ProjectId, RateLimits, Timestamp, UpstreamId, UserId};

/// Which world a key belongs to; part of its visible prefix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyEnv {
    /// Production.
    #[default]
    Live,
    /// Everything else.
    Test,
}

impl KeyEnv {
    /// The text in the prefix, in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// The environment of that text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Live, Self::Test].into_iter().find(|env| env.as_str() == text)
    }
}

/// Why a key was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeReason {
    /// Nobody needs it any more.
    NoLongerNeeded,
    /// Somebody else may know it. Final.
    Leaked,
    /// Its owner left.
    OwnerLeft,
    /// Something else.
    Other,
}

impl RevokeReason {
    /// The text in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoLongerNeeded => "no_longer_needed",
            Self::Leaked => "leaked",
            Self::OwnerLeft => "owner_left",
            Self::Other => "other",
        }
    }

    /// The reason of that text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::NoLongerNeeded, Self::Leaked, Self::OwnerLeft, Self::Other]
            .into_iter()
            .find(|reason| reason.as_str() == text)
    }
}

/// What a key is at an instant. Revoked wins over expired, expired over disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Requests pass.
    Active,
    /// Switched off; can be switched on again.
    Disabled,
    /// Its time is over.
    Expired,
    /// Ended by somebody.
    Revoked,
}

impl KeyState {
    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// The state of that text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Disabled, Self::Expired, Self::Revoked].into_iter().find(|state| state.as_str() == text)
    }
}

/// A virtual key without its secret: identity, policy, state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualKey {
    /// Its id; survives rotation.
    pub id: KeyId,
    /// The project it is counted under.
    pub project_id: ProjectId,
    /// The person it belongs to, if any.
    pub owner_id: Option<UserId>,
    /// 1–100 characters, for people (K5).
    pub name: String,
    /// Free text; may be empty.
    pub description: String,
    /// Live or test.
    pub env: KeyEnv,
    /// Prefix, first four, `…`, last four of the current version (K4).
    pub masked: String,
    /// Number of the current version, from 1.
    pub version: i64,
    /// Switched on.
    pub enabled: bool,
    /// From this instant on it is refused (K7).
    pub expires_at: Option<Timestamp>,
    /// When it was revoked (K6).
    pub revoked_at: Option<Timestamp>,
    /// Why it was revoked.
    pub revoke_reason: Option<RevokeReason>,
    /// Models it may ask for; empty: every model (K10).
    pub allowed_models: Vec<ModelPattern>,
    /// Upstreams it may reach; empty: every upstream.
    pub allowed_upstreams: Vec<UpstreamId>,
    /// Networks it may come from; empty: everywhere.
    pub allowed_cidrs: Vec<IpNet>,
    /// How fast it may call (K11).
    pub rate_limits: RateLimits,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When a request last came with it, to the minute (K16).
    pub last_used_at: Option<Timestamp>,
}

/// One secret of a key. The secret itself is never here, only its lookup hash (K3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyVersion {
    /// The key.
    pub key_id: KeyId,
    /// Its number, from 1.
    pub version: i64,
    /// `HMAC-SHA-256(pepper, SHA-256(key))`, unique.
    pub lookup_hash: [u8; 32],
    /// How it is shown.
    pub masked: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl VirtualKey {
    /// The longest name, in characters.
    pub const NAME_MAX: usize = 100;

    /// What the key is at `now`.
    pub fn state(&self, now: Timestamp) -> KeyState {
        if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if self.expires_at.is_some_and(|at| at <= now) {
            KeyState::Expired
        } else if self.enabled {
            KeyState::Active
        } else {
            KeyState::Disabled
        }
    }

    /// The bytes a row MAC is computed over: everything that widens or narrows access, bound to one secret,
    /// so that a writer to the database can neither plant a key nor widen one.
    pub fn mac_bytes(&self, lookup_hash: &[u8; 32]) -> Vec<u8> {
        let mut text = String::with_capacity(256);
        let mut put = |field: &str| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{}:{field};", field.len());
        };
        put("key-row-v1");
        put(self.id.as_str());
        put(self.project_id.as_str());
        put(self.env.as_str());
        put(&self.version.to_string());
        put(if self.enabled { "on" } else { "off" });
        put(&optional(self.expires_at));
        put(&optional(self.revoked_at));
        put(&self.allowed_models.len().to_string());
        self.allowed_models.iter().for_each(|model| put(model.as_str()));
        put(&self.allowed_upstreams.len().to_string());
        self.allowed_upstreams.iter().for_each(|upstream| put(upstream.as_str()));
        put(&self.allowed_cidrs.len().to_string());
        self.allowed_cidrs.iter().for_each(|net| put(&net.to_string()));
        put(&self.rate_limits.requests_per_minute.map_or_else(|| "-".to_owned(), |n| n.to_string()));
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(lookup_hash);
        bytes
    }
}

fn optional(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.0.to_string())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An active key with no restriction.
    pub(crate) fn any_key() -> VirtualKey {
        VirtualKey {
            id: KeyId::new(Timestamp(1), [1; 10]),
            project_id: ProjectId::new(Timestamp(1), [2; 10]),
            owner_id: None,
            name: "checkout".to_owned(),
            description: String::new(),
            env: KeyEnv::Live,
            masked: "sk-auto-live-9fQ2…Lk7a".to_owned(),
            version: 1,
            enabled: true,
            expires_at: None,
            revoked_at: None,
            revoke_reason: None,
            allowed_models: vec![],
            allowed_upstreams: vec![],
            allowed_cidrs: vec![],
            rate_limits: RateLimits::default(),
            created_at: Timestamp(1),
            updated_at: Timestamp(1),
            last_used_at: None,
        }
    }

    #[test]
    fn state_has_an_order() {
        let mut key = any_key();
        assert_eq!(key.state(Timestamp(5)), KeyState::Active);
        key.enabled = false;
        assert_eq!(key.state(Timestamp(5)), KeyState::Disabled);
        key.expires_at = Some(Timestamp(5));
        assert_eq!(key.state(Timestamp(4)), KeyState::Disabled);
        assert_eq!(key.state(Timestamp(5)), KeyState::Expired);
        key.revoked_at = Some(Timestamp(2));
        assert_eq!(key.state(Timestamp(5)), KeyState::Revoked);
    }

    #[test]
    fn every_policy_field_is_under_the_mac() {
        let key = any_key();
        let hash = [7; 32];
        let plain = key.mac_bytes(&hash);
        let changes: Vec<fn(&mut VirtualKey)> = vec![
            |k| k.enabled = false,
            |k| k.expires_at = Some(Timestamp(9)),
            |k| k.revoked_at = Some(Timestamp(9)),
            |k| k.version = 2,
            |k| k.env = KeyEnv::Test,
            |k| k.allowed_models = vec![ModelPattern::try_from("*".to_owned()).unwrap()],
            |k| k.allowed_cidrs = vec!["10.0.0.0/8".parse().unwrap()],
            |k| k.allowed_upstreams = vec![UpstreamId::new(Timestamp(1), [0; 10])],
            |k| k.rate_limits.requests_per_minute = Some(1),
            |k| k.project_id = ProjectId::new(Timestamp(1), [9; 10]),
        ];
        for change in changes {
            let mut other = key.clone();
            change(&mut other);
            assert_ne!(other.mac_bytes(&hash), plain);
        }
        assert_ne!(key.mac_bytes(&[8; 32]), plain);
    }
}
