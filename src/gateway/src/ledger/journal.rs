//! Journal (write-ahead interface of the ledger): where requests record that they begin and end. It waits only where
//! durability is strict.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use cork::Gate;
use domain::RequestLog;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{
    batch_writer::{self, UnspooledRows},
    error::AppendError,
    spool::Spool,
    state::When,
};

/// How long a request waits for the disk.
const DISK_TIMEOUT: Duration = Duration::from_secs(5);

/// What a power cut may cost (R2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// What was noted within the last second. `kill -9` costs nothing.
    #[default]
    Normal,
    /// Nothing: a request is sent on when its OPEN is on the disk, and its answer ends when its CLOSE is.
    Strict,
}

/// A request cannot be noted, so it must not be sent on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpoolUnavailable {
    /// The spool does not take it.
    #[error("the request cannot be noted: {0}")]
    Append(#[from] AppendError),
    /// The disk does not take it.
    #[error("the request's note is not on the disk yet")]
    Late,
}

/// Resolves when a record is on the disk, with `false` where that takes too long.
pub(crate) type Committed = Pin<Box<dyn Future<Output = bool> + Send + Sync>>;

/// Proof that a request's OPEN is in the spool. Whoever has it owes the CLOSE.
#[derive(Debug)]
pub(crate) struct OpenReceipt {
    opened_in: u64,
    seq: u64,
}

/// Where requests note that they begin and end.
pub(crate) struct Journal {
    pub(super) spool: Arc<Spool>,
    pub(super) unspooled: Arc<UnspooledRows>,
    pub(super) news: Notify,
    durability: Durability,
    sync_wanted: Arc<Notify>,
    /// The last request could not be noted.
    refusing: AtomicBool,
}

impl Journal {
    /// A journal over a spool.
    pub(crate) fn new(spool: Arc<Spool>, durability: Durability) -> Self {
        let unspooled = Arc::new(Mutex::default());
        Self {
            spool,
            unspooled,
            news: Notify::new(),
            durability,
            sync_wanted: Arc::default(),
            refusing: AtomicBool::new(false),
        }
    }

    /// Notes that a request is about to be sent on. `reservation_nano`: what is set aside for it, nano-dollars.
    pub(crate) fn open(
        &self,
        row: &RequestLog,
        reservation_nano: Option<i64>,
    ) -> Result<OpenReceipt, SpoolUnavailable> {
        let opened = self.spool.opened(self.when(), row, reservation_nano);
        let receipt = opened
            .map(|place| OpenReceipt { opened_in: place.segment, seq: place.seq })
            .map_err(SpoolUnavailable::from);
        // Strict, it is noted only when it is on the disk.
        if receipt.is_err() || self.durability == Durability::Normal { self.log_transition(receipt) } else { receipt }
    }

    /// Says in the log when requests begin to be refused and when they are taken again: not for each of thousands.
    fn log_transition<T>(&self, noted: Result<T, SpoolUnavailable>) -> Result<T, SpoolUnavailable> {
        match &noted {
            Err(error) if !self.refusing.swap(true, Ordering::Relaxed) => {
                tracing::error!(%error, "requests are refused because they cannot be noted");
            }
            Ok(_) if self.refusing.load(Ordering::Relaxed) && self.refusing.swap(false, Ordering::Relaxed) => {
                tracing::warn!("requests are noted again, and taken");
            }
            _ => {}
        }
        noted
    }

    /// Waits until the OPEN is on the disk, where that was asked for.
    pub(crate) async fn opened(&self, receipt: &OpenReceipt) -> Result<(), SpoolUnavailable> {
        let Some(committed) = self.committed(receipt.seq) else { return Ok(()) };
        self.log_transition(if committed.await { Ok(()) } else { Err(SpoolUnavailable::Late) })
    }

    /// Notes that a request is over. `receipt` is none for one that was refused before it had any. What comes back is
    /// to be waited for before the client may know that it is over.
    pub(crate) fn close(&self, receipt: Option<&OpenReceipt>, row: Box<RequestLog>) -> Option<Committed> {
        let opened_in = receipt.map(|receipt| receipt.opened_in);
        let closed = self.spool.close(self.when(), opened_in, &row);
        self.news.notify_one();
        match closed {
            Ok(place) => self.committed(place.seq),
            Err(error) => {
                tracing::error!(request = %row.id, %error, "a request's end is kept in memory only");
                batch_writer::keep_unspooled(&self.unspooled, opened_in, row);
                // What is on no disk is nothing that a client may count on.
                (self.durability == Durability::Strict).then(|| -> Committed { Box::pin(std::future::ready(false)) })
            }
        }
    }

    /// Strict requests wait for the disk anyway, together.
    const fn when(&self) -> When {
        match self.durability {
            Durability::Normal => When::Together,
            Durability::Strict => When::Now,
        }
    }

    /// Whether a request's OPEN can be written; if not, nothing of it was sent on.
    pub(crate) fn is_noted(&self, receipt: &OpenReceipt) -> bool {
        self.spool.write_waiting().is_ok() || self.spool.is_written(receipt.seq)
    }

    /// Requests are sent on when their OPENs are written.
    pub(crate) fn requests_gate(&self) -> Arc<dyn Gate> {
        Arc::new(RequestsGate(self.spool.clone()))
    }

    /// Answers end when their CLOSEs are written, or known not to be: then they are in memory.
    pub(crate) fn answers_gate(&self) -> Arc<dyn Gate> {
        Arc::new(AnswersGate(self.spool.clone()))
    }

    /// What is closed and not in the database yet.
    #[cfg(test)]
    pub(crate) fn next_batch(&self) -> Option<super::batch::Batch> {
        self.spool.next_batch(1 << 20)
    }

    /// Whether new requests can be noted.
    pub(crate) fn writable(&self) -> bool {
        self.spool.writable()
    }

    /// Waits until a request waits for the disk.
    pub(super) async fn sync_asked(&self) {
        self.sync_wanted.notified().await;
    }

    fn committed(&self, seq: u64) -> Option<Committed> {
        if self.durability == Durability::Normal {
            return None;
        }
        let mut synced = self.spool.synced();
        self.sync_wanted.notify_one();
        Some(Box::pin(async move {
            let reached = synced.wait_for(|synced| *synced >= seq);
            matches!(tokio::time::timeout(DISK_TIMEOUT, reached).await, Ok(Ok(_)))
        }))
    }
}

struct RequestsGate(Arc<Spool>);

impl Gate for RequestsGate {
    fn pass(&self) -> io::Result<()> {
        self.0.write_waiting()
    }
}

struct AnswersGate(Arc<Spool>);

impl Gate for AnswersGate {
    fn pass(&self) -> io::Result<()> {
        // A disk failure does not concern the client: what could not be written is in memory, and the log says so.
        let _ = self.0.write_waiting();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tempfile::TempDir;

    use super::*;
    use crate::ledger::{record::tests::row, spool::Limits};

    fn journal(durability: Durability) -> (Journal, TempDir) {
        let dir = TempDir::new().unwrap();
        let (spool, _) = Spool::open(dir.path(), Limits { segment: 1 << 16, total: 1 << 20 }).unwrap();
        (Journal::new(Arc::new(spool), durability), dir)
    }

    #[tokio::test]
    async fn strict_requests_wait_for_the_disk_and_share_a_sync() {
        let (journal, _dir) = journal(Durability::Strict);
        let receipts: Vec<OpenReceipt> = (0..3).map(|n| journal.open(&row(n), None).unwrap()).collect();
        let mut opened: Vec<_> = receipts.iter().map(|receipt| Box::pin(journal.opened(receipt))).collect();
        assert!(opened.iter_mut().all(|waiting| waiting.as_mut().now_or_never().is_none()));
        journal.sync_asked().await;
        journal.spool.sync();
        for waiting in opened {
            waiting.now_or_never().expect("one sync is enough for all").unwrap();
        }
        let mut closed = journal.close(Some(&receipts[0]), Box::new(row(0))).expect("there is something to wait for");
        assert!(closed.as_mut().now_or_never().is_none());
        journal.spool.sync();
        assert_eq!(closed.now_or_never(), Some(true));
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_does_not_answer_refuses() {
        let (journal, _dir) = journal(Durability::Strict);
        let receipt = journal.open(&row(1), None).unwrap();
        assert!(matches!(journal.opened(&receipt).await, Err(SpoolUnavailable::Late)));
    }

    #[tokio::test]
    async fn what_is_in_memory_alone_is_not_committed() {
        let (journal, dir) = journal(Durability::Strict);
        let receipt = journal.open(&row(1), None).unwrap();
        // No other segment can be made.
        std::fs::remove_dir_all(dir.path()).unwrap();
        let mut last = None;
        for _ in 0..1000 {
            last = journal.close(Some(&receipt), Box::new(row(1)));
            if !journal.unspooled.lock().is_empty() {
                break;
            }
        }
        assert_eq!(journal.unspooled.lock().len(), 1);
        assert_eq!(last.expect("there is something to wait for").now_or_never(), Some(false));
    }

    #[tokio::test]
    async fn others_wait_for_nothing() {
        let (journal, _dir) = journal(Durability::Normal);
        let receipt = journal.open(&row(1), None).unwrap();
        journal.opened(&receipt).now_or_never().unwrap().unwrap();
        assert!(journal.close(Some(&receipt), Box::new(row(1))).is_none());
    }
}
