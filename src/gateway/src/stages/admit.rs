//! Stage `admit`: the key's policy, then its rate limit.

use domain::{Gcra, Verdict};

use super::{authenticate::refusal, parse::ParsedRequest, settle::RefusedRequest};
use crate::{
    gateway::Gateway,
    refusal::{ExhaustedLimit, Refusal},
};

/// A request that may pass.
pub(crate) struct Grant {
    /// What is asked.
    pub ask: ParsedRequest,
}

/// Asks the domain, then the counters. What the domain refuses costs nothing.
pub(crate) async fn admit(g: &Gateway, ask: ParsedRequest) -> Result<Grant, Box<RefusedRequest>> {
    let admission = domain::AdmissionRequest { model: ask.peek.model.as_deref(), address: ask.exchange.address };
    if let Err(denial) = domain::admit(&ask.exchange.known.key, &admission, g.clock.now()) {
        return Err(ask.decline(refusal(denial)));
    }
    let key = &ask.exchange.known.key;
    let Some(limit) = key.policy.rate_limits.requests_per_minute else { return Ok(Grant { ask }) };
    match g.counters.reserve(key.id.as_str(), Gcra::per_minute(limit), g.clock.monotonic_ns()).await {
        Ok(Verdict::Admitted { .. }) => Ok(Grant { ask }),
        Ok(Verdict::Refused { retry_after_ns, reset_ns }) => {
            Err(ask.decline(Refusal::RateLimitExceeded(ExhaustedLimit { limit, retry_after_ns, reset_ns })))
        }
        // What is left is not known, so no request passes.
        Err(error) => {
            tracing::error!(%error, "a rate limit could not be checked");
            Err(ask.decline(Refusal::StoreUnavailable))
        }
    }
}
