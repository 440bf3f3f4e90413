//! Who asks: credential to lookup hash to directory.

use axum::body::Body;
use domain::Denial;
use http_body::Body as _;

use super::settle::{Declined, Settlement};
use crate::{
    arrival::Arrival,
    credential::{self, BadCredential},
    exchange::Exchange,
    gateway::Gateway,
    refusal::Refusal,
};

/// A request of somebody known, its body unread.
pub(crate) struct Caller {
    /// What goes along.
    pub exchange: Box<Exchange>,
    /// The body.
    pub body: Body,
}

/// Checks the door, then the credential. State and address of the key are checked here already, so that a key that
/// may nothing makes nobody read its bodies.
pub(crate) async fn authenticate(g: &Gateway, arrival: Arrival) -> Result<Caller, Box<Declined>> {
    let target = arrival.check().map_err(|refusal| Declined::stranger(&arrival, refusal))?;
    let presented = credential::presented(&arrival.headers, &target, &g.key_format).map_err(|bad| {
        let refusal = match bad {
            BadCredential::Missing => Refusal::MissingApiKey,
            BadCredential::Malformed => Refusal::InvalidApiKey(None),
            BadCredential::Ambiguous => Refusal::AmbiguousCredentials,
            BadCredential::InUrl => Refusal::KeyInUrl,
        };
        Declined::stranger(&arrival, refusal)
    })?;
    let (known, watch) = match g.directory.find_key(&presented).await {
        Ok(Some(found)) => found,
        Ok(None) => return Err(Declined::stranger(&arrival, Refusal::InvalidApiKey(None))),
        Err(_) => return Err(Declined::stranger(&arrival, Refusal::StoreUnavailable)),
    };
    let settlement = Settlement::begin(g.ledger.journal().clone(), g.clock.clone(), &arrival, &target, &known);
    let Arrival { id, started_at, method, headers, address, body, .. } = arrival;
    let exchange = Box::new(Exchange { known, watch, settlement, id, method, target, headers, address });
    let ask = domain::Ask { model: None, address };
    match domain::admit(&exchange.known.key, &ask, started_at) {
        Ok(()) => Ok(Caller { exchange, body }),
        Err(denial) => Err(exchange.decline(refusal(denial), !body.is_end_stream())),
    }
}

/// What the client hears of a policy's no.
pub(crate) fn refusal(denial: Denial) -> Refusal {
    match denial {
        Denial::NotActive(state) => Refusal::InvalidApiKey(Some(state)),
        Denial::Model(model) => Refusal::ModelNotAllowed(model),
        Denial::Address(_) => Refusal::IpNotAllowed,
        Denial::Upstream(_) => Refusal::UpstreamNotAllowed,
    }
}
