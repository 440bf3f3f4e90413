//! Virtual key DTOs: inputs of REST, forms and command line, and their parsers.

pub mod operations;
mod view;

use domain::{
    KeyEnv, KeySort, KeyState, Labels, ModelPattern, Policy, PolicyPatch, ProjectId, RevokeReason, Timestamp,
    UpstreamId, VirtualKey,
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
    /// Requests admitted per minute, 1 to 1,000,000.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>, example = 100))]
    pub requests_per_minute: Option<Option<u32>>,
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
        let requests_per_minute = shape.rate_limits.unwrap_or_default().requests_per_minute;
        match requests_per_minute {
            None | Some(None) => {}
            Some(Some(n)) => {
                if !(1..=1_000_000).contains(&n) {
                    let violation = Violation::LimitRange { min: 1, max: 1_000_000 };
                    errors.push("rate_limits.requests_per_minute", violation);
                }
            }
        }
        let policy = Policy::for_new_keys().merge(PolicyPatch {
            allowed_models: Some(allowed_models),
            allowed_upstreams: Some(allowed_upstreams),
            allowed_cidrs: Some(allowed_cidrs),
            requests_per_minute,
        });
        match (errors.is_empty(), env) {
            (true, Some(env)) => {
                Ok(Self { name, labels, env, enabled: shape.enabled.unwrap_or(true), expires, project_id, policy })
            }
            _ => Err(errors),
        }
    }
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
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<NewKey, FieldErrors> {
        NewKey::try_from(serde_json::from_str::<CreateKey>(json).unwrap())
    }

    #[test]
    fn defaults_apply_to_what_is_left_out() {
        let key = parse(r#"{"name": " ci "}"#).unwrap();
        assert_eq!((key.name.as_str(), key.enabled, key.env), ("ci", true, KeyEnv::Live));
        assert_eq!(key.policy.rate_limits.requests_per_minute, Some(100));
        assert_eq!(key.expires, Expiry::Never);
    }

    #[test]
    fn null_means_no_limit() {
        let key = parse(r#"{"name": "ci", "rate_limits": {"requests_per_minute": null}}"#).unwrap();
        assert_eq!(key.policy.rate_limits.requests_per_minute, None);
        let key = parse(r#"{"name": "ci", "rate_limits": {}}"#).unwrap();
        assert_eq!(key.policy.rate_limits.requests_per_minute, Some(100));
    }

    #[test]
    fn every_complaint_is_made_at_once_and_names_the_fix() {
        let errors = parse(r#"{"name": "", "env": "prod", "allowed_cidrs": ["10.0.0.0/33"], "expires_in_days": 0}"#)
            .unwrap_err();
        assert_eq!(errors.get("name"), Some("use 1 to 100 characters"));
        assert_eq!(errors.get("env"), Some("use live or test"));
        assert!(errors.get("allowed_cidrs").unwrap().contains("Did you mean 10.0.0.0/24?"));
        assert!(errors.get("expires_in_days").is_some());
    }

    #[test]
    fn names_are_measured_in_characters() {
        assert!(parse(&format!(r#"{{"name": "{}"}}"#, "ü".repeat(100))).is_ok());
        assert!(parse(&format!(r#"{{"name": "{}"}}"#, "ü".repeat(101))).is_err());
    }

    /// A name that reads as another one (F09).
    #[test]
    fn names_hold_nothing_invisible() {
        for c in ['\u{202e}', '\u{200b}', '\u{200d}', '\u{7}', '\u{9b}', '\u{feff}', '\u{2066}', '\u{2028}'] {
            let shape = CreateKey { name: format!("pay{c}roll"), ..CreateKey::default() };
            let errors = NewKey::try_from(shape).unwrap_err();
            assert!(errors.get("name").is_some_and(|sentence| sentence.contains("invisible")), "{c:?}");
        }
        for name in ["密钥 服务", "Prüfung № 1", "كشف الرواتب", "deploy 🚀"] {
            assert!(NewKey::try_from(CreateKey { name: name.to_owned(), ..CreateKey::default() }).is_ok(), "{name}");
        }
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(serde_json::from_str::<CreateKey>(r#"{"name": "x", "budgett": 1}"#).is_err());
    }
}
