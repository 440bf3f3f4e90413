//! Admission policy: the decisions whether a request with a known key may pass: on its head, then on the models it names.

use std::net::IpAddr;

use crate::{KeyState, Permission, Policy, Scope, Timestamp, UpstreamId, VirtualKey, user::canonical_address};

/// What the head of a request says, as far as policy cares.
#[derive(Clone, Copy, Debug)]
pub struct AdmissionRequest {
    /// The client's address.
    pub address: IpAddr,
    /// What its method needs.
    pub permission: Permission,
    /// The group that its operation belongs to.
    pub scope: Scope,
}

/// A policy's no. Only the log row says which; the client learns as little as G4 allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// The key is disabled, expired or revoked.
    #[error("the key is {}", .0.as_str())]
    NotActive(KeyState),
    /// Its models do not include the one asked for; `None`: none was named, and the key's models are restricted.
    #[error("the key may not use the model {0:?}")]
    Model(Option<String>),
    /// It may not be used from this address.
    #[error("the key may not be used from {0}")]
    Address(IpAddr),
    /// It may not reach this upstream.
    #[error("the key may not use the upstream {0}")]
    Upstream(String),
    /// It may not call operations of this scope.
    #[error("the key lacks the scope {0}")]
    Scope(Scope),
    /// It may only read, or only write.
    #[error("the key lacks the permission {0}")]
    Permission(Permission),
}

/// State, expiry, address, permission and scope, in this order: everything that the head alone decides. Rate limits are
/// claimed afterwards, so that a request that is refused here costs nothing.
pub fn admit(key: &VirtualKey, ask: &AdmissionRequest, now: Timestamp) -> Result<(), Denial> {
    match key.state(now) {
        KeyState::Active => {}
        state => return Err(Denial::NotActive(state)),
    }
    // Models are judged with the body, upstreams by the plan, rates by the claims.
    let Policy { permissions, scopes, allowed_models: _, allowed_upstreams: _, allowed_cidrs, rate_limits: _ } =
        &key.policy;
    let address = canonical_address(ask.address);
    if !allowed_cidrs.is_empty() && !allowed_cidrs.iter().any(|net| net.contains(&address)) {
        return Err(Denial::Address(address));
    }
    if !permissions.is_empty() && !permissions.contains(&ask.permission) {
        return Err(Denial::Permission(ask.permission));
    }
    if !ask.scope.is_within(scopes) {
        return Err(Denial::Scope(ask.scope));
    }
    Ok(())
}

/// Whether a key may use every model that a request names. `must_name`: the operation is one that has a model, so a key
/// with restricted models has to name one that it may use; `odd`: it named something that is no text.
pub fn admit_models<'m>(
    key: &VirtualKey,
    named: impl IntoIterator<Item = &'m str>,
    must_name: bool,
    odd: bool,
) -> Result<(), Denial> {
    let allowed = &key.policy.allowed_models;
    if allowed.is_empty() {
        return Ok(());
    }
    let mut any = false;
    for model in named {
        any = true;
        if !may_use(key, model) {
            return Err(Denial::Model(Some(model.to_owned())));
        }
    }
    if odd || must_name && !any { Err(Denial::Model(None)) } else { Ok(()) }
}

/// Whether the key may use a model under the name that clients ask for.
pub fn may_use(key: &VirtualKey, model: &str) -> bool {
    let allowed = &key.policy.allowed_models;
    allowed.is_empty() || allowed.iter().any(|pattern| pattern.matches(model))
}

/// Whether the key may reach `upstream`.
pub fn may_reach(key: &VirtualKey, upstream: &UpstreamId) -> bool {
    key.policy.allowed_upstreams.is_empty() || key.policy.allowed_upstreams.contains(upstream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ModelPattern, key::tests::any_key};

    fn from(address: &str) -> AdmissionRequest {
        AdmissionRequest {
            address: address.parse().unwrap(),
            permission: Permission::Write,
            scope: Scope::ChatCompletions,
        }
    }

    #[test]
    fn address_rules_hold_for_mapped_addresses() {
        let mut key = any_key();
        key.policy.allowed_cidrs = vec!["10.4.12.0/24".parse().unwrap()];
        assert_eq!(admit(&key, &from("::ffff:10.4.12.9"), Timestamp(1)), Ok(()));
        assert!(matches!(admit(&key, &from("10.4.13.9"), Timestamp(1)), Err(Denial::Address(_))));
    }

    #[test]
    fn scopes_and_permissions_restrict_what_they_name() {
        let mut key = any_key();
        key.policy.scopes = vec![Scope::Embeddings];
        assert_eq!(admit(&key, &from("1.1.1.1"), Timestamp(1)), Err(Denial::Scope(Scope::ChatCompletions)));
        key.policy.scopes = vec![Scope::Embeddings, Scope::ChatCompletions];
        assert_eq!(admit(&key, &from("1.1.1.1"), Timestamp(1)), Ok(()));
        key.policy.permissions = vec![Permission::Read];
        assert_eq!(admit(&key, &from("1.1.1.1"), Timestamp(1)), Err(Denial::Permission(Permission::Write)));
        let read = AdmissionRequest { permission: Permission::Read, ..from("1.1.1.1") };
        assert_eq!(admit(&key, &read, Timestamp(1)), Ok(()));
    }

    #[test]
    fn a_restricted_key_names_models_that_it_may_use() {
        let mut key = any_key();
        assert_eq!(admit_models(&key, [], true, true), Ok(()), "nothing is restricted");
        key.policy.allowed_models = vec![ModelPattern::try_from("gpt-*".to_owned()).unwrap()];
        let denied = |model: Option<&str>| Err(Denial::Model(model.map(str::to_owned)));
        assert_eq!(admit_models(&key, ["gpt-5"], true, false), Ok(()));
        assert_eq!(admit_models(&key, ["o1"], true, false), denied(Some("o1")));
        assert_eq!(admit_models(&key, ["gpt-5", "o1"], true, false), denied(Some("o1")));
        assert_eq!(admit_models(&key, [], true, false), denied(None));
        assert_eq!(admit_models(&key, ["gpt-5"], true, true), denied(None));
        assert_eq!(admit_models(&key, [], false, false), Ok(()), "an operation without a model");
    }

    #[test]
    fn a_key_that_is_not_active_is_denied_first() {
        let mut key = any_key();
        key.enabled = false;
        key.policy.allowed_cidrs = vec!["10.0.0.0/8".parse().unwrap()];
        assert_eq!(admit(&key, &from("1.1.1.1"), Timestamp(1)), Err(Denial::NotActive(KeyState::Disabled)));
    }
}
