//! Checkpoints of a running job: each renews the lease and says how far the work is.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use domain::{JobRun, Timestamp};

use crate::{Control, Error, Result};

/// Rows that a job takes at once, so that an administrator's change never waits long behind it.
pub(crate) const BATCH: i64 = 200;
/// So long a lease holds without a sign of life.
pub(crate) const LEASE: i64 = 60 * Timestamp::SECOND;

/// How far a run is.
pub struct Progress {
    pub(super) control: Control,
    pub(super) run: JobRun,
    pub(super) lease: String,
    pub(super) holder: String,
    pub(super) stopping: Arc<AtomicBool>,
    pub(super) interrupted: bool,
}

impl Progress {
    /// Where an earlier attempt left off, as it reported to [`Progress::advance`].
    pub fn checkpoint(&self) -> Option<&str> {
        self.run.checkpoint.as_deref()
    }

    /// Things done so far, earlier attempts among them.
    pub const fn done(&self) -> i64 {
        self.run.done
    }

    /// Says how many things there are to do.
    pub const fn expect(&mut self, total: i64) {
        self.run.total = Some(total);
    }

    /// After each batch: `done` more things are done, and an attempt that takes over goes on at `checkpoint`. An error
    /// means to stop at once: the process ends, or another node has taken over.
    pub async fn advance(&mut self, done: i64, checkpoint: Option<String>) -> Result<()> {
        self.run.done += done;
        self.run.checkpoint = checkpoint;
        self.renew().await?;
        self.control.store().update_job_run(&self.run).await?;
        if self.stopping.load(Ordering::Acquire) {
            self.interrupted = true;
            return Err(interruption());
        }
        Ok(())
    }

    /// Deletes in batches until one is not full: `batch` removes at most so many rows and says how many it did.
    pub(crate) async fn in_batches<F>(&mut self, mut batch: impl FnMut(i64) -> F + Send) -> Result<i64>
    where
        F: Future<Output = store::Result<u64>> + Send,
    {
        loop {
            let removed = i64::try_from(batch(BATCH).await?).unwrap_or(BATCH);
            self.advance(removed, None).await?;
            if removed < BATCH {
                return Ok(self.done());
            }
        }
    }

    pub(super) async fn renew(&mut self) -> Result<()> {
        let until = self.control.now().plus(LEASE);
        if self.control.store().renew_lease(&self.lease, &self.holder, until).await? {
            return Ok(());
        }
        self.interrupted = true;
        Err(interruption())
    }
}

fn interruption() -> Error {
    Error::conflict("job_interrupted", "the run was interrupted and is taken up again")
}
