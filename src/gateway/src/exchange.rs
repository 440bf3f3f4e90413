//! Request state: one request of a known key on its way through the stages.

use std::{net::IpAddr, sync::Arc};

use http::{HeaderMap, Method};

use crate::{
    directory::{CachedKey, StreamGuard},
    refusal::Refusal,
    stages::settle::{RefusedRequest, Settlement},
    target::Target,
};

/// What all later stages carry along, boxed: it goes through many hands.
pub(crate) struct Exchange {
    /// The key.
    pub known: Arc<CachedKey>,
    /// Ends with the key.
    pub stream_guard: StreamGuard,
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
    pub(crate) fn decline(self, refusal: Refusal, unread: bool) -> Box<RefusedRequest> {
        Box::new(RefusedRequest { id: self.id, refusal, settlement: Some(self.settlement), unread })
    }
}
