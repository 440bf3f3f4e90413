//! Whether it may: the key's policy, then its rate limit.

use domain::{Gcra, Verdict};

use super::{authenticate::refusal, parse::Ask, settle::Declined};
use crate::{
    gateway::Gateway,
    refusal::{Refusal, Spent},
};

/// A request that may pass.
pub(crate) struct Grant {
    /// What is asked.
    pub ask: Ask,
}

/// Asks the domain, then the counters. What the domain refuses costs nothing.
pub(crate) async fn admit(g: &Gateway, ask: Ask) -> Result<Grant, Box<Declined>> {
    let wish = domain::Ask { model: ask.peek.model.as_deref(), address: ask.exchange.address };
    if let Err(denial) = domain::admit(&ask.exchange.known.key, &wish, g.clock.now()) {
        return Err(ask.decline(refusal(denial)));
    }
    let key = &ask.exchange.known.key;
    let Some(limit) = key.policy.rate_limits.requests_per_minute else { return Ok(Grant { ask }) };
    match g.counters.reserve(key.id.as_str(), Gcra::per_minute(limit), g.clock.monotonic_ns()).await {
        Ok(Verdict::Admitted { .. }) => Ok(Grant { ask }),
        Ok(Verdict::Refused { retry_after_ns, reset_ns }) => {
            Err(ask.decline(Refusal::RateLimitExceeded(Spent { limit, retry_after_ns, reset_ns })))
        }
        // Nobody knows what is left, so nobody passes.
        Err(error) => {
            tracing::error!(%error, "a rate limit could not be checked");
            Err(ask.decline(Refusal::StoreUnavailable))
        }
    }
}
