//! Admission policy: the one decision whether a request with a known key may pass.

use std::net::IpAddr;

use crate::{KeyState, Policy, Timestamp, UpstreamId, VirtualKey, user::canonical_address};

/// What a request asks for, as far as policy cares.
#[derive(Clone, Copy, Debug)]
pub struct AdmissionRequest<'a> {
    /// The model it names, if it names one.
    pub model: Option<&'a str>,
    /// The client's address.
    pub address: IpAddr,
}

/// A policy's no. Only the log row says which; the client learns as little as G4 allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// The key is disabled, expired or revoked.
    #[error("the key is {}", .0.as_str())]
    NotActive(KeyState),
    /// Its models do not include the one asked for.
    #[error("the key may not use the model {0}")]
    Model(String),
    /// It may not be used from this address.
    #[error("the key may not be used from {0}")]
    Address(IpAddr),
    /// It may not reach this upstream.
    #[error("the key may not use the upstream {0}")]
    Upstream(String),
}

/// State, expiry, address and model, in this order. Rate limits are reserved afterwards, so that a
/// request that is refused here costs nothing.
pub fn admit(key: &VirtualKey, ask: &AdmissionRequest<'_>, now: Timestamp) -> Result<(), Denial> {
    match key.state(now) {
        KeyState::Active => {}
        state => return Err(Denial::NotActive(state)),
    }
    // Upstreams are judged by the plan, rates by the counters.
    let Policy { allowed_models, allowed_upstreams: _, allowed_cidrs, rate_limits: _ } = &key.policy;
    let address = canonical_address(ask.address);
    if !allowed_cidrs.is_empty() && !allowed_cidrs.iter().any(|net| net.contains(&address)) {
        return Err(Denial::Address(address));
    }
    match ask.model {
        Some(model) if !allowed_models.is_empty() && !allowed_models.iter().any(|p| p.matches(model)) => {
            Err(Denial::Model(model.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Whether the key may reach `upstream`.
pub fn may_reach(key: &VirtualKey, upstream: &UpstreamId) -> bool {
    key.policy.allowed_upstreams.is_empty() || key.policy.allowed_upstreams.contains(upstream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ModelPattern, key::tests::any_key};

    fn ask<'a>(model: &'a str, address: &str) -> AdmissionRequest<'a> {
        AdmissionRequest { model: Some(model), address: address.parse().unwrap() }
    }

    #[test]
    fn address_rules_hold_for_mapped_addresses() {
        let mut key = any_key();
        key.policy.allowed_cidrs = vec!["10.4.12.0/24".parse().unwrap()];
        assert_eq!(admit(&key, &ask("m", "::ffff:10.4.12.9"), Timestamp(1)), Ok(()));
        assert!(matches!(admit(&key, &ask("m", "10.4.13.9"), Timestamp(1)), Err(Denial::Address(_))));
    }

    #[test]
    fn model_rules_let_calls_without_a_model_pass() {
        let mut key = any_key();
        key.policy.allowed_models = vec![ModelPattern::try_from("gpt-*".to_owned()).unwrap()];
        assert!(matches!(admit(&key, &ask("o1", "1.1.1.1"), Timestamp(1)), Err(Denial::Model(_))));
        assert_eq!(admit(&key, &ask("gpt-5", "1.1.1.1"), Timestamp(1)), Ok(()));
        assert_eq!(
            admit(&key, &AdmissionRequest { model: None, address: "1.1.1.1".parse().unwrap() }, Timestamp(1)),
            Ok(())
        );
    }

    #[test]
    fn a_key_that_is_not_active_is_denied_first() {
        let mut key = any_key();
        key.enabled = false;
        key.policy.allowed_cidrs = vec!["10.0.0.0/8".parse().unwrap()];
        assert_eq!(admit(&key, &ask("m", "1.1.1.1"), Timestamp(1)), Err(Denial::NotActive(KeyState::Disabled)));
    }
}
