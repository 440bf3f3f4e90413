//! Replay protection: the highest epoch of each row that this process has seen.
//!
//! Every write of a signed row raises its epoch, which stands under its MAC. Whoever puts back an older state of a row has
//! a MAC that holds, but an epoch that has been passed. What no process remembers (after a restart) cannot be noticed.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

/// So many rows are remembered; the one that was remembered first goes first.
const REMEMBERED: usize = 100_000;
/// A row that was written once has no older state that could be put back.
const FIRST: i64 = 1;
/// The epoch of a row that was deleted: no state of it counts any more.
pub const DELETED: i64 = i64::MAX;

/// The highest epochs seen, by domain and primary key.
#[derive(Debug, Default)]
pub struct Epochs(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// Counts what was noted, so that a reader can see what was known when its reading began.
    notes: u64,
    rows: BTreeMap<(&'static str, String), Entry>,
    order: VecDeque<(&'static str, String)>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    epoch: i64,
    /// The number of the note.
    at: u64,
    /// The epoch that was known before.
    before: i64,
}

/// What was known when the reading of a row began: a write that ends meanwhile makes no honest row look old.
#[derive(Clone, Debug)]
pub struct ReadMark {
    epochs: Arc<Epochs>,
    at: u64,
}

impl Epochs {
    /// To be taken before a row is read.
    pub fn mark(self: &Arc<Self>) -> ReadMark {
        ReadMark { epochs: self.clone(), at: self.0.lock().unwrap_or_else(PoisonError::into_inner).notes }
    }

    /// A row of this epoch was written and committed, or deleted ([`DELETED`]).
    pub fn note(&self, domain: &'static str, id: &str, epoch: i64) {
        if epoch <= FIRST {
            return;
        }
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (domain, id.to_owned());
        let at = seen.notes + 1;
        match seen.rows.get_mut(&key) {
            Some(entry) if entry.epoch >= epoch => return,
            Some(entry) => *entry = Entry { epoch, at, before: entry.epoch },
            None => {
                seen.rows.insert(key.clone(), Entry { epoch, at, before: 0 });
                seen.order.push_back(key);
            }
        }
        seen.notes = at;
        while seen.rows.len() > REMEMBERED {
            let Some(oldest) = seen.order.pop_front() else { return };
            seen.rows.remove(&oldest);
        }
    }
}

impl ReadMark {
    /// `None` where the epoch is as high as what was known when the reading began, and remembers it; else the epoch that
    /// was known.
    pub(crate) fn check(&self, domain: &'static str, id: &str, epoch: i64) -> Option<i64> {
        let known = {
            let seen = self.epochs.0.lock().unwrap_or_else(PoisonError::into_inner);
            seen.rows
                .get(&(domain, id.to_owned()))
                .map(|entry| if entry.at <= self.at { entry.epoch } else { entry.before })
        };
        match known {
            Some(known) if known > epoch => Some(known),
            _ => {
                self.epochs.note(domain, id, epoch);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_during_a_reading_makes_no_honest_row_look_old() {
        let epochs = Arc::new(Epochs::default());
        epochs.note("t", "a", 4);
        let mark = epochs.mark();
        epochs.note("t", "a", 5);
        assert_eq!(mark.check("t", "a", 4), None, "4 was the newest when the reading began");
        assert_eq!(mark.check("t", "a", 3), Some(4));
        assert_eq!(epochs.mark().check("t", "a", 4), Some(5));
    }

    #[test]
    fn a_deleted_row_does_not_come_back() {
        let epochs = Arc::new(Epochs::default());
        epochs.note("t", "a", DELETED);
        assert_eq!(epochs.mark().check("t", "a", 1), Some(DELETED));
        assert_eq!(epochs.mark().check("t", "b", 1), None);
        assert_eq!(epochs.mark().check("u", "a", 1), None, "another table's row of that name");
    }

    #[test]
    fn memory_is_bounded_and_rows_written_once_take_none() {
        let epochs = Arc::new(Epochs::default());
        for n in 0..REMEMBERED + 10 {
            epochs.note("t", &n.to_string(), 1);
        }
        assert!(epochs.0.lock().unwrap().rows.is_empty());
        for n in 0..REMEMBERED + 10 {
            epochs.note("t", &n.to_string(), 2);
        }
        let seen = epochs.0.lock().unwrap();
        assert_eq!((seen.rows.len(), seen.order.len()), (REMEMBERED, REMEMBERED));
    }
}
