//! In-memory queue of the rows closed last: as long as the database keeps up, nothing is read back from the disk.

use std::collections::VecDeque;

use super::{batch::Batch, format::Format};

/// Rows kept at most. Beyond them the spool itself is read, so memory is bounded however long the database is gone.
const MOST: usize = 16_384;
/// So many do not wait for more: twice as many would save little (bench/README.md).
const MANY: usize = 2048;

/// Either every CLOSE that is not in the database yet, in order, or some of the first of them.
pub(super) struct Recent {
    /// One for each segment.
    batches: VecDeque<Batch>,
    rows: usize,
    /// A CLOSE was not taken in, so those behind it are not either.
    behind: bool,
    /// Rows were taken, and their outcome is not known yet.
    out: bool,
}

impl Recent {
    /// Knows nothing. `behind`: the spool holds CLOSEs of an earlier process.
    pub(super) const fn new(behind: bool) -> Self {
        Self { batches: VecDeque::new(), rows: 0, behind, out: false }
    }

    /// Takes in the payload of a CLOSE if it has every one before it, and space. `end`: segment and place where it
    /// ends. `opened_in`: segment of its OPEN. Whether there are many just now.
    pub(super) fn push(&mut self, payload: &[u8], (segment, end): (u64, u64), opened_in: Option<u64>) -> bool {
        if self.behind || self.rows >= MOST {
            self.behind = true;
            return false;
        }
        if self.batches.back().is_none_or(|last| last.end().0 != segment) {
            self.batches.push_back(Batch::new(segment, Format::CURRENT));
        }
        if let Some(last) = self.batches.back_mut() {
            last.push(payload, opened_in);
            last.reaches(end);
        }
        self.rows += 1;
        self.rows == MANY
    }

    /// The first rows, all in one segment; none where the spool has to be read. Whoever takes them says
    /// [`Recent::mark_inserted`] before the next call, or they count as not inserted.
    pub(super) fn take(&mut self) -> Option<Batch> {
        if std::mem::take(&mut self.out) {
            self.forget();
        }
        let batch = self.batches.pop_front()?;
        self.rows -= batch.len();
        self.out = true;
        Some(batch)
    }

    /// What was taken is in the database.
    pub(super) fn mark_inserted(&mut self) {
        self.out = false;
    }

    /// Segment and end of the last CLOSE, if it is here.
    pub(super) fn last(&self) -> Option<(u64, u64)> {
        self.batches.back().filter(|_| !self.behind && !self.out).map(Batch::end)
    }

    /// Whether there are CLOSEs that only the spool has.
    pub(super) const fn is_behind(&self) -> bool {
        self.behind
    }

    fn forget(&mut self) {
        self.batches = VecDeque::new();
        self.rows = 0;
        self.behind = true;
    }

    /// Everything in the spool is in the database: from here on rows are taken in again.
    pub(super) fn caught_up(&mut self) {
        self.behind = false;
    }
}
