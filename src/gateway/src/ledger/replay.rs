//! Crash recovery: replay of what earlier processes left in the spool.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
};

use domain::{RequestId, RequestLog};

use super::{
    error::OpenError,
    record::Record,
    segment::{self, Unreadable},
    state::Segment,
};

/// What earlier processes left behind, segment by segment.
#[derive(Default)]
pub(super) struct Replay {
    /// The segments, read.
    pub(super) segments: BTreeMap<u64, Segment>,
    /// OPENs without a CLOSE, each with its segment.
    pub(super) open: HashMap<RequestId, (u64, RequestLog)>,
    closed: HashSet<RequestId>,
    /// The last sequence number given out.
    pub(super) last_seq: u64,
    /// The last segment number given out.
    pub(super) last_number: u64,
    /// Whether there is anything to move.
    pub(super) has_records: bool,
}

impl Replay {
    /// Reads one segment.
    pub(super) fn take(&mut self, dir: &Path, number: u64) -> Result<(), OpenError> {
        self.last_number = self.last_number.max(number);
        let (mut opened, mut unreadable) = (0, false);
        let read = segment::read(dir, number, &mut |record| match record {
            Record::Open { row, .. } => match row.to_owned() {
                Some(row) => {
                    opened += 1;
                    if !self.closed.remove(&row.id) {
                        self.open.insert(row.id.clone(), (number, row));
                    }
                }
                None => unreadable = true,
            },
            Record::Close { opened_in, row } => match row.id.parse::<RequestId>() {
                Ok(id) => {
                    if self.open.remove(&id).is_none() && opened_in.is_some() {
                        self.closed.insert(id);
                    }
                }
                Err(_) => unreadable = true,
            },
        });
        let found = match read {
            Ok(found) => found,
            Err(Unreadable::Blank) => {
                let _ = std::fs::remove_file(segment::path(dir, number));
                return Ok(());
            }
            Err(Unreadable::Foreign) => {
                tracing::error!(segment = number, "a spool segment has no sound header; the file is set aside");
                segment::set_aside(dir, number);
                return Ok(());
            }
            Err(Unreadable::Version(version)) => return Err(OpenError::Newer { dir: dir.to_owned(), version }),
            Err(Unreadable::Io(source)) => return Err(OpenError::Io { dir: dir.to_owned(), source }),
        };
        if found.torn {
            tracing::warn!(segment = number, "the spool ends in half a record, as it does after a power cut");
        }
        self.last_seq = self.last_seq.max(found.last_seq.unwrap_or(0));
        if found.end == segment::HEADER as u64 && !found.torn {
            let _ = std::fs::remove_file(segment::path(dir, number));
            return Ok(());
        }
        self.has_records = true;
        let mut segment = Segment::new(found.file, found.format);
        (segment.end, segment.open, segment.damaged) = (found.end, opened, found.unreadable || unreadable);
        self.segments.insert(number, segment);
        Ok(())
    }
}
