//! Keys as they are shown: never their secret, but once.

use domain::{DamagedRow, KeyState, Policy, RateLimits, Timestamp, Verified, VirtualKey};
use serde::{Deserialize, Serialize};

/// Limits as they hold; `null`: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateLimitsView {
    /// Requests admitted per minute.
    pub requests_per_minute: Option<u32>,
}

/// What a key did in the last 24 hours: what a revocation would interrupt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyActivity {
    /// Requests in 24 hours.
    pub requests_24h: i64,
    /// Distinct client addresses in 24 hours.
    pub addresses_24h: i64,
    /// RFC 3339: when the newest one arrived, ever.
    pub last_request_at: Option<String>,
}

/// A key as it is shown: never its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyView {
    /// `key_…`
    pub id: String,
    /// For people.
    pub name: String,
    /// Free text.
    pub description: String,
    /// `live` or `test`.
    pub env: String,
    /// Prefix, first four, `…`, last four.
    pub masked: String,
    /// `active`, `disabled`, `expired`, `revoked` or `damaged`.
    pub state: String,
    /// Switched on.
    pub enabled: bool,
    /// Number of the current secret.
    pub version: i64,
    /// Its project.
    pub project_id: String,
    /// Its owner, if it has one.
    pub owner_id: Option<String>,
    /// Models it may ask for; empty: every model.
    pub allowed_models: Vec<String>,
    /// Ids of upstreams it may reach; empty: every upstream.
    pub allowed_upstreams: Vec<String>,
    /// Networks it may come from; empty: everywhere.
    pub allowed_cidrs: Vec<String>,
    /// How fast it may call.
    pub rate_limits: RateLimitsView,
    /// Raised by every change of what the key may do, from 1.
    pub policy_version: i64,
    /// What is wrong with its row, where it is damaged: then no request passes, and what else is said here may be wrong.
    pub damage: Option<String>,
    /// RFC 3339.
    pub expires_at: Option<String>,
    /// RFC 3339.
    pub revoked_at: Option<String>,
    /// Why it was revoked.
    pub revoke_reason: Option<String>,
    /// RFC 3339, to the minute.
    pub last_used_at: Option<String>,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
}

impl KeyView {
    /// The key as it is at `now`.
    pub fn of(key: &VirtualKey, now: Timestamp) -> Self {
        let time = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339);
        let Policy { allowed_models, allowed_upstreams, allowed_cidrs, rate_limits } = &key.policy;
        let RateLimits { requests_per_minute } = rate_limits;
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            description: key.description.clone(),
            env: key.env.as_str().to_owned(),
            masked: key.masked.clone(),
            state: key.state(now).as_str().to_owned(),
            enabled: key.enabled,
            version: key.version,
            project_id: key.project_id.to_string(),
            owner_id: key.owner_id.as_ref().map(ToString::to_string),
            allowed_models: allowed_models.iter().map(|model| model.as_str().to_owned()).collect(),
            allowed_upstreams: allowed_upstreams.iter().map(ToString::to_string).collect(),
            allowed_cidrs: allowed_cidrs.iter().map(ToString::to_string).collect(),
            rate_limits: RateLimitsView { requests_per_minute: *requests_per_minute },
            policy_version: key.policy_version,
            damage: None,
            expires_at: time(key.expires_at),
            revoked_at: time(key.revoked_at),
            revoke_reason: key.revoke_reason.as_ref().map(|reason| reason.as_str().to_owned()),
            last_used_at: time(key.last_used_at),
            created_at: key.created_at.to_rfc3339(),
            updated_at: key.updated_at.to_rfc3339(),
        }
    }

    /// A key as its row was read: what a damaged one says of itself is shown, and that it is damaged.
    pub fn of_row(row: &Result<Verified<VirtualKey>, DamagedRow<VirtualKey>>, now: Timestamp) -> Self {
        match row {
            Ok(key) => Self::of(key, now),
            Err(damaged) => Self::damaged(damaged, now),
        }
    }

    /// A key whose row does not verify.
    pub fn damaged(row: &DamagedRow<VirtualKey>, now: Timestamp) -> Self {
        let claimed = row.claimed.as_ref().map(|key| Self::of(key, now));
        Self {
            id: row.id.clone(),
            state: KeyState::Damaged.as_str().to_owned(),
            damage: Some(row.damage.to_string()),
            ..claimed.unwrap_or_else(Self::unreadable)
        }
    }

    /// Nothing is known.
    fn unreadable() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            description: String::new(),
            env: String::new(),
            masked: String::new(),
            state: String::new(),
            enabled: false,
            version: 0,
            project_id: String::new(),
            owner_id: None,
            allowed_models: Vec::new(),
            allowed_upstreams: Vec::new(),
            allowed_cidrs: Vec::new(),
            rate_limits: RateLimitsView::default(),
            policy_version: 0,
            damage: None,
            expires_at: None,
            revoked_at: None,
            revoke_reason: None,
            last_used_at: None,
            created_at: String::new(),
            updated_at: String::new(),
        }
    }
}

/// A key just made: the one and only time that `secret` is said (K2).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssuedKeyView {
    /// The key.
    #[serde(flatten)]
    pub key: KeyView,
    /// The whole secret. Store it now: it cannot be shown again.
    pub secret: String,
    /// Where it is used: what an SDK takes as its base URL.
    #[cfg_attr(feature = "openapi", schema(example = "http://127.0.0.1:8080/v1"))]
    pub base_url: String,
}
