//! Virtual key DTOs: inputs of REST, forms and command line, and their parsers.

pub mod operations;
mod view;

use domain::{
    KeyEnv, KeySort, KeyState, Labels, ModelPattern, Permission, Policy, PolicyPatch, ProjectId, RateLimits,
    RevokeReason, Scope, Timestamp, UpstreamId, VirtualKey, policy::RateLimitsPatch,
};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{FieldErrors, PageQuery, Violation, labels, patch, read};

pub use operations::{KeysActivity, KeysCreate, KeysDisable, KeysEnable, KeysList, KeysRevoke, KeysShow};
pub use view::{IssuedKeyView, KeyActivity, KeyView, RateLimitsView};

/// The most entries of a list.
const ENTRIES_MAX: usize = 100;
const REASONS: [&str; 4] = ["no_longer_needed", "leaked", "owner_left", "other"];
const STATES: [&str; 4] = ["active", "disabled", "expired", "revoked"];

/// Asks for a key. Every field but `name` may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateKey {
    /// 1–100 characters, for people.
    pub name: String,
    /// Free text, up to 1,000 characters.
    #[serde(default)]
    pub description: String,
    /// Up to 50 words to find and group keys by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Your own notes, as a JSON object of up to 4 KiB.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object, required = false))]
    pub metadata: Map<String, Value>,
    /// `live` (default) or `test`; part of the visible prefix.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "live"))]
    pub env: Option<String>,
    /// Whether it starts switched on.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub enabled: Option<bool>,
    /// The last instant it may be used, RFC 3339. Not together with `expires_in_days`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// Days from now, 1 to 3,650. Not together with `expires_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<i64>,
    /// The project it is counted under; left out: yours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub project_id: Option<String>,
    /// `read`, `write`; empty: both.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// Operations it may call, such as `chat.completions`; empty: all but the provider's administration.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Models it may ask for, exact or with `*`; empty: every model.
    #[serde(default)]
    pub allowed_models: Vec<String>,
    /// Ids of upstreams it may reach; empty: every upstream.
    #[serde(default)]
    pub allowed_upstreams: Vec<String>,
    /// Addresses or networks it may come from; empty: everywhere.
    #[serde(default)]
    pub allowed_cidrs: Vec<String>,
    /// How fast it may call; left out: 100 requests per minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limits: Option<RateLimitsInput>,
}

/// Limits as they are asked for: a value, `null` for no limit, or left out for the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateLimitsInput {
    /// Requests admitted in any minute, 1 to 1,000,000.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>, example = 100))]
    pub requests_per_minute: Option<Option<u32>>,
    /// Requests admitted in any hour, 1 to 1,000,000.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub requests_per_hour: Option<Option<u32>>,
    /// Requests admitted in any 24 hours, 1 to 1,000,000.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub requests_per_day: Option<Option<u32>>,
    /// Requests under way at once, 1 to 1,000,000.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub concurrency: Option<Option<u32>>,
    /// Requests that may come at once, 1 to 1,000,000; more come at the rate of the shortest limited window.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub burst: Option<Option<u32>>,
    /// Not available yet.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub tokens_per_minute: Option<Option<u32>>,
}

impl RateLimitsInput {
    /// Reads the limits; what is not enforced yet is refused.
    fn read(self, errors: &mut FieldErrors) -> RateLimitsPatch {
        let Self { requests_per_minute, requests_per_hour, requests_per_day, concurrency, burst, tokens_per_minute } =
            self;
        let max = RateLimits::MAX;
        for (field, limit) in [
            ("requests_per_minute", requests_per_minute),
            ("requests_per_hour", requests_per_hour),
            ("requests_per_day", requests_per_day),
            ("concurrency", concurrency),
            ("burst", burst),
        ] {
            if limit.flatten().is_some_and(|n| !(1..=max).contains(&n)) {
                let violation = Violation::LimitRange { min: 1, max: i64::from(max) };
                errors.push(&format!("rate_limits.{field}"), violation);
            }
        }
        if tokens_per_minute.flatten().is_some() {
            errors.push("rate_limits.tokens_per_minute", Violation::NotAvailable);
        }
        RateLimitsPatch { requests_per_minute, requests_per_hour, requests_per_day, concurrency, burst }
    }
}

/// A request for a key that has been read and found good; instants still relative to now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// For people.
    pub name: String,
    /// Description, tags and metadata.
    pub labels: Labels,
    /// Live or test.
    pub env: KeyEnv,
    /// Starts switched on.
    pub enabled: bool,
    /// When it ends.
    pub expires: Expiry,
    /// The project, if named.
    pub project_id: Option<ProjectId>,
    /// What it may do, defaults merged in.
    pub policy: Policy,
}

/// When a key ends, as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Never.
    Never,
    /// Then.
    At(Timestamp),
    /// So many milliseconds from now.
    After(i64),
}

impl Expiry {
    /// The instant, if there is one.
    pub const fn from(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Never => None,
            Self::At(at) => Some(at),
            Self::After(ms) => Some(now.plus(ms)),
        }
    }
}

impl TryFrom<CreateKey> for NewKey {
    type Error = FieldErrors;

    fn try_from(shape: CreateKey) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = read::text(&mut errors, "name", &shape.name, 1, VirtualKey::NAME_MAX);
        let labels = labels::parse(&mut errors, &shape.description, &shape.tags, shape.metadata);
        let env = match shape.env.as_deref() {
            None | Some("") => Some(KeyEnv::Live),
            Some(text) => errors.take("env", KeyEnv::parse(text).ok_or_else(|| Violation::one_of(&["live", "test"]))),
        };
        let expires = errors_expiry(&mut errors, shape.expires_at.as_deref(), shape.expires_in_days);
        let project_id = shape.project_id.as_deref().and_then(|id| errors.take("project_id", id.parse::<ProjectId>()));
        let allowed_models = read::list(&mut errors, "allowed_models", &shape.allowed_models, ENTRIES_MAX, |text| {
            ModelPattern::try_from(text.to_owned()).map_err(|_| Violation::ModelPattern)
        });
        let allowed_upstreams =
            read::list(&mut errors, "allowed_upstreams", &shape.allowed_upstreams, ENTRIES_MAX, |text| {
                text.parse::<UpstreamId>().map_err(Violation::from)
            });
        let allowed_cidrs = read::list(&mut errors, "allowed_cidrs", &shape.allowed_cidrs, ENTRIES_MAX, network);
        let permissions = read::list(&mut errors, "permissions", &shape.permissions, ENTRIES_MAX, |text| {
            text.parse::<Permission>().map_err(|_| match text {
                // It opens the admin API, which no key does yet.
                "admin" => Violation::NotAvailable,
                _ => Violation::one_of(&names(Permission::ALL)),
            })
        });
        let scopes = read::list(&mut errors, "scopes", &shape.scopes, ENTRIES_MAX, |text| {
            text.parse::<Scope>().map_err(|_| Violation::one_of(&names(Scope::ALL)))
        });
        let rate_limits = shape.rate_limits.unwrap_or_default().read(&mut errors);
        let policy = Policy::for_new_keys().merge(PolicyPatch {
            permissions: Some(permissions),
            scopes: Some(scopes),
            allowed_models: Some(allowed_models),
            allowed_upstreams: Some(allowed_upstreams),
            allowed_cidrs: Some(allowed_cidrs),
            rate_limits,
        });
        if policy.rate_limits.burst.is_some() && policy.rate_limits.burst_limit().is_none() {
            errors.push("rate_limits.burst", Violation::BurstWithoutRate);
        }
        match (errors.is_empty(), env) {
            (true, Some(env)) => {
                Ok(Self { name, labels, env, enabled: shape.enabled.unwrap_or(true), expires, project_id, policy })
            }
            _ => Err(errors),
        }
    }
}

/// The texts of every variant.
fn names<T: Copy + Into<&'static str>>(all: &[T]) -> Vec<&'static str> {
    all.iter().map(|one| (*one).into()).collect()
}

fn errors_expiry(errors: &mut FieldErrors, at: Option<&str>, days: Option<i64>) -> Expiry {
    match (at, days) {
        (Some(_), Some(_)) => {
            let violation = Violation::NotBoth { one: "expires_at", other: "expires_in_days" };
            errors.push("expires_in_days", violation);
            Expiry::Never
        }
        (Some(text), None) => errors
            .take(
                "expires_at",
                Timestamp::parse_rfc3339(text).ok_or(Violation::Instant { example: "2027-02-18T09:00:00Z" }),
            )
            .map_or(Expiry::Never, Expiry::At),
        (None, Some(days)) => {
            if !(1..=3650).contains(&days) {
                errors.push("expires_in_days", Violation::DaysRange { min: 1, max: 3650 });
            }
            Expiry::After(days.saturating_mul(Timestamp::DAY))
        }
        (None, None) => Expiry::Never,
    }
}

/// A network, or a single address as the network of just it. The error says which prefix lengths there are.
fn network(text: &str) -> Result<IpNet, Violation> {
    if let Ok(net) = text.parse::<IpNet>() {
        return Ok(net.trunc());
    }
    if let Ok(address) = text.parse::<std::net::IpAddr>() {
        return Ok(IpNet::from(domain::user::canonical_address(address)));
    }
    match text.split_once('/') {
        Some((address, _)) if address.parse::<std::net::Ipv4Addr>().is_ok() => {
            Err(Violation::NetworkPrefix { family: "IPv4", max: 32, suggestion: format!("{address}/24") })
        }
        Some((address, _)) if address.parse::<std::net::Ipv6Addr>().is_ok() => {
            Err(Violation::NetworkPrefix { family: "IPv6", max: 128, suggestion: format!("{address}/64") })
        }
        _ => Err(Violation::Network),
    }
}

/// Ends a key for good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokeKey {
    /// `no_longer_needed`, `leaked`, `owner_left` or `other` (default).
    #[serde(default)]
    pub reason: Option<String>,
}

impl TryFrom<RevokeKey> for RevokeReason {
    type Error = FieldErrors;

    fn try_from(shape: RevokeKey) -> Result<Self, FieldErrors> {
        match shape.reason.as_deref() {
            None | Some("") => Ok(Self::Other),
            Some(text) => Self::parse(text).ok_or_else(|| FieldErrors::one("reason", Violation::one_of(&REASONS))),
        }
    }
}

/// Which keys to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct KeyQuery {
    /// From 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(default = 1, minimum = 1))]
    pub page: Option<i64>,
    /// 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(default = 20, minimum = 1, maximum = 100))]
    pub page_size: Option<i64>,
    /// Part of a name or of the visible key, in any case; one or two characters: the beginning of a name; or a whole id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// `active`, `disabled`, `expired` or `revoked`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `-created_at` (default), `name` or `-last_used_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// `next_cursor` of the page before, with the same filters and order; not together with `page`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl KeyQuery {
    /// The page asked for.
    pub fn page(&self) -> PageQuery {
        let defaults = PageQuery::default();
        PageQuery {
            page: self.page.unwrap_or(defaults.page),
            page_size: self.page_size.unwrap_or(defaults.page_size),
            cursor: self.cursor.clone(),
        }
    }

    /// The order asked for.
    pub fn sort(&self) -> Result<KeySort, FieldErrors> {
        match self.sort.as_deref() {
            None | Some("") => Ok(KeySort::default()),
            Some(text) => {
                let one_of = || Violation::one_of(&["-created_at", "name", "-last_used_at"]);
                KeySort::parse(text).ok_or_else(|| FieldErrors::one("sort", one_of()))
            }
        }
    }

    /// The state to filter by.
    pub fn state(&self) -> Result<Option<KeyState>, FieldErrors> {
        match self.state.as_deref() {
            None | Some("" | "any") => Ok(None),
            Some(text) => KeyState::parse(text)
                // Whether a row verifies is known only once it is read.
                .filter(|state| *state != KeyState::Damaged)
                .map(Some)
                .ok_or_else(|| FieldErrors::one("state", Violation::one_of(&STATES))),
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
