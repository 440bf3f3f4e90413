//! Stage `plan`: the domain's routing decision over the cached routes.

use std::sync::Arc;

use domain::{Dialect, PlanError, Upstream, VirtualKey, admit::may_reach};
use http::Method;
use providers::Kind;

use super::{authenticate::refusal, parse::ParsedRequest, settle::RefusedRequest};
use crate::{directory::Routes, gateway::Gateway, refusal::Refusal};

/// Where a request goes.
pub(crate) enum Way {
    /// To one upstream, by its position, under the model's own name.
    Upstream(usize),
    /// Along a route, by its position, to one of these of its deployments.
    Route(usize, Vec<usize>),
    /// To the built-in one.
    Echo,
    /// To no one: the names of model routes are all there is to list.
    Listed,
}

/// A request with its way.
pub(crate) struct Plan {
    /// What is asked.
    pub ask: ParsedRequest,
    /// The routes that the positions are of.
    pub routes: Arc<Routes>,
    /// Where to.
    pub way: Way,
}

/// Asks the domain where to.
pub(crate) async fn plan(g: &Gateway, mut ask: ParsedRequest) -> Result<Plan, Box<RefusedRequest>> {
    let Ok(routes) = g.directory.routes().await else { return Err(ask.decline(Refusal::StoreUnavailable)) };
    let dialect = ask.exchange.target.dialect;
    let operation = ask.operation();
    let asked_for = ask.model.as_deref().filter(|_| operation.kind != Kind::Models);
    let way = match domain::plan(&ask.exchange.known.key, dialect, asked_for, &routes.landscape()) {
        Ok(domain::Destination::Echo) => Way::Echo,
        Ok(domain::Destination::Upstream(upstream)) => Way::Upstream(position(&routes.upstreams, upstream)),
        // What a route is made of is nothing for clients to know: it is a model of ours.
        Ok(domain::Destination::Route(..)) if operation.lists_models() => Way::Listed,
        Ok(domain::Destination::Route(route, deployments)) => Way::Route(position(&routes.models, route), deployments),
        Err(PlanError::NoUpstream(_)) if lists(&ask) && !routes.models.is_empty() => Way::Listed,
        // On a fresh installation a client that asks what there is learns of the model that is always there.
        Err(PlanError::NoUpstream(_)) if routes.upstreams.is_empty() && lists(&ask) => Way::Echo,
        Err(PlanError::NoUpstream(dialect)) => return Err(ask.decline(Refusal::NoUpstream(dialect))),
        Err(PlanError::Damaged(id)) => {
            tracing::warn!(upstream = id, "a request was refused: its upstream's row does not verify");
            return Err(ask.decline(Refusal::UpstreamDamaged));
        }
        Err(PlanError::Denied(denial)) => return Err(ask.decline(refusal(denial))),
    };
    match &way {
        Way::Echo => {
            let row = configured_echo(&ask.exchange.known.key, dialect, &routes.upstreams);
            let name = row.map_or(domain::plan::ECHO_MODEL, |upstream| &upstream.name);
            ask.exchange.settlement.goes_to(row.map(|upstream| upstream.id.clone()), name);
        }
        Way::Upstream(at) => {
            let upstream = &routes.upstreams[*at];
            ask.exchange.settlement.goes_to(Some(upstream.id.clone()), &upstream.name);
        }
        Way::Route(..) | Way::Listed => {}
    }
    Ok(Plan { ask, routes, way })
}

fn lists(ask: &ParsedRequest) -> bool {
    ask.operation().lists_models() && ask.exchange.method == Method::GET
}

/// Where an item that was found in a list stands in it.
fn position<T>(all: &[T], found: &T) -> usize {
    all.iter().position(|one| std::ptr::eq(one, found)).unwrap_or_default()
}

/// The built-in upstream may have a row of its own; the log then names it.
fn configured_echo<'a>(key: &VirtualKey, dialect: Dialect, upstreams: &'a [Upstream]) -> Option<&'a Upstream> {
    let reachable = || upstreams.iter().filter(|u| u.provider.is_echo() && may_reach(key, &u.id));
    reachable().find(|upstream| upstream.is_default_for(dialect)).or_else(|| reachable().next())
}
