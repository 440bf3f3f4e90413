//! Request state: one request of a known key on its way through the stages.

use std::sync::Arc;

use domain::LineState;
use http::{HeaderMap, Method};

use crate::{
    claims::Reservation,
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
    pub stream_guard: Arc<StreamGuard>,
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
    /// Its place among those under way of the key, where that is limited.
    pub reservation: Option<Reservation>,
    /// What is left of the key's limits.
    pub rates: Vec<LineState>,
}

impl Exchange {
    /// A refusal of this request. `unread`: part of it is still on the wire.
    pub(crate) fn decline(self, refusal: Refusal, unread: bool) -> Box<RefusedRequest> {
        Box::new(RefusedRequest {
            id: self.id,
            dialect: self.target.dialect,
            refusal,
            settlement: Some(self.settlement),
            unread,
            rates: self.rates,
        })
    }
}
