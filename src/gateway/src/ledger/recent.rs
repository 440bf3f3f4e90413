//! The rows that were closed last, in memory: as long as the database keeps up, nothing is read back from the disk.

use std::collections::VecDeque;

use domain::RequestLog;

/// Rows kept at most. Beyond them the spool itself is read, so memory is bounded however long the database is gone.
const MOST: usize = 8_192;
/// So many do not wait for more: twice as many would save little, and take some MB more (bench/README.md).
const MANY: usize = 2048;

/// A row whose CLOSE is in the spool.
pub(super) struct Closed {
    /// Segment of the CLOSE.
    pub(super) segment: u64,
    /// Where the CLOSE ends in it.
    pub(super) end: u64,
    /// Segment of the OPEN, if there is one.
    pub(super) opened_in: Option<u64>,
    /// The row.
    pub(super) row: Box<RequestLog>,
}

/// Either every CLOSE that is not in the database yet, in order, or some of the first of them.
pub(super) struct Recent {
    rows: VecDeque<Closed>,
    /// A CLOSE was not taken in, so those behind it are not either.
    behind: bool,
    /// Rows were taken, and nobody has said yet what became of them.
    out: bool,
}

impl Recent {
    /// Knows nothing. `behind`: the spool holds CLOSEs of an earlier process.
    pub(super) const fn new(behind: bool) -> Self {
        Self { rows: VecDeque::new(), behind, out: false }
    }

    /// Takes in a row if it has every row before it, and room. Whether there are many just now.
    pub(super) fn push(&mut self, closed: Closed) -> bool {
        if self.behind || self.rows.len() >= MOST {
            self.behind = true;
            return false;
        }
        self.rows.push_back(closed);
        self.rows.len() == MANY
    }

    /// The first rows, all in one segment; empty where the spool has to be read. Whoever takes them says
    /// [`Recent::moved`] before the next call, or they count as not moved.
    pub(super) fn take(&mut self) -> Vec<Closed> {
        if std::mem::take(&mut self.out) {
            self.forget();
        }
        let Some(first) = self.rows.front() else { return Vec::new() };
        let segment = first.segment;
        let of_segment = self.rows.iter().take_while(|closed| closed.segment == segment).count();
        self.out = true;
        self.rows.drain(..of_segment).collect()
    }

    /// What was taken is in the database.
    pub(super) fn moved(&mut self) {
        self.out = false;
    }

    /// Segment and end of the last CLOSE, if it is here.
    pub(super) fn last(&self) -> Option<(u64, u64)> {
        self.rows.back().filter(|_| !self.behind && !self.out).map(|closed| (closed.segment, closed.end))
    }

    /// Whether there are CLOSEs that only the spool has.
    pub(super) const fn is_behind(&self) -> bool {
        self.behind
    }

    fn forget(&mut self) {
        self.rows = VecDeque::new();
        self.behind = true;
    }

    /// Everything in the spool is in the database: from here on rows are taken in again.
    pub(super) fn caught_up(&mut self) {
        self.behind = false;
    }
}
