//! Stage `authenticate`: credential to lookup hash to directory; then what the head alone decides.

use std::sync::Arc;

use axum::body::Body;
use domain::{Denial, Permission};
use http_body::Body as _;

use super::settle::{RefusedRequest, Settlement};
use crate::{
    credential::{self, BadCredential},
    exchange::Exchange,
    gateway::Gateway,
    headers,
    incoming::IncomingRequest,
    refusal::Refusal,
    target::TwoKeys,
};

/// A request of a known key, its body unread.
pub(crate) struct Caller {
    /// What goes along.
    pub exchange: Box<Exchange>,
    /// The body.
    pub body: Body,
}

/// Checks the head, then the credential, then state, address, permission and scope of the key.
pub(crate) async fn authenticate(g: &Gateway, incoming: IncomingRequest) -> Result<Caller, Box<RefusedRequest>> {
    let mut target = incoming.check(&g.config.hop).map_err(|refusal| RefusedRequest::anonymous(&incoming, refusal))?;
    let query_key = if g.config.gemini_query_key && target.dialect == domain::Dialect::Gemini {
        target.take_query_key()
    } else {
        Ok(None)
    };
    let presented = query_key
        .map_err(|TwoKeys| BadCredential::Ambiguous)
        .and_then(|key| credential::presented(&incoming.headers, &target, key.as_deref(), &g.key_format))
        .map_err(|bad| {
            let refusal = match bad {
                BadCredential::Missing => Refusal::MissingApiKey,
                BadCredential::Malformed => Refusal::InvalidApiKey(None),
                BadCredential::Ambiguous => Refusal::AmbiguousCredentials,
                BadCredential::InUrl => Refusal::KeyInUrl,
            };
            RefusedRequest::anonymous(&incoming, refusal)
        })?;
    let (known, stream_guard) = match g.directory.find_key(&presented, incoming.address).await {
        Ok(Some(found)) => found,
        Ok(None) => return Err(RefusedRequest::anonymous(&incoming, Refusal::InvalidApiKey(None))),
        Err(_) => return Err(RefusedRequest::anonymous(&incoming, Refusal::StoreUnavailable)),
    };
    let mut settlement = Settlement::begin(g, &incoming, &target, &known);
    settlement.names_session(headers::session(&incoming.headers));
    let IncomingRequest { id, started_at, method, headers, address, body, .. } = incoming;
    let exchange = Box::new(Exchange {
        known,
        stream_guard: Arc::new(stream_guard),
        settlement,
        id,
        method,
        target,
        headers,
        reservation: None,
        rates: Vec::new(),
    });
    let ask = domain::AdmissionRequest {
        address,
        permission: Permission::of_method(exchange.method.as_str()),
        scope: exchange.target.operation.scope,
    };
    match domain::admit(&exchange.known.key, &ask, started_at) {
        Ok(()) => Ok(Caller { exchange, body }),
        Err(denial) => Err(exchange.decline(refusal(denial), !body.is_end_stream())),
    }
}

/// The client's answer to a policy refusal.
pub(crate) fn refusal(denial: Denial) -> Refusal {
    match denial {
        Denial::NotActive(state) => Refusal::InvalidApiKey(Some(state)),
        Denial::Model(model) => Refusal::ModelNotAllowed(model),
        Denial::Address(_) => Refusal::IpNotAllowed,
        Denial::Upstream(_) => Refusal::UpstreamNotAllowed,
        Denial::Scope(scope) => Refusal::ScopeNotAllowed(scope),
        Denial::Permission(permission) => Refusal::PermissionNotAllowed(permission),
    }
}
