//! Spool bookkeeping: what is in memory of the segments.

use std::{collections::BTreeMap, fs::File, io, os::unix::fs::FileExt as _, sync::Arc};

use super::{format::Format, recent::Recent, segment};

/// When a record is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Before the call returns.
    Now,
    /// With others: at [`super::spool::Spool::write_waiting`] or with the next record that is written at once, whichever
    /// comes first. Where the disk fails, or rows are read back from it, it is [`When::Now`] all the same.
    Together,
}

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The segment.
    pub segment: u64,
    /// Its end in it.
    pub end: u64,
    /// Its sequence number.
    pub seq: u64,
}

/// The segments, and what is known of them.
pub(super) struct State {
    pub(super) segments: BTreeMap<u64, Segment>,
    pub(super) active: u64,
    pub(super) next_number: u64,
    pub(super) next_seq: u64,
    pub(super) spare: Option<(u64, Arc<File>)>,
    pub(super) directory_changed: bool,
    pub(super) finished: bool,
    pub(super) recent: Recent,
    /// Records at the end of the segment in use that are not written yet.
    pub(super) tail: Vec<u8>,
    /// Up to here records are written.
    pub(super) written_seq: u64,
}

/// A segment as the spool keeps it in mind.
pub(super) struct Segment {
    pub(super) file: Arc<File>,
    /// How its records are encoded.
    pub(super) format: Format,
    /// Where its frames end.
    pub(super) end: u64,
    /// Up to here everything is in the database.
    pub(super) inserted: u64,
    /// OPENs whose CLOSE is not in the database.
    pub(super) open: u64,
    /// Something in it cannot be read: it is set aside, not deleted.
    pub(super) damaged: bool,
    /// Not all of it is on the disk for certain.
    pub(super) written_since_sync: bool,
    /// The disk failed to take it. Asked again it would say yes, and mean only what was written since.
    pub(super) suspect: bool,
}

impl State {
    pub(super) fn active(&self) -> Option<&Segment> {
        self.segments.get(&self.active)
    }

    /// Whether the segment in use takes so many bytes, if it may have `limit` in all.
    pub(super) fn active_takes(&self, bytes: u64, limit: u64) -> bool {
        self.active().is_some_and(|segment| !segment.suspect && segment.end + bytes <= limit)
    }

    /// Counts a record that was added to the tail. Its end in the segment in use.
    pub(super) fn grow(&mut self, bytes: u64, opens: bool) -> io::Result<u64> {
        let segment = self.segments.get_mut(&self.active).ok_or(io::ErrorKind::NotFound)?;
        segment.end += bytes;
        segment.open += u64::from(opens);
        segment.written_since_sync = true;
        self.next_seq += 1;
        Ok(segment.end)
    }

    /// Takes the last record out of the tail again.
    pub(super) fn shrink(&mut self, bytes: usize, opens: bool) {
        self.tail.truncate(self.tail.len() - bytes);
        self.next_seq -= 1;
        if let Some(segment) = self.segments.get_mut(&self.active) {
            segment.end -= bytes as u64;
            segment.open -= u64::from(opens);
        }
    }

    pub(super) fn take_number(&mut self) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        number
    }

    /// Batches come in order: of the segments before `number` everything is in the database.
    pub(super) fn all_inserted_before(&mut self, number: u64) {
        for segment in self.segments.range_mut(..number).map(|(_, segment)| segment) {
            segment.inserted = segment.end;
        }
    }

    /// Takes out the segments that are not needed any more; with each, whether it is damaged.
    pub(super) fn take_finished(&mut self, may_go: impl Fn(u64) -> bool) -> Vec<(u64, bool)> {
        let done = |segment: &Segment| segment.inserted >= segment.end && segment.open == 0;
        self.segments
            .extract_if(.., |number, segment| may_go(*number) && done(segment))
            .map(|(number, segment)| (number, segment.damaged))
            .collect()
    }
}

impl Segment {
    /// Writes the last of what is counted as in it.
    pub(super) fn file_write(&self, tail: &[u8]) -> io::Result<()> {
        self.file.write_all_at(tail, self.end - tail.len() as u64)
    }

    /// One without records.
    pub(super) fn new(file: Arc<File>, format: Format) -> Self {
        let header = segment::HEADER as u64;
        Self {
            file,
            format,
            end: header,
            inserted: header,
            open: 0,
            damaged: false,
            written_since_sync: true,
            suspect: false,
        }
    }
}
