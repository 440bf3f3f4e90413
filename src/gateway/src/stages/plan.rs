//! Stage `plan`: the domain's routing decision over the cached upstreams.

use std::sync::Arc;

use domain::{Attempt, PlanError, Provider, Upstream, VirtualKey, admit::may_reach};

use super::{admit::Grant, authenticate::refusal, parse::ParsedRequest, settle::RefusedRequest};
use crate::{directory::Routes, gateway::Gateway, refusal::Refusal};

/// One try.
pub(crate) enum Destination {
    /// A configured upstream.
    Upstream(RoutedUpstream),
    /// The built-in one.
    Echo,
}

/// A configured upstream and the routes it comes from.
pub(crate) struct RoutedUpstream {
    /// The routes.
    pub routes: Arc<Routes>,
    at: usize,
}

impl RoutedUpstream {
    /// The upstream.
    pub(crate) fn upstream(&self) -> &Upstream {
        &self.routes.upstreams[self.at]
    }
}

/// A request with its way. Model routes will make the tries several.
pub(crate) struct Plan {
    /// What is asked.
    pub ask: ParsedRequest,
    /// Where to.
    pub destination: Destination,
}

/// Asks the domain where to.
pub(crate) async fn plan(g: &Gateway, grant: Grant) -> Result<Plan, Box<RefusedRequest>> {
    let Grant { mut ask } = grant;
    let Ok(routes) = g.directory.routes().await else { return Err(ask.decline(Refusal::StoreUnavailable)) };
    let attempts =
        match domain::plan(&ask.exchange.known.key, ask.peek.model.as_deref(), &routes.upstreams, &routes.damaged) {
            Ok(attempts) => attempts,
            // On a fresh installation a client that asks what there is learns of the model that is always there.
            Err(PlanError::NoUpstream) if routes.upstreams.is_empty() && ask.lists_models() => vec![Attempt::Echo],
            Err(PlanError::NoUpstream) => return Err(ask.decline(Refusal::NoUpstream)),
            Err(PlanError::Damaged(id)) => {
                tracing::warn!(upstream = id, "a request was refused: its upstream's row does not verify");
                return Err(ask.decline(Refusal::UpstreamDamaged));
            }
            Err(PlanError::Denied(denial)) => return Err(ask.decline(refusal(denial))),
        };
    let destination = match attempts.first() {
        None => return Err(ask.decline(Refusal::NoUpstream)),
        Some(Attempt::Echo) => {
            let row = configured_echo(&ask.exchange.known.key, &routes.upstreams);
            let name = row.map_or(domain::plan::ECHO_MODEL, |upstream| &upstream.name);
            ask.exchange.settlement.goes_to(row.map(|upstream| upstream.id.clone()), name);
            Destination::Echo
        }
        Some(Attempt::Upstream(upstream)) => {
            ask.exchange.settlement.goes_to(Some(upstream.id.clone()), &upstream.name);
            let at = routes.upstreams.iter().position(|one| std::ptr::eq(one, *upstream)).unwrap_or_default();
            Destination::Upstream(RoutedUpstream { routes: routes.clone(), at })
        }
    };
    Ok(Plan { ask, destination })
}

/// The built-in upstream may have a row of its own; the log then names it.
fn configured_echo<'a>(key: &VirtualKey, upstreams: &'a [Upstream]) -> Option<&'a Upstream> {
    let reachable = || upstreams.iter().filter(|u| u.provider == Provider::Echo && may_reach(key, &u.id));
    reachable().find(|upstream| upstream.is_default).or_else(|| reachable().next())
}
