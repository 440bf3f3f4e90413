//! Stage `admit`: the claims that the head alone decides, requests and concurrency, before a byte of a body is read.

use domain::{ClaimVerdict, Line, Rule, claim};
use http_body::Body as _;

use super::{authenticate::Caller, settle::RefusedRequest};
use crate::{
    claims::Reservation,
    gateway::Gateway,
    refusal::{ExhaustedLimit, Refusal},
};

/// Takes what the request needs of its key's limits. What is refused later keeps its request and gives its place back.
pub(crate) async fn admit(g: &Gateway, mut caller: Caller) -> Result<Caller, Box<RefusedRequest>> {
    let known = caller.exchange.known.clone();
    let limits = &known.key.policy.rate_limits;
    if limits.is_unlimited() {
        return Ok(caller);
    }
    let subject = known.key.id.as_str();
    let lines: Vec<Line<'_>> = claim::rules(limits).map(|rule| Line { subject, rule }).collect();
    let unread = !caller.body.is_end_stream();
    match g.claims.reserve(&lines, g.clock.monotonic_ns()).await {
        Ok(ClaimVerdict::Granted(states)) => {
            let is_place = |line: &Line<'_>| matches!(line.rule, Rule::Concurrency(_));
            caller.exchange.reservation =
                lines.iter().any(is_place).then(|| Reservation::new(g.claims.clone(), subject));
            caller.exchange.rates = states;
            Ok(caller)
        }
        Ok(ClaimVerdict::Refused { line, retry_after_ns, states }) => {
            caller.exchange.rates = states;
            let exhausted = ExhaustedLimit { rule: line.rule, retry_after_ns };
            Err(caller.exchange.decline(Refusal::RateLimitExceeded(exhausted), unread))
        }
        // What is left is not known, so no request passes.
        Err(error) => {
            tracing::error!(%error, "a rate limit could not be checked");
            Err(caller.exchange.decline(Refusal::StoreUnavailable, unread))
        }
    }
}
