//! Policy document: what a key may do, as one value that is stored, compared, merged and enforced as a whole.
//!
//! A new rule is a field here. Each place that has to know of it takes a policy apart without `..`, so the compiler names
//! them all.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ModelPattern, Permission, RateLimits, Scope, UpstreamId};

/// What a key may do. Empty lists and absent limits restrict nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Whether it may read, write or both; empty: both (K10).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Permission>,
    /// Operations it may call; empty: all but the provider's administration (K10).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<Scope>,
    /// Models it may ask for; empty: every model (K10).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_models: Vec<ModelPattern>,
    /// Upstreams it may reach; empty: every upstream.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_upstreams: Vec<UpstreamId>,
    /// Networks it may come from; empty: everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_cidrs: Vec<IpNet>,
    /// How fast it may call (K11).
    #[serde(default, skip_serializing_if = "RateLimits::is_unlimited")]
    pub rate_limits: RateLimits,
}

/// A policy as it is asked for: `None` where nothing is said, so that what stood before (or the default) holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyPatch {
    /// Whether it may read, write or both.
    pub permissions: Option<Vec<Permission>>,
    /// Operations it may call.
    pub scopes: Option<Vec<Scope>>,
    /// Models it may ask for.
    pub allowed_models: Option<Vec<ModelPattern>>,
    /// Upstreams it may reach.
    pub allowed_upstreams: Option<Vec<UpstreamId>>,
    /// Networks it may come from.
    pub allowed_cidrs: Option<Vec<IpNet>>,
    /// How fast it may call.
    pub rate_limits: RateLimitsPatch,
}

/// Limits as they are asked for: `None` where nothing is said, `Some(None)` for no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // see the fields of `RateLimits`
pub struct RateLimitsPatch {
    pub requests_per_minute: Option<Option<u32>>,
    pub requests_per_hour: Option<Option<u32>>,
    pub requests_per_day: Option<Option<u32>>,
    pub concurrency: Option<Option<u32>>,
    pub burst: Option<Option<u32>>,
}

impl RateLimitsPatch {
    fn merge(self, limits: &RateLimits) -> RateLimits {
        let RateLimits { requests_per_minute, requests_per_hour, requests_per_day, concurrency, burst } = *limits;
        RateLimits {
            requests_per_minute: self.requests_per_minute.unwrap_or(requests_per_minute),
            requests_per_hour: self.requests_per_hour.unwrap_or(requests_per_hour),
            requests_per_day: self.requests_per_day.unwrap_or(requests_per_day),
            concurrency: self.concurrency.unwrap_or(concurrency),
            burst: self.burst.unwrap_or(burst),
        }
    }
}

/// One difference between two policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyChange {
    /// Name of the field, as REST says it.
    pub field: &'static str,
    /// What stood there.
    pub old: Value,
    /// What stands there now.
    pub new: Value,
}

/// Text that is no policy, or one of a newer version.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadPolicy(serde_json::Error);

impl Policy {
    /// What a new key gets where nothing is said (D4).
    pub fn for_new_keys() -> Self {
        let requests_per_minute = Some(RateLimits::DEFAULT_REQUESTS_PER_MINUTE);
        Self { rate_limits: RateLimits { requests_per_minute, ..RateLimits::default() }, ..Self::default() }
    }

    /// Reads the stored document. A field that this version does not know is an error: ignoring a restriction would widen.
    pub fn parse(text: &str) -> Result<Self, BadPolicy> {
        // serde would take a list for a struct.
        if !text.starts_with('{') {
            return Err(BadPolicy(serde::de::Error::custom("a policy is a JSON object")));
        }
        serde_json::from_str(text).map_err(BadPolicy)
    }

    /// The stored document; what restricts nothing is left out.
    pub fn to_json(&self) -> String {
        json(self).to_string()
    }

    /// The policy with what the patch says in place of what stood here.
    #[must_use]
    pub fn merge(self, patch: PolicyPatch) -> Self {
        let Self { permissions, scopes, allowed_models, allowed_upstreams, allowed_cidrs, rate_limits } = self;
        let PolicyPatch {
            permissions: permissions_said,
            scopes: scopes_said,
            allowed_models: models,
            allowed_upstreams: upstreams,
            allowed_cidrs: cidrs,
            rate_limits: limits,
        } = patch;
        Self {
            permissions: permissions_said.unwrap_or(permissions),
            scopes: scopes_said.unwrap_or(scopes),
            allowed_models: models.unwrap_or(allowed_models),
            allowed_upstreams: upstreams.unwrap_or(allowed_upstreams),
            allowed_cidrs: cidrs.unwrap_or(allowed_cidrs),
            rate_limits: limits.merge(&rate_limits),
        }
    }

    /// What changes from this policy to `new`, field by field.
    pub fn diff(&self, new: &Self) -> Vec<PolicyChange> {
        let Self { permissions, scopes, allowed_models, allowed_upstreams, allowed_cidrs, rate_limits } = self;
        let RateLimits { requests_per_minute, requests_per_hour, requests_per_day, concurrency, burst } = rate_limits;
        let limits = &new.rate_limits;
        let fields = [
            ("permissions", json(permissions), json(&new.permissions)),
            ("scopes", json(scopes), json(&new.scopes)),
            ("allowed_models", json(allowed_models), json(&new.allowed_models)),
            ("allowed_upstreams", json(allowed_upstreams), json(&new.allowed_upstreams)),
            ("allowed_cidrs", json(allowed_cidrs), json(&new.allowed_cidrs)),
            ("rate_limits.requests_per_minute", json(requests_per_minute), json(&limits.requests_per_minute)),
            ("rate_limits.requests_per_hour", json(requests_per_hour), json(&limits.requests_per_hour)),
            ("rate_limits.requests_per_day", json(requests_per_day), json(&limits.requests_per_day)),
            ("rate_limits.concurrency", json(concurrency), json(&limits.concurrency)),
            ("rate_limits.burst", json(burst), json(&limits.burst)),
        ];
        fields
            .into_iter()
            .filter(|(_, old, new)| old != new)
            .map(|(field, old, new)| PolicyChange { field, old, new })
            .collect()
    }
}

/// Lists, texts and numbers always have a JSON value.
fn json<T: Serialize + ?Sized>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn full() -> Policy {
        Policy {
            permissions: vec![Permission::Write],
            scopes: vec![Scope::ChatCompletions],
            allowed_models: vec![ModelPattern::try_from("gpt-*".to_owned()).unwrap()],
            allowed_upstreams: vec![UpstreamId::new(crate::Timestamp(1), [1; 10])],
            allowed_cidrs: vec!["10.0.0.0/8".parse().unwrap()],
            rate_limits: RateLimits {
                requests_per_minute: Some(7),
                requests_per_hour: Some(70),
                requests_per_day: Some(700),
                concurrency: Some(3),
                burst: Some(2),
            },
        }
    }

    #[test]
    fn the_document_leaves_out_what_restricts_nothing() {
        assert_eq!(Policy::default().to_json(), "{}");
        assert_eq!(Policy::parse("{}").unwrap(), Policy::default());
        assert_eq!(Policy::parse(&full().to_json()).unwrap(), full());
    }

    #[test]
    fn a_rule_of_a_newer_version_is_not_ignored() {
        for text in [r#"{"scopes":["chat"]}"#, r#"{"rate_limits":{"tokens_per_minute":1}}"#, "[]", "null", ""] {
            assert!(Policy::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_patch_replaces_what_it_says_and_leaves_the_rest() {
        assert_eq!(full().merge(PolicyPatch::default()), full());
        let patch = PolicyPatch {
            allowed_models: Some(vec![]),
            rate_limits: RateLimitsPatch { requests_per_minute: Some(None), ..RateLimitsPatch::default() },
            ..PolicyPatch::default()
        };
        let merged = full().merge(patch);
        let limits = RateLimits { requests_per_minute: None, ..full().rate_limits };
        assert_eq!(merged, Policy { allowed_models: vec![], rate_limits: limits, ..full() });
        assert_eq!(Policy::for_new_keys().rate_limits.requests_per_minute, Some(100));
    }

    #[test]
    fn a_diff_names_every_field_that_differs_and_no_other() {
        assert_eq!(full().diff(&full()), []);
        let fields: Vec<_> = full().diff(&Policy::default()).into_iter().map(|change| change.field).collect();
        let all = [
            "permissions",
            "scopes",
            "allowed_models",
            "allowed_upstreams",
            "allowed_cidrs",
            "rate_limits.requests_per_minute",
            "rate_limits.requests_per_hour",
            "rate_limits.requests_per_day",
            "rate_limits.concurrency",
            "rate_limits.burst",
        ];
        assert_eq!(fields, all);
        let change = &Policy::default().diff(&Policy::for_new_keys())[0];
        assert_eq!((&change.old, &change.new), (&Value::Null, &Value::from(100)));
    }

    proptest! {
        #[test]
        fn any_policy_survives_its_document(models in prop::collection::vec("[a-z*]{1,9}", 0..3), rpm in any::<Option<u32>>()) {
            let policy = Policy {
                allowed_models: models.into_iter().map(|model| ModelPattern::try_from(model).unwrap()).collect(),
                rate_limits: RateLimits { requests_per_minute: rpm, ..RateLimits::default() },
                ..full()
            };
            prop_assert_eq!(Policy::parse(&policy.to_json()).unwrap(), policy);
        }

        #[test]
        fn odd_text_is_refused_without_a_panic(text in "\\PC*") {
            let _ = Policy::parse(&text);
        }
    }
}

#[cfg(test)]
#[path = "policy_fuzz.rs"]
mod fuzz;
