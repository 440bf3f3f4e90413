//! Batch writer (single writer): inserts closed rows from the spool into the database, with retries.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use domain::{KeyId, RequestLog, RequestLogRef, Timestamp};
use parking_lot::Mutex;

use super::spool::Spool;

/// Bytes of the spool that one transaction takes where they are read back: some hundred rows, in less than a millisecond.
const BATCH: usize = 128 * 1024;
/// After so many failures in a row the rows are tried one by one, to find one that the database will never take.
const SUSPICIOUS: u32 = 5;
/// Rows kept in memory when not even a CLOSE can be written.
const UNSPOOLED_MAX: usize = 10_000;
/// `last_used_at` of a key is written at most this often (K16).
const TOUCH: i64 = 60 * Timestamp::SECOND;

/// Where the rows go.
pub(crate) trait Sink: Send + Sync + 'static {
    /// Inserts the rows that are not there yet, all or none.
    fn insert(&self, rows: &[RequestLogRef<'_>]) -> impl Future<Output = Result<(), SinkError>> + Send;
    /// Notes when keys were last used.
    fn touch(&self, keys: &[(KeyId, Timestamp)]) -> impl Future<Output = Result<(), SinkError>> + Send;
}

/// The database did not take it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct SinkError(pub(crate) Box<dyn std::error::Error + Send + Sync>);

/// Rows whose CLOSE could not be written: they go to the database straight from memory.
pub(crate) type UnspooledRows = Mutex<VecDeque<(Option<u64>, Box<RequestLog>)>>;

/// Keeps a row in memory, bounded.
pub(crate) fn keep_unspooled(unspooled: &UnspooledRows, opened_in: Option<u64>, row: Box<RequestLog>) {
    let mut unspooled = unspooled.lock();
    if unspooled.len() < UNSPOOLED_MAX {
        unspooled.push_back((opened_in, row));
    } else {
        // Its OPEN stays in the spool and becomes an interrupted row at the next start.
        tracing::error!(request = %row.id, "a request's row is lost: neither spool nor database take it");
    }
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inserted {
    Whole,
    /// Without rows that the database never takes.
    InPart,
}

/// The writer's own memory.
pub(crate) struct BatchWriter<S> {
    spool: Arc<Spool>,
    unspooled: Arc<UnspooledRows>,
    sink: S,
    failures: u32,
    refused: HashSet<String>,
    touched: HashMap<KeyId, Timestamp>,
}

impl<S: Sink> BatchWriter<S> {
    /// A writer that has written nothing yet.
    pub(crate) fn new(spool: Arc<Spool>, unspooled: Arc<UnspooledRows>, sink: S) -> Self {
        Self { spool, unspooled, sink, failures: 0, refused: HashSet::new(), touched: HashMap::new() }
    }

    /// Moves everything that is closed by now, and perhaps more. On an error what is left stays in the spool.
    pub(crate) async fn drain(&mut self) -> Result<(), SinkError> {
        // What is closed meanwhile waits for the next time: a transaction for a handful of rows costs as much as one for many.
        let last = self.spool.last_closed();
        while let Some(batch) = self.spool.next_batch(BATCH) {
            let rows = batch.rows();
            // Each was read before, or written a moment ago; should one not be readable, its bytes are kept.
            if self.insert(&rows).await? == Inserted::InPart || rows.len() < batch.len() {
                self.spool.set_aside(&batch);
            }
            self.touch(&rows).await;
            self.spool.mark_inserted(&batch);
            if last.is_some_and(|last| batch.end() >= last) {
                break;
            }
        }
        self.rescue().await
    }

    /// How long to wait after the failures so far.
    pub(crate) fn retry_delay(&self) -> Duration {
        Duration::from_millis(100 << self.failures.min(6))
    }

    async fn insert(&mut self, rows: &[RequestLogRef<'_>]) -> Result<Inserted, SinkError> {
        let fine: Cow<'_, [RequestLogRef<'_>]> = if self.refused.is_empty() {
            rows.into()
        } else {
            rows.iter().filter(|row| !self.refused.contains(row.id)).copied().collect()
        };
        let taken = if fine.len() == rows.len() { Inserted::Whole } else { Inserted::InPart };
        if fine.is_empty() {
            return Ok(taken);
        }
        let Err(error) = self.sink.insert(&fine).await else {
            self.failures = 0;
            self.refused.clear();
            return Ok(taken);
        };
        self.failures += 1;
        if self.failures >= SUSPICIOUS && fine.len() > 1 {
            self.sift(&fine).await;
        }
        Err(error)
    }

    /// A row that fails while others pass would hold up everything behind it.
    async fn sift(&mut self, rows: &[RequestLogRef<'_>]) {
        let (mut witness, mut failed) = (None, Vec::new());
        for row in rows {
            match self.sink.insert(std::slice::from_ref(row)).await {
                Ok(()) => witness = Some(row),
                // The database is gone, not picky.
                Err(_) if witness.is_none() && failed.len() > 8 => return,
                Err(_) => failed.push(row),
            }
        }
        let Some(witness) = witness.map(std::slice::from_ref) else { return };
        for row in failed {
            // The database may have been away just then, and come back: a row is at fault only if another one passes
            // before it and after it. One that is there already changes nothing.
            if self.sink.insert(witness).await.is_err() {
                return;
            }
            let Err(error) = self.sink.insert(std::slice::from_ref(row)).await else { continue };
            if self.sink.insert(witness).await.is_err() {
                return;
            }
            tracing::error!(request = %row.id, error = %error.0, "the database refuses a request's row; its segment of the spool is set aside");
            self.refused.insert(row.id.to_owned());
        }
    }

    async fn touch(&mut self, rows: &[RequestLogRef<'_>]) {
        let mut latest: HashMap<&str, Timestamp> = HashMap::new();
        for row in rows {
            let at = latest.entry(row.key_id).or_insert(row.started_at);
            *at = row.started_at.max(*at);
        }
        let due: Vec<(KeyId, Timestamp)> = latest
            .into_iter()
            .filter_map(|(key, at)| key.parse().ok().map(|key: KeyId| (key, at)))
            .filter(|(key, at)| self.touched.get(key).is_none_or(|before| at.since(*before) >= TOUCH))
            .collect();
        if due.is_empty() {
            return;
        }
        match self.sink.touch(&due).await {
            Ok(()) => {
                let newest = due.iter().map(|(_, at)| *at).max().unwrap_or_default();
                self.touched.extend(due);
                self.touched.retain(|_, at| newest.since(*at) < TOUCH);
            }
            // The next request of the key tries again; the rows themselves are safe.
            Err(error) => tracing::warn!(error = %error.0, "when keys were last used could not be noted"),
        }
    }

    async fn rescue(&mut self) -> Result<(), SinkError> {
        let waiting = self.unspooled.lock().len();
        for _ in 0..waiting {
            let Some((opened_in, row)) = self.unspooled.lock().pop_front() else { return Ok(()) };
            if let Err(error) = self.sink.insert(&[row.borrowed()]).await {
                self.failures += 1;
                // To the end of the queue: should it be this very row, it holds up no other row.
                self.unspooled.lock().push_back((opened_in, row));
                return Err(error);
            }
            self.spool.inserted_without_close(opened_in);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "batch_writer_tests.rs"]
mod tests;
