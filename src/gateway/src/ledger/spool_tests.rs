//! Spool tests: rotation, replay, damage, a full disk.

use std::{collections::BTreeMap, fs, os::unix::fs::FileExt as _};

use domain::RequestId;
use tempfile::TempDir;

use super::*;
use crate::ledger::record::{self, tests::row};

pub(in crate::ledger) const LIMITS: Limits = Limits { segment: 2048, total: 64 * 1024 };

pub(in crate::ledger) fn open(dir: &TempDir) -> Spool {
    Spool::open(dir.path(), LIMITS).unwrap().0
}

/// Everything that is closed and not inserted, by request.
pub(in crate::ledger) fn drain(spool: &Spool) -> BTreeMap<RequestId, RequestLog> {
    let mut rows = BTreeMap::new();
    while let Some(batch) = spool.next_batch(1) {
        for row in batch.owned() {
            assert!(rows.insert(row.id.clone(), row).is_none(), "a row came twice");
        }
        spool.mark_inserted(&batch);
    }
    rows
}

pub(in crate::ledger) fn files(dir: &TempDir) -> usize {
    segment::list(dir.path()).unwrap().len()
}

#[test]
fn rows_come_out_once_and_in_order() {
    let dir = TempDir::new().unwrap();
    let spool = open(&dir);
    let receipts: Vec<u64> = (0..40).map(|n| spool.opened(When::Now, &row(n), None).unwrap().segment).collect();
    for n in 0..40 {
        spool.close(When::Now, Some(receipts[usize::from(n)]), &row(n)).unwrap();
    }
    assert!(files(&dir) > 3, "several segments");
    let rows = drain(&spool);
    assert_eq!(rows.into_values().collect::<Vec<_>>(), (0..40).map(row).collect::<Vec<_>>());
    assert!(spool.next_batch(1).is_none());
}

#[test]
fn a_segment_goes_when_everything_in_it_is_closed_and_inserted() {
    let dir = TempDir::new().unwrap();
    let spool = open(&dir);
    let long = spool.opened(When::Now, &row(200), None).unwrap().segment;
    for n in 0..30 {
        let receipt = spool.opened(When::Now, &row(n), None).unwrap().segment;
        spool.close(When::Now, Some(receipt), &row(n)).unwrap();
    }
    let before = files(&dir);
    assert_eq!(drain(&spool).len(), 30);
    // The first one holds the request that is still under way; the last one is in use.
    assert!(before > 3);
    assert_eq!(files(&dir), 2);
    assert!(segment::path(dir.path(), long).exists());
    spool.close(When::Now, Some(long), &row(200)).unwrap();
    assert_eq!(drain(&spool).len(), 1);
    assert_eq!(files(&dir), 1);
    spool.finish();
    assert_eq!(files(&dir), 0);
}

#[test]
fn what_the_disk_failed_to_take_is_not_said_to_be_there_later() {
    let dir = TempDir::new().unwrap();
    let spool = open(&dir);
    let synced = spool.synced();
    let first = spool.opened(When::Now, &row(1), None).unwrap();
    spool.sync();
    assert_eq!(*synced.borrow(), first.seq);

    // A file that takes everything and cannot be synced.
    let unsyncable = Arc::new(File::options().write(true).open("/dev/null").unwrap());
    let put = |file: Arc<File>| {
        std::mem::replace(&mut spool.state.lock().segments.get_mut(&first.segment).unwrap().file, file)
    };
    let real = put(unsyncable);
    spool.close(When::Now, Some(first.segment), &row(1)).unwrap();
    spool.sync();
    assert!(!spool.writable(), "the next request is not taken");
    put(real);

    // The disk is well again; of what it lost it says nothing.
    spool.sync();
    assert!(spool.writable());
    assert_eq!(*synced.borrow(), first.seq);
    let second = spool.opened(When::Now, &row(2), None).unwrap();
    assert!(second.segment > first.segment, "nothing is written behind what may be missing");
    spool.sync();
    assert_eq!(*synced.borrow(), first.seq);

    // In the database it is out of danger.
    assert_eq!(drain(&spool).len(), 1);
    spool.sync();
    assert_eq!(*synced.borrow(), second.seq);
}

#[test]
fn what_was_under_way_is_interrupted_once() {
    let dir = TempDir::new().unwrap();
    let spool = open(&dir);
    let done = spool.opened(When::Now, &row(1), None).unwrap().segment;
    spool.opened(When::Now, &row(2), Some(7)).unwrap();
    spool.close(When::Now, Some(done), &row(1)).unwrap();
    spool.close(When::Now, None, &row(3)).unwrap();
    drop(spool);

    let (spool, interrupted) = Spool::open(dir.path(), LIMITS).unwrap();
    assert_eq!(interrupted, 1);
    // The process ends again before anything was inserted.
    drop(spool);
    let (spool, interrupted) = Spool::open(dir.path(), LIMITS).unwrap();
    assert_eq!(interrupted, 0);
    let rows = drain(&spool);
    let classes: Vec<_> = rows.values().map(|row| (row.class(), row.status)).collect();
    assert_eq!(classes, [(None, 200), (Some(ErrorClass::Interrupted), 500), (None, 200)]);
    assert_eq!(rows[&row(2).id].started_at, row(2).started_at, "the key of the row is the one of OPEN");
    assert_eq!(files(&dir), 1, "old segments are gone");
}

#[test]
fn a_full_spool_admits_no_request_and_still_closes() {
    let dir = TempDir::new().unwrap();
    let limits = Limits { segment: 1024, total: 4096 };
    let (spool, _) = Spool::open(dir.path(), limits).unwrap();
    let mut open = Vec::new();
    let full = loop {
        match spool.opened(When::Now, &row(1), None) {
            Ok(receipt) => open.push(receipt),
            Err(error) => break error,
        }
    };
    assert!(matches!(full, AppendError::Full));
    assert!(open.len() > 5);
    assert!(!spool.writable(), "no request should be sent here now");
    for (n, receipt) in (0..).zip(&open) {
        spool.close(When::Now, Some(receipt.segment), &row(n)).unwrap();
    }
    assert_eq!(drain(&spool).len(), open.len());
    assert!(spool.writable() && spool.opened(When::Now, &row(1), None).is_ok(), "space again");
}

#[test]
fn closing_makes_no_space_for_new_requests_and_refusals_have_an_end_too() {
    let dir = TempDir::new().unwrap();
    let (spool, _) = Spool::open(dir.path(), Limits { segment: 1024, total: 4096 }).unwrap();
    let mut open = Vec::new();
    while let Ok(receipt) = spool.opened(When::Now, &row(1), None) {
        open.push(receipt);
    }
    for (n, receipt) in (0..).zip(open) {
        spool.close(When::Now, Some(receipt.segment), &row(n)).unwrap();
        // A CLOSE may begin a new segment; that is not for whoever comes next.
        assert!(matches!(spool.opened(When::Now, &row(1), None), Err(AppendError::Full)));
    }
    let lone = (0..100).take_while(|n| spool.close(When::Now, None, &row(*n)).is_ok()).count();
    assert!(lone < 100 && files(&dir) < 12, "{lone} {}", files(&dir));
}

#[test]
fn the_spare_segment_is_made_before_it_is_needed() {
    let dir = TempDir::new().unwrap();
    let spool = open(&dir);
    spool.sync();
    spool.prepare();
    assert_eq!(files(&dir), 2);
    assert!(fs::metadata(segment::path(dir.path(), 2)).unwrap().len() == LIMITS.segment, "all of it allocated");
    for n in 0..12 {
        spool.close(When::Now, None, &row(n)).unwrap();
    }
    spool.sync();
    spool.finish();
    assert_eq!(drain(&spool).len(), 12);
}

#[test]
fn one_process_at_a_time() {
    let dir = TempDir::new().unwrap();
    let spool = open(&dir);
    assert!(matches!(Spool::open(dir.path(), LIMITS), Err(OpenError::InUse(_))));
    drop(spool);
    assert!(Spool::open(dir.path(), LIMITS).is_ok());
}

#[test]
fn files_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = TempDir::new().unwrap();
    let inner = dir.path().join("spool");
    let _spool = Spool::open(&inner, LIMITS).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&inner), mode(&segment::path(&inner, 1))), (0o700, 0o600));
}

#[test]
fn files_that_cannot_be_read_are_kept_aside_and_newer_ones_refused() {
    let dir = TempDir::new().unwrap();
    let spool = open(&dir);
    spool.close(When::Now, None, &row(1)).unwrap();
    drop(spool);
    fs::write(segment::path(dir.path(), 5), b"something else entirely").unwrap();
    fs::write(segment::path(dir.path(), 6), vec![0; 2048]).unwrap();
    let spool = open(&dir);
    assert_eq!(drain(&spool).len(), 1);
    assert!(dir.path().join("0000000000000005.damaged").exists());
    assert!(!segment::path(dir.path(), 6).exists(), "never had a header, never contained anything");
    drop(spool);

    let mut newer = fs::read(segment::path(dir.path(), 7)).unwrap();
    newer[8] = 99;
    fs::write(segment::path(dir.path(), 7), newer).unwrap();
    assert!(matches!(Spool::open(dir.path(), LIMITS), Err(OpenError::Newer { version: 99, .. })));
}

#[test]
fn a_sound_frame_with_unknown_contents_is_kept_aside_not_deleted() {
    let unknown = [vec![0; record::FRAME_HEAD], b"\x01not a record".to_vec()].concat();
    // A row with something behind it that this version knows nothing of.
    let longer = [format::encode(&Record::Close { opened_in: None, row: &row(2) }).unwrap(), vec![7]].concat();
    for mut frame in [unknown, longer] {
        let dir = TempDir::new().unwrap();
        let spool = open(&dir);
        spool.close(When::Now, None, &row(1)).unwrap();
        let end = spool.state.lock().segments[&1].end;
        record::seal(&mut frame, spool.state.lock().next_seq);
        let mut sound = format::encode(&Record::Close { opened_in: None, row: &row(3) }).unwrap();
        record::seal(&mut sound, spool.state.lock().next_seq + 1);
        drop(spool);
        let file = fs::OpenOptions::new().write(true).open(segment::path(dir.path(), 1)).unwrap();
        file.write_all_at(&[frame, sound].concat(), end).unwrap();
        let spool = open(&dir);
        assert_eq!(drain(&spool).into_values().collect::<Vec<_>>(), [row(1), row(3)], "those around it are inserted");
        assert!(dir.path().join("0000000000000001.damaged").exists());
    }
}
