//! Virtual keys: what is issued to people and programs, with versions and states.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{KeyId, Labels, Policy, ProjectId, RateLimits, Timestamp, UserId};

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

impl AsRef<str> for KeyEnv {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeReason {
    /// It is not needed any more.
    NoLongerNeeded,
    /// It may be known to others. Final.
    Leaked,
    /// Its owner left.
    OwnerLeft,
    /// Something else.
    Other,
    /// One that a newer version knows.
    #[serde(untagged)]
    Unknown(String),
}

impl RevokeReason {
    /// The text in the database and on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::NoLongerNeeded => "no_longer_needed",
            Self::Leaked => "leaked",
            Self::OwnerLeft => "owner_left",
            Self::Other => "other",
            Self::Unknown(text) => text,
        }
    }

    /// The reason of that text, if this version knows it.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::NoLongerNeeded, Self::Leaked, Self::OwnerLeft, Self::Other]
            .into_iter()
            .find(|reason| reason.as_str() == text)
    }

    /// The reason of that text in the database: a newer version's is kept as it stands.
    pub fn stored(text: String) -> Self {
        Self::parse(&text).unwrap_or(Self::Unknown(text))
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
    /// Ended by a user.
    Revoked,
    /// Its row does not verify: no request passes, and only ending it is possible.
    Damaged,
}

impl KeyState {
    /// What a key with these marks is at `now`: revoked wins over expired, expired over disabled.
    pub fn of(revoked: bool, expires_at: Option<Timestamp>, enabled: bool, now: Timestamp) -> Self {
        if revoked {
            Self::Revoked
        } else if expires_at.is_some_and(|at| at <= now) {
            Self::Expired
        } else if enabled {
            Self::Active
        } else {
            Self::Disabled
        }
    }

    /// The text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Damaged => "damaged",
        }
    }

    /// The state of that text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Disabled, Self::Expired, Self::Revoked, Self::Damaged]
            .into_iter()
            .find(|state| state.as_str() == text)
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
    /// Description, tags and metadata (K5).
    pub labels: Labels,
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
    /// What it may do.
    pub policy: Policy,
    /// Raised by every change of the policy, from 1.
    pub policy_version: i64,
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

    /// What the key is at `now`; never [`KeyState::Damaged`], which only reading the row shows.
    pub fn state(&self, now: Timestamp) -> KeyState {
        KeyState::of(self.revoked_at.is_some(), self.expires_at, self.enabled, now)
    }

    /// The bytes that the first version computed its row MACs over (`key-row-v1`), for the upgrade that signs anew.
    pub fn mac_bytes_v1(&self, lookup_hash: &[u8; 32]) -> Vec<u8> {
        // What later versions added could not be said then.
        let Policy { permissions: _, scopes: _, allowed_models, allowed_upstreams, allowed_cidrs, rate_limits } =
            &self.policy;
        let RateLimits { requests_per_minute, requests_per_hour: _, requests_per_day: _, concurrency: _, burst: _ } =
            rate_limits;
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
        put(&allowed_models.len().to_string());
        for model in allowed_models {
            put(model.as_str());
        }
        put(&allowed_upstreams.len().to_string());
        for upstream in allowed_upstreams {
            put(upstream.as_str());
        }
        put(&allowed_cidrs.len().to_string());
        for net in allowed_cidrs {
            put(&net.to_string());
        }
        put(&requests_per_minute.map_or_else(|| "-".to_owned(), |n| n.to_string()));
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
            labels: Labels::default(),
            env: KeyEnv::Live,
            masked: "sk-auto-live-9fQ2…Lk7a".to_owned(),
            version: 1,
            enabled: true,
            expires_at: None,
            revoked_at: None,
            revoke_reason: None,
            policy: Policy::default(),
            policy_version: 1,
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
    fn the_first_versions_bytes_are_still_the_same() {
        let mut key = any_key();
        key.policy = Policy::parse(
            r#"{"allowed_models":["gpt-*"],"allowed_cidrs":["10.0.0.0/8"],"rate_limits":{"requests_per_minute":60}}"#,
        )
        .unwrap();
        let bytes = key.mac_bytes_v1(b"0123456789abcdef0123456789abcdef");
        let text = format!(
            "10:key-row-v1;30:{};30:{};4:live;1:1;2:on;1:-;1:-;1:1;5:gpt-*;1:0;1:1;10:10.0.0.0/8;2:60;\
             0123456789abcdef0123456789abcdef",
            key.id, key.project_id
        );
        assert_eq!(String::from_utf8(bytes).unwrap(), text);
    }
}
