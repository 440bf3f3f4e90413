//! The exchange: one request of a known key on its way through the stages.

use std::{net::IpAddr, sync::Arc};

use http::{HeaderMap, Method};

use crate::{
    directory::{KnownKey, Watch},
    refusal::Refusal,
    stages::settle::{Declined, Settlement},
    target::Target,
};

/// What all later stages carry along, boxed: it goes through many hands.
pub(crate) struct Exchange {
    /// The key.
    pub known: Arc<KnownKey>,
    /// Ends with the key.
    pub watch: Watch,
    /// The row on its way.
    pub settlement: Settlement,
    /// The request's id.
    pub id: domain::RequestId,
    /// The method.
    pub method: Method,
    /// The checked target.
    pub target: Target,
    /// The client's fields.
    pub headers: HeaderMap,
    /// The client's address.
    pub address: IpAddr,
}

impl Exchange {
    /// A refusal of this request. `unread`: part of it is still on the wire.
    pub(crate) fn decline(self, refusal: Refusal, unread: bool) -> Box<Declined> {
        Box::new(Declined { id: self.id, refusal, settlement: Some(self.settlement), unread })
    }
}
