//! Ledger (append-only usage rows): every request of a known key leaves exactly one row, whatever happens to the
//! process (R1, R8).
//!
//! OPEN goes into the spool before a request is sent on, CLOSE with the whole row before the frame that completes the
//! answer is released. A single writer moves closed rows into the database. With [`crate::directory`] this is the only
//! place in the crate that knows the store.

mod append;
mod batch;
mod batch_writer;
mod error;
mod format;
mod journal;
mod recent;
mod record;
mod replay;
mod segment;
mod spool;
mod state;

use std::{path::Path, sync::Arc, time::Duration};

use domain::{KeyId, RequestLogRef, Timestamp};
use store::Store;
use tokio::sync::Mutex;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use journal::Durability;
pub(crate) use journal::{Committed, Journal, OpenReceipt, SpoolUnavailable};
pub(crate) use spool::Limits as SpoolSize;

use batch_writer::{BatchWriter, Sink, SinkError};
use spool::Spool;

/// A request's row is in the database after so long, if the database is there.
const GATHER: Duration = Duration::from_millis(150);
/// What a power cut may cost (R2).
const SYNC: Duration = Duration::from_secs(1);
/// How long shutdown waits for a database that does not answer; what is left stays in the spool.
const FAREWELL: Duration = Duration::from_secs(5);

/// Why the ledger could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("the request spool cannot be opened: {0}")]
pub struct LedgerError(#[from] error::OpenError);

/// The ledger of this process.
pub(crate) struct Ledger {
    journal: Arc<Journal>,
    batch_writer: Mutex<BatchWriter<Rows>>,
}

impl Ledger {
    /// Opens the spool, closes what an earlier process left open, and starts moving rows.
    pub(crate) fn start(
        dir: &Path,
        size: SpoolSize,
        durability: Durability,
        store: Store,
        tasks: &TaskTracker,
        shutdown: CancellationToken,
    ) -> Result<Arc<Self>, LedgerError> {
        let (spool, interrupted) = Spool::open(dir, size)?;
        if interrupted > 0 {
            tracing::warn!(
                requests = interrupted,
                "an earlier process ended with requests under way; their rows say so"
            );
        }
        let spool = Arc::new(spool);
        let journal = Arc::new(Journal::new(spool.clone(), durability));
        let batch_writer = Mutex::new(BatchWriter::new(spool, journal.unspooled.clone(), Rows(store)));
        let ledger = Arc::new(Self { journal, batch_writer });
        // What an earlier process left is inserted without waiting for a request.
        ledger.journal.news.notify_one();
        tasks.spawn(ledger.clone().keep_moving(shutdown.clone()));
        tasks.spawn(ledger.clone().keep_synced(tasks.clone(), shutdown));
        Ok(ledger)
    }

    /// Where requests write.
    pub(crate) const fn journal(&self) -> &Arc<Journal> {
        &self.journal
    }

    /// Waits until everything that is closed by now is in the database.
    pub(crate) async fn flushed(&self) {
        loop {
            let mut batch_writer = self.batch_writer.lock().await;
            match batch_writer.drain().await {
                Ok(()) => return,
                Err(_) => tokio::time::sleep(batch_writer.retry_delay()).await,
            }
        }
    }

    /// Moves what is left, and deletes the spool if nothing is. Without the database it stays for the next start.
    pub(crate) async fn stop(&self) {
        if tokio::time::timeout(FAREWELL, self.flushed()).await.is_err() {
            tracing::warn!("the database does not take the last rows; they stay in the spool for the next start");
        }
        self.journal.spool.sync();
        self.journal.spool.finish();
    }

    async fn keep_moving(self: Arc<Self>, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = self.journal.news.notified() => {}
            }
            loop {
                // Rows that come meanwhile share one transaction. What an earlier process left waits for nothing: one that
                // is killed again and again, soon after its start, would let the spool grow until it is full.
                if !self.journal.spool.is_behind() {
                    tokio::select! {
                        () = self.journal.spool.backlog.notified() => {}
                        () = tokio::time::sleep(GATHER) => {}
                    }
                }
                let mut batch_writer = self.batch_writer.lock().await;
                let Err(error) = batch_writer.drain().await else { break };
                let retry_delay = batch_writer.retry_delay();
                drop(batch_writer);
                tracing::warn!(error = %error.0, "request rows wait in the spool: the database does not take them");
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = tokio::time::sleep(retry_delay) => {}
                }
            }
        }
    }

    async fn keep_synced(self: Arc<Self>, tasks: TaskTracker, shutdown: CancellationToken) {
        let mut seconds = tokio::time::interval(SYNC);
        seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut prepares = true;
        loop {
            let spool = self.journal.spool.clone();
            // A disk may take its time; requests must not wait for it on the same thread.
            let synced = tasks.spawn_blocking(move || {
                spool.sync();
                if prepares {
                    spool.prepare();
                }
            });
            if synced.await.is_err() {
                tracing::error!("forcing the spool onto the disk failed half-way");
            }
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                _ = seconds.tick() => prepares = true,
                // Whoever asks while this one runs shares the next one: that is what makes commits a group's.
                () = self.journal.sync_asked() => prepares = false,
            }
        }
    }
}

/// The request rows in the database.
struct Rows(Store);

impl Sink for Rows {
    async fn insert(&self, rows: &[RequestLogRef<'_>]) -> Result<(), SinkError> {
        self.0.insert_requests(rows).await.map_err(|error| SinkError(error.into()))
    }

    async fn touch(&self, keys: &[(KeyId, Timestamp)]) -> Result<(), SinkError> {
        self.0.touch_keys(keys).await.map_err(|error| SinkError(error.into()))
    }
}

#[cfg(test)]
#[path = "ledger/power_cut_tests.rs"]
mod power_cut;

#[cfg(test)]
pub(crate) mod tests {
    use domain::RequestLog;

    use super::*;

    /// A row of a key.
    pub(crate) fn row(key: &KeyId, at: Timestamp) -> RequestLog {
        RequestLog { key_id: key.clone(), started_at: at, ..record::tests::row(1) }
    }
}
