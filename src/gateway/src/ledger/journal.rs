//! The writing half of the ledger: what requests see of it. It never waits.

use std::sync::Arc;

use domain::RequestLog;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{
    pump::{self, Stranded},
    spool::{AppendError, Spool},
};

/// A request cannot be noted, so it must not be sent on.
#[derive(Debug, thiserror::Error)]
#[error("the request cannot be noted: {0}")]
pub(crate) struct NotNoted(#[from] AppendError);

/// Proof that a request's OPEN is in the spool. Whoever holds it owes the CLOSE.
#[derive(Debug)]
pub(crate) struct Ticket {
    opened_in: u64,
}

/// Where requests note that they begin and end.
pub(crate) struct Journal {
    pub(super) spool: Arc<Spool>,
    pub(super) stranded: Arc<Stranded>,
    pub(super) news: Notify,
}

impl Journal {
    /// A journal over a spool.
    pub(crate) fn new(spool: Arc<Spool>) -> Self {
        Self { spool, stranded: Arc::new(Mutex::default()), news: Notify::new() }
    }

    /// Notes that a request is about to be sent on. `reservation_nano`: what is set aside for it, nano-dollars.
    pub(crate) fn open(&self, row: &RequestLog, reservation_nano: Option<i64>) -> Result<Ticket, NotNoted> {
        Ok(Ticket { opened_in: self.spool.opened(row, reservation_nano)? })
    }

    /// Notes that a request is over. `None` for one that was refused before it had a ticket.
    pub(crate) fn close(&self, ticket: Option<&Ticket>, row: Box<RequestLog>) {
        let opened_in = ticket.map(|ticket| ticket.opened_in);
        if let Err((error, row)) = self.spool.close(opened_in, row) {
            tracing::error!(request = %row.id, %error, "a request's end is kept in memory only");
            pump::strand(&self.stranded, opened_in, row);
        }
        self.news.notify_one();
    }

    /// What is closed and not moved yet.
    #[cfg(test)]
    pub(crate) fn next_batch(&self) -> Option<super::spool::Batch> {
        self.spool.next_batch(1 << 20)
    }

    /// Whether new requests can be noted.
    pub(crate) fn writable(&self) -> bool {
        self.spool.writable()
    }
}
