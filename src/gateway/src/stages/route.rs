//! Model routes (load balancing, fallback, retries): the deployments of a route are tried until one answers (G5).
//!
//! A request that may have been processed, because it was sent whole and got no status, is not sent again unless the route
//! says so. What was refused or answered with an overload goes on to the next deployment. A stream may change deployment
//! until its first content.

use std::sync::Arc;

use domain::{ModelRoute, Random};
use http::{HeaderMap, StatusCode, header};
use providers::StreamMeter;

use super::{
    answer::{Answer, Places, Source},
    answered::answer,
    attempt::{Draft, Failure, FailureKind, Sent},
    plan::Plan,
    settle::RefusedRequest,
};
use crate::{balance::Deployment, directory::Routes, gateway::Gateway, refusal::Refusal, upstream_timeouts::Patience};

const SECOND: u64 = 1_000_000_000;

/// Tries the deployments of a route that the plan found.
pub(super) async fn along(
    g: &Gateway,
    plan: Plan,
    at: usize,
    deployments: Vec<usize>,
) -> Result<Answer, Box<RefusedRequest>> {
    let Plan { ask, routes, .. } = plan;
    let route = &routes.models[at];
    g.balance.earn(&route.id);
    let candidates = candidates(g, &routes, route, &deployments);
    if candidates.is_empty() {
        let wait = shortest_rest(g, route, &deployments);
        return Err(ask.decline(Refusal::UpstreamOverloaded(wait)));
    }
    let mut draft = Draft::new(g, ask);
    draft.exchange().settlement.goes_along_route();
    let (mut left, mut last) = (route.retries, None);
    for (number, candidate) in candidates.iter().enumerate() {
        let is_last = number + 1 == candidates.len();
        match one(g, &mut draft, &routes, route, candidate, is_last || left == 0).await {
            Outcome::Answered(sent, places) => return answer(g, draft, &routes, *sent, places).await,
            Outcome::Failed(failure) => {
                draft.exchange().settlement.attempt_failed(failure.refusal.class());
                let again = match failure.kind {
                    FailureKind::Unsent => true,
                    FailureKind::Answered => pay(g, route, &mut left),
                    FailureKind::Unanswered => (route.retry_sent || draft.is_safe()) && pay(g, route, &mut left),
                    FailureKind::Final => false,
                };
                last = Some(failure.refusal);
                if !again || !draft.can_be_sent() {
                    break;
                }
            }
        }
    }
    Err(draft.decline(last.unwrap_or(Refusal::UpstreamOverloaded(1))))
}

/// A deployment that may be tried.
struct Candidate {
    upstream: usize,
    model: String,
    health: Arc<Deployment>,
}

/// What became of a try.
enum Outcome {
    /// It is answered, well or so that another try makes no sense.
    Answered(Box<Sent>, Places),
    /// Another deployment may do better.
    Failed(Failure),
}

/// Those that do not rest, in the order of the route's strategy.
fn candidates(g: &Gateway, routes: &Routes, route: &ModelRoute, deployments: &[usize]) -> Vec<Candidate> {
    let now_ns = g.clock.monotonic_ns();
    let health = |at: usize| {
        let deployment = &route.deployments[at];
        g.balance.deployment(&deployment.upstream, &deployment.model)
    };
    let awake: Vec<usize> = deployments.iter().copied().filter(|at| health(*at).may_be_tried(now_ns)).collect();
    let random: &dyn Random = &*g.random;
    let draw = |below: u64| u64::from_le_bytes(random.bytes()) % below.max(1);
    let order = route.order(&awake, draw, |at| health(at).load(now_ns));
    let found = order.into_iter().filter_map(|at| {
        let deployment = &route.deployments[at];
        let upstream = routes.upstreams.iter().position(|upstream| upstream.id == deployment.upstream)?;
        Some(Candidate { upstream, model: deployment.model.clone(), health: health(at) })
    });
    found.collect()
}

/// After how many seconds the first of them has rested.
fn shortest_rest(g: &Gateway, route: &ModelRoute, deployments: &[usize]) -> u64 {
    let now_ns = g.clock.monotonic_ns();
    let rests = deployments.iter().map(|at| {
        let deployment = &route.deployments[*at];
        g.balance.deployment(&deployment.upstream, &deployment.model).rests_until_ns()
    });
    rests.min().unwrap_or(0).saturating_sub(now_ns).div_ceil(SECOND).max(1)
}

/// Spends one of the request's tries and one of the route's.
fn pay(g: &Gateway, route: &ModelRoute, left: &mut u32) -> bool {
    let Some(rest) = left.checked_sub(1) else { return false };
    *left = rest;
    g.balance.spend(&route.id)
}

async fn one(
    g: &Gateway,
    draft: &mut Draft,
    routes: &Routes,
    route: &ModelRoute,
    candidate: &Candidate,
    is_last: bool,
) -> Outcome {
    let upstream = &routes.upstreams[candidate.upstream];
    let Some(open) = g.balance.open(&upstream.id, upstream.settings.max_open_requests) else {
        let refusal = Refusal::UpstreamOverloaded(1);
        return Outcome::Failed(Failure { refusal, kind: FailureKind::Unsent });
    };
    let began_ns = g.clock.monotonic_ns();
    let health = &candidate.health;
    let places = Places { visit: Some(health.visit(began_ns)), open: Some(open) };
    draft.exchange().settlement.goes_to(Some(upstream.id.clone()), &upstream.name);
    let mut patience = Patience::new(&g.config).of(&upstream.settings.timeouts);
    if let Some(seconds) = route.timeout {
        patience.first_byte = std::time::Duration::from_secs(seconds.into());
    }
    let model = (draft.model() != Some(&candidate.model)).then_some(candidate.model.as_str());
    let sent = draft.send(g, routes, upstream, model, patience, false).await;
    let now_ns = g.clock.monotonic_ns();
    let usual_rest = u64::from(route.rest_seconds) * SECOND;
    let sent = match sent {
        Ok(sent) => sent,
        Err(failure) => {
            match failure.kind {
                FailureKind::Final => health.no_verdict(),
                FailureKind::Unsent | FailureKind::Answered | FailureKind::Unanswered => {
                    health.failed(usual_rest, now_ns);
                }
            }
            return Outcome::Failed(failure);
        }
    };
    if is_overload(sent.status) {
        health.failed(asked_rest(&sent.headers, sent.status).unwrap_or(usual_rest), now_ns);
        if is_last {
            // There is no better answer: it passes as it comes.
            return Outcome::Answered(Box::new(sent), places);
        }
        let status = sent.status.as_u16();
        tracing::debug!(upstream = upstream.name, status, "a deployment is overloaded; the next one is tried");
        let class = Refusal::UpstreamOverloaded(1);
        return Outcome::Failed(Failure { refusal: class, kind: FailureKind::Answered });
    }
    let sent = if draft.streams && sent.status.is_success() && !is_last {
        match begun(draft, sent).await {
            Ok(sent) => sent,
            Err(failure) => {
                health.failed(usual_rest, now_ns);
                return Outcome::Failed(failure);
            }
        }
    } else {
        sent
    };
    if sent.status.is_success() {
        health.answered(g.clock.monotonic_ns().saturating_sub(began_ns), now_ns);
    } else {
        // A client's mistake says nothing of the deployment.
        health.no_verdict();
    }
    Outcome::Answered(Box::new(sent), places)
}

/// Waits for the first bytes of a stream. One that breaks off before them, or begins with an error, has said nothing yet.
async fn begun(draft: &mut Draft, mut sent: Sent) -> Result<Sent, Failure> {
    let failed = |refusal| Failure { refusal, kind: FailureKind::Answered };
    let Source::Upstream(mut body) = sent.source else { return Ok(sent) };
    let first = loop {
        let piece = tokio::select! {
            piece = http_body_util::BodyExt::frame(&mut body) => piece,
            _ = sent.timeouts.over() => return Err(failed(Refusal::UpstreamTimeout)),
        };
        match piece {
            None | Some(Err(_)) => return Err(failed(Refusal::UpstreamUnavailable)),
            Some(Ok(frame)) => {
                if let Some(data) = frame.into_data().ok().filter(|data| !data.is_empty()) {
                    break data;
                }
            }
        }
    };
    if let Some(grammar) = draft.exchange().target.operation.grammar {
        let mut meter = StreamMeter::new(grammar, false);
        meter.feed(first.clone());
        if meter.facts().failed {
            return Err(failed(Refusal::UpstreamOverloaded(1)));
        }
    }
    sent.source = Source::Begun(Some(first), body);
    Ok(sent)
}

/// What another deployment may do better.
fn is_overload(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504 | 529)
}

/// How long a deployment asks to be left alone, nanoseconds.
fn asked_rest(headers: &HeaderMap, status: StatusCode) -> Option<u64> {
    if status != StatusCode::TOO_MANY_REQUESTS && status != StatusCode::SERVICE_UNAVAILABLE {
        return None;
    }
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let ms = number("retry-after-ms").map(|ms| ms.saturating_mul(1_000_000));
    ms.or_else(|| number(header::RETRY_AFTER.as_str()).map(|seconds| seconds.saturating_mul(SECOND)))
}
