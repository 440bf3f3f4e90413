//! Virtual key views: never their secret, except once, in the answer that creates it.

use domain::{
    DamagedRow, KeyEnv, KeyId, KeyState, Labels, Metadata, ModelPattern, OpenEnum, Permission, Policy, ProjectId,
    RateLimits, RevokeReason, Scope, Tag, Timestamp, UpstreamId, UserId, Verified, VirtualKey,
};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::wire;

/// Limits as they hold; `null`: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateLimitsView {
    /// Requests admitted in any minute.
    pub requests_per_minute: Option<u32>,
    /// Requests admitted in any hour.
    #[serde(default)]
    pub requests_per_hour: Option<u32>,
    /// Requests admitted in any 24 hours.
    #[serde(default)]
    pub requests_per_day: Option<u32>,
    /// Requests under way at once.
    #[serde(default)]
    pub concurrency: Option<u32>,
    /// Requests that may come at once.
    #[serde(default)]
    pub burst: Option<u32>,
}

impl From<&RateLimits> for RateLimitsView {
    fn from(limits: &RateLimits) -> Self {
        let RateLimits { requests_per_minute, requests_per_hour, requests_per_day, concurrency, burst } = limits;
        Self {
            requests_per_minute: *requests_per_minute,
            requests_per_hour: *requests_per_hour,
            requests_per_day: *requests_per_day,
            concurrency: *concurrency,
            burst: *burst,
        }
    }
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
    #[serde(default, with = "wire::optional_instant")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub last_request_at: Option<Timestamp>,
}

/// A key as it is shown: never its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyView {
    /// `key_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: OpenEnum<KeyId>,
    /// For people.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Words to find and group keys by.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub tags: Vec<Tag>,
    /// Your own notes: an object.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: Metadata,
    /// `live` or `test`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub env: OpenEnum<KeyEnv>,
    /// Prefix, first four, `…`, last four.
    pub masked: String,
    /// `active`, `disabled`, `expired`, `revoked` or `damaged`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: KeyState,
    /// Switched on.
    pub enabled: bool,
    /// Number of the current secret.
    pub version: i64,
    /// Its project.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub project_id: OpenEnum<ProjectId>,
    /// Its owner, if it has one.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub owner_id: Option<UserId>,
    /// `read`, `write`; empty: both.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub permissions: Vec<Permission>,
    /// Operations it may call; empty: all but the provider's administration.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub scopes: Vec<Scope>,
    /// Models it may ask for; empty: every model.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub allowed_models: Vec<ModelPattern>,
    /// Ids of upstreams it may reach; empty: every upstream.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub allowed_upstreams: Vec<UpstreamId>,
    /// Networks it may come from; empty: everywhere.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub allowed_cidrs: Vec<IpNet>,
    /// How fast it may call.
    pub rate_limits: RateLimitsView,
    /// Raised by every change of what the key may do, from 1.
    pub policy_version: i64,
    /// What is wrong with its row, where it is damaged: then no request passes, and what else is said here may be wrong.
    pub damage: Option<String>,
    /// RFC 3339.
    #[serde(default, with = "wire::optional_instant")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub expires_at: Option<Timestamp>,
    /// RFC 3339.
    #[serde(default, with = "wire::optional_instant")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub revoked_at: Option<Timestamp>,
    /// Why it was revoked.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub revoke_reason: Option<RevokeReason>,
    /// RFC 3339, to the minute.
    #[serde(default, with = "wire::optional_instant")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub last_used_at: Option<Timestamp>,
    /// RFC 3339.
    #[serde(with = "wire::instant_or_blank")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub created_at: Option<Timestamp>,
    /// RFC 3339.
    #[serde(with = "wire::instant_or_blank")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub updated_at: Option<Timestamp>,
}

impl KeyView {
    /// The key as it is at `now`.
    pub fn of(key: &VirtualKey, now: Timestamp) -> Self {
        let Policy { permissions, scopes, allowed_models, allowed_upstreams, allowed_cidrs, rate_limits } = &key.policy;
        let Labels { description, tags, metadata } = key.labels.clone();
        Self {
            id: key.id.clone().into(),
            name: key.name.clone(),
            description,
            tags,
            metadata,
            env: key.env.into(),
            masked: key.masked.clone(),
            state: key.state(now),
            enabled: key.enabled,
            version: key.version,
            project_id: key.project_id.clone().into(),
            owner_id: key.owner_id.clone(),
            permissions: permissions.clone(),
            scopes: scopes.clone(),
            allowed_models: allowed_models.clone(),
            allowed_upstreams: allowed_upstreams.clone(),
            allowed_cidrs: allowed_cidrs.clone(),
            rate_limits: rate_limits.into(),
            policy_version: key.policy_version,
            damage: None,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
            revoke_reason: key.revoke_reason.clone(),
            last_used_at: key.last_used_at,
            created_at: Some(key.created_at),
            updated_at: Some(key.updated_at),
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
        let claimed = row.claimed.as_deref().map(|key| Self::of(key, now));
        Self {
            id: OpenEnum::read(&row.id, |id| id.parse().ok()),
            state: KeyState::Damaged,
            damage: Some(row.damage.to_string()),
            ..claimed.unwrap_or_else(Self::unreadable)
        }
    }

    /// Nothing is known.
    fn unreadable() -> Self {
        Self {
            id: OpenEnum::Other(String::new()),
            name: String::new(),
            description: String::new(),
            tags: Vec::new(),
            metadata: Metadata::default(),
            env: OpenEnum::Other(String::new()),
            masked: String::new(),
            state: KeyState::Damaged,
            enabled: false,
            version: 0,
            project_id: OpenEnum::Other(String::new()),
            owner_id: None,
            permissions: Vec::new(),
            scopes: Vec::new(),
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
            created_at: None,
            updated_at: None,
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
