//! Spool append tests: failures of the disk, shared writes.

use std::{fs, sync::Arc};

use tempfile::TempDir;

use super::*;
use crate::ledger::{
    record::tests::row,
    spool::tests::{LIMITS, drain, files, open},
};

/// Makes the disk refuse what is written to the segment in use, or take it again.
fn disk(spool: &Spool, dir: &TempDir, takes: bool) {
    let mut state = spool.state.lock();
    let number = state.active;
    let file = fs::OpenOptions::new().read(true).write(takes).open(segment::path(dir.path(), number)).unwrap();
    state.segments.get_mut(&number).unwrap().file = Arc::new(file);
}

#[test]
fn records_wait_for_the_first_byte_that_leaves_and_are_written_together() {
    let dir = TempDir::new().unwrap();
    let spool = open(&dir);
    let on_disk = || fs::read(segment::path(dir.path(), 1)).unwrap()[segment::HEADER..].iter().any(|b| *b != 0);
    let opened = spool.opened(When::Together, &row(1), None).unwrap();
    spool.close(When::Together, Some(opened.segment), &row(1)).unwrap();
    assert!(!on_disk() && !spool.is_written(opened.seq));
    spool.write_waiting().unwrap();
    assert!(on_disk() && spool.is_written(opened.seq));
    // Whoever is written at once takes along those that wait, in their order.
    let waiting = spool.opened(When::Together, &row(2), None).unwrap();
    spool.close(When::Now, None, &row(3)).unwrap();
    assert!(spool.is_written(waiting.seq));
    drop(spool);
    let (spool, interrupted) = Spool::open(dir.path(), LIMITS).unwrap();
    assert_eq!((interrupted, drain(&spool).len()), (1, 3));
}

#[test]
fn what_waits_is_in_its_segment_before_the_next_one_begins_and_at_every_sync() {
    let dir = TempDir::new().unwrap();
    let spool = open(&dir);
    let seqs: Vec<u64> = (0..12).map(|n| spool.close(When::Together, None, &row(n)).unwrap().seq).collect();
    assert!(files(&dir) > 1 && spool.is_written(seqs[0]) && !spool.is_written(seqs[11]));
    spool.sync();
    assert_eq!(*spool.synced().borrow(), seqs[11]);
    drop(spool);
    assert_eq!(drain(&open(&dir)).len(), 12);
}

#[test]
fn a_disk_that_takes_nothing_lets_nothing_out_and_loses_nothing() {
    let dir = TempDir::new().unwrap();
    let spool = open(&dir);
    let first = spool.opened(When::Together, &row(1), None).unwrap();
    disk(&spool, &dir, false);
    spool.write_waiting().unwrap_err();
    assert!(!spool.is_written(first.seq) && !spool.writable());
    // From here on each is reported for itself, and leaves nothing behind.
    assert!(matches!(spool.opened(When::Together, &row(2), None), Err(AppendError::Io(_))));
    assert!(spool.close(When::Together, Some(first.segment), &row(1)).is_err());
    spool.sync();
    assert_eq!(*spool.synced().borrow(), 0, "what is not written is not synced");
    assert!(spool.next_batch(1).is_none());
    disk(&spool, &dir, true);
    spool.sync();
    assert!(spool.writable() && spool.is_written(first.seq));
    spool.close(When::Together, Some(first.segment), &row(1)).unwrap();
    spool.write_waiting().unwrap();
    drop(spool);
    let (spool, interrupted) = Spool::open(dir.path(), LIMITS).unwrap();
    assert_eq!((interrupted, drain(&spool).len()), (0, 1));
}
