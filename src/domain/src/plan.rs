//! Routing decision: where an admitted request may go.

use crate::{Catalog, Denial, Dialect, ModelRoute, Upstream, VirtualKey, admit::may_reach};

/// The model that the built-in upstream answers.
pub const ECHO_MODEL: &str = "echo";

/// What there is to choose from.
#[derive(Clone, Copy, Debug)]
pub struct Landscape<'a> {
    /// The upstreams whose rows verify.
    pub upstreams: &'a [Upstream],
    /// Those whose rows do not.
    pub damaged: &'a [DamagedUpstream],
    /// The model routes.
    pub routes: &'a [ModelRoute],
    /// The providers.
    pub catalog: &'a Catalog,
}

/// Where a request may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination<'a> {
    /// To an upstream, under the model's own name. It is never rested, and its answers pass as they come.
    Upstream(&'a Upstream),
    /// Along a route: positions of its deployments that the key may use and that speak the dialect.
    Route(&'a ModelRoute, Vec<usize>),
    /// To the built-in upstream, which needs no configuration.
    Echo,
}

/// Why there is nowhere to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// No upstream that speaks this dialect is configured for it.
    NoUpstream(Dialect),
    /// The one it would go to is damaged: its row does not verify. The id as it stands there.
    Damaged(String),
    /// The key may not reach the one it would go to.
    Denied(Denial),
}

/// An upstream whose row does not verify: it is never called, and no other upstream takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedUpstream {
    /// Its id, as it stands in the row.
    pub id: String,
    /// The dialects in which the row says that it is the default.
    pub default_for: Vec<Dialect>,
}

/// Model `echo` goes to the built-in upstream; the name of a route along it; everything else to the first of the key's own
/// upstreams that speaks the dialect (the default one if it is among them), else to the dialect's default.
pub fn plan<'a>(
    key: &VirtualKey,
    dialect: Dialect,
    model: Option<&str>,
    land: &Landscape<'a>,
) -> Result<Destination<'a>, PlanError> {
    if model == Some(ECHO_MODEL) {
        let mut configured = land.upstreams.iter().filter(|u| u.provider.is_echo());
        let allowed = key.policy.allowed_upstreams.is_empty() || configured.any(|u| may_reach(key, &u.id));
        return if allowed {
            Ok(Destination::Echo)
        } else {
            Err(PlanError::Denied(Denial::Upstream(ECHO_MODEL.to_owned())))
        };
    }
    if let Some(route) = model.and_then(|name| land.routes.iter().find(|route| route.name == name)) {
        return along(key, dialect, route, land);
    }
    let speaks = |upstream: &Upstream| {
        land.catalog
            .get(&upstream.provider)
            .is_some_and(|provider| upstream.provider.is_echo() || provider.root(dialect, &upstream.base_url).is_some())
    };
    let default = land.upstreams.iter().find(|u| u.is_default_for(dialect));
    let allowed = &key.policy.allowed_upstreams;
    let chosen = if allowed.is_empty() {
        let claims = || land.damaged.iter().find(|row| row.default_for.contains(&dialect));
        default.ok_or_else(|| claims().or_else(|| land.damaged.first()))
    } else if let Some(upstream) = default.filter(|u| may_reach(key, &u.id)) {
        Ok(upstream)
    } else {
        let first = allowed.iter().find_map(|id| {
            let sound = land.upstreams.iter().find(|u| u.id == *id);
            match sound {
                Some(upstream) => speaks(upstream).then_some(Ok(upstream)),
                None => land.damaged.iter().find(|row| row.id == id.as_str()).map(|row| Err(Some(row))),
            }
        });
        first.unwrap_or(Err(None))
    };
    match chosen {
        Ok(upstream) if upstream.provider.is_echo() => Ok(Destination::Echo),
        // A provider file that went away, or one that speaks less than it did.
        Ok(upstream) if !speaks(upstream) => Err(PlanError::Damaged(upstream.id.to_string())),
        Ok(upstream) => Ok(Destination::Upstream(upstream)),
        Err(Some(row)) => Err(PlanError::Damaged(row.id.clone())),
        // A key whose upstreams are all deleted must not fall through to the default one.
        Err(None) => Err(PlanError::NoUpstream(dialect)),
    }
}

fn along<'a>(
    key: &VirtualKey,
    dialect: Dialect,
    route: &'a ModelRoute,
    land: &Landscape<'a>,
) -> Result<Destination<'a>, PlanError> {
    let (mut found, mut denied, mut damaged) = (Vec::new(), None, None);
    for (at, deployment) in route.deployments.iter().enumerate() {
        let Some(upstream) = land.upstreams.iter().find(|u| u.id == deployment.upstream) else {
            let row = land.damaged.iter().find(|row| row.id == deployment.upstream.as_str());
            damaged = damaged.or_else(|| row.map(|row| row.id.clone()));
            continue;
        };
        if !may_reach(key, &upstream.id) {
            denied.get_or_insert_with(|| Denial::Upstream(upstream.name.clone()));
        } else if land.catalog.get(&upstream.provider).is_some_and(|p| p.root(dialect, &upstream.base_url).is_some()) {
            found.push(at);
        }
    }
    match (found.is_empty(), denied, damaged) {
        (false, ..) => Ok(Destination::Route(route, found)),
        (true, Some(denial), _) => Err(PlanError::Denied(denial)),
        (true, None, Some(id)) => Err(PlanError::Damaged(id)),
        (true, None, None) => Err(PlanError::NoUpstream(dialect)),
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
