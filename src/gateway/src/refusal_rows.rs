//! Refusal rows: bounded in number, so that a refused key cannot fill the disk (R12, F07).
//!
//! Of each key's refusals the first sixty of a minute have a row each. The rest are counted, and written as one row per
//! class when the minute is over.

use domain::{Clock, ErrorClass, KeyId, RequestLog};
use foldhash::HashMap;
use parking_lot::Mutex;
use std::sync::Arc;

use crate::ledger::Journal;

/// Rows of a key's refusals per minute.
const ROWS: u32 = 60;
const MINUTE: u64 = 60_000_000_000;

/// The refusals of this minute.
pub(crate) struct RefusalRows {
    keys: Mutex<HashMap<KeyId, Minute>>,
    journal: Arc<Journal>,
    clock: Arc<dyn Clock>,
}

/// What a key was refused in a minute.
struct Minute {
    number: u64,
    rows: u32,
    /// By class: the first that was counted, and how many.
    counted: Vec<(Option<ErrorClass>, Box<RequestLog>)>,
}

impl RefusalRows {
    /// None so far.
    pub(crate) fn new(journal: Arc<Journal>, clock: Arc<dyn Clock>) -> Self {
        Self { keys: Mutex::default(), journal, clock }
    }

    /// The row, if it is to be written now; otherwise it is counted.
    pub(crate) fn pass(&self, row: Box<RequestLog>) -> Option<Box<RequestLog>> {
        let number = self.clock.monotonic_ns() / MINUTE;
        let mut keys = self.keys.lock();
        let minute = keys.entry(row.key_id.clone()).or_insert_with(|| Minute { number, rows: 0, counted: Vec::new() });
        let over = (minute.number != number)
            .then(|| std::mem::replace(minute, Minute { number, rows: 0, counted: Vec::new() }).counted);
        let passes = minute.rows < ROWS;
        let written = if passes {
            minute.rows += 1;
            Some(row)
        } else {
            let class = row.class();
            match minute.counted.iter_mut().find(|(known, _)| *known == class) {
                Some((_, first)) => first.count = first.count.saturating_add(row.count),
                None => minute.counted.push((class, row)),
            }
            None
        };
        drop(keys);
        self.write(over.unwrap_or_default());
        written
    }

    /// Writes what was counted in minutes that are over; `all`: in this one too, because the process ends.
    pub(crate) fn flush(&self, all: bool) {
        let number = self.clock.monotonic_ns() / MINUTE;
        let mut over = Vec::new();
        self.keys.lock().retain(|_, minute| {
            let ends = all || minute.number != number;
            if ends {
                over.append(&mut minute.counted);
            }
            !ends
        });
        self.write(over);
    }

    fn write(&self, counted: Vec<(Option<ErrorClass>, Box<RequestLog>)>) {
        for (_, row) in counted {
            // No one waits for it: the refusals have been answered.
            drop(self.journal.close(None, row));
        }
    }
}
