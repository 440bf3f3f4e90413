//! What the spool hands to the writer.

use domain::RequestLog;

/// Closed rows on their way into the database.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The rows, each with the segment of its OPEN.
    pub(crate) closed: Vec<(Option<u64>, Box<RequestLog>)>,
    /// Segment of the last CLOSE.
    pub(super) segment: u64,
    /// Up to here in it everything is in this batch or an earlier one.
    pub(super) next: u64,
}

impl Batch {
    /// Segment and place in it up to which everything is in this batch or an earlier one.
    pub(crate) const fn end(&self) -> (u64, u64) {
        (self.segment, self.next)
    }
}
