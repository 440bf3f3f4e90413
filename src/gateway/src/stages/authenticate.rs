//! Stage `authenticate`: credential to lookup hash to directory.

use axum::body::Body;
use domain::Denial;
use http_body::Body as _;

use super::settle::{RefusedRequest, Settlement};
use crate::{
    credential::{self, BadCredential},
    exchange::Exchange,
    gateway::Gateway,
    incoming::IncomingRequest,
    refusal::Refusal,
};

/// A request of a known key, its body unread.
pub(crate) struct Caller {
    /// What goes along.
    pub exchange: Box<Exchange>,
    /// The body.
    pub body: Body,
}

/// Checks the head, then the credential. State and address of the key are checked here already, so that a key that
/// may do nothing has none of its bodies read.
pub(crate) async fn authenticate(g: &Gateway, incoming: IncomingRequest) -> Result<Caller, Box<RefusedRequest>> {
    let target = incoming.check().map_err(|refusal| RefusedRequest::anonymous(&incoming, refusal))?;
    let presented = credential::presented(&incoming.headers, &target, &g.key_format).map_err(|bad| {
        let refusal = match bad {
            BadCredential::Missing => Refusal::MissingApiKey,
            BadCredential::Malformed => Refusal::InvalidApiKey(None),
            BadCredential::Ambiguous => Refusal::AmbiguousCredentials,
            BadCredential::InUrl => Refusal::KeyInUrl,
        };
        RefusedRequest::anonymous(&incoming, refusal)
    })?;
    let (known, stream_guard) = match g.directory.find_key(&presented).await {
        Ok(Some(found)) => found,
        Ok(None) => return Err(RefusedRequest::anonymous(&incoming, Refusal::InvalidApiKey(None))),
        Err(_) => return Err(RefusedRequest::anonymous(&incoming, Refusal::StoreUnavailable)),
    };
    let settlement = Settlement::begin(g.ledger.journal().clone(), g.clock.clone(), &incoming, &target, &known);
    let IncomingRequest { id, started_at, method, headers, address, body, .. } = incoming;
    let exchange = Box::new(Exchange { known, stream_guard, settlement, id, method, target, headers, address });
    let ask = domain::AdmissionRequest { model: None, address };
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
    }
}
