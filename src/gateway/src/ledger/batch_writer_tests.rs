//! Batch writer tests: retries, refused rows, rows that are not in the spool.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use tempfile::TempDir;

use super::*;
use crate::ledger::{record::tests::row, spool::Limits, state::When};

/// A database whose faults are switched on and off.
#[derive(Default)]
struct Database {
    rows: Mutex<BTreeSet<String>>,
    touched: Mutex<Vec<(KeyId, Timestamp)>>,
    down: AtomicBool,
    never_takes: Mutex<Option<String>>,
    /// So many times more it does not answer.
    outage: AtomicUsize,
    transactions: AtomicUsize,
    /// Requests end while it works: here.
    busy: Mutex<Option<Arc<Spool>>>,
}

impl Sink for Arc<Database> {
    async fn insert(&self, rows: &[RequestLogRef<'_>]) -> Result<(), SinkError> {
        let poisoned = self.never_takes.lock().as_ref().is_some_and(|id| rows.iter().any(|row| row.id == *id));
        let out = self.outage.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if self.down.load(Ordering::SeqCst) || out || poisoned {
            return Err(SinkError("no".into()));
        }
        let before = self.transactions.fetch_add(1, Ordering::SeqCst);
        if let Some(spool) = &*self.busy.lock() {
            spool.close(When::Now, None, &row(100 + u8::try_from(before).unwrap())).unwrap();
        }
        self.rows.lock().extend(rows.iter().map(|row| row.id.to_owned()));
        Ok(())
    }

    async fn touch(&self, keys: &[(KeyId, Timestamp)]) -> Result<(), SinkError> {
        self.touched.lock().extend_from_slice(keys);
        Ok(())
    }
}

struct Bench {
    spool: Arc<Spool>,
    unspooled: Arc<UnspooledRows>,
    database: Arc<Database>,
    batch_writer: BatchWriter<Arc<Database>>,
    dir: TempDir,
}

fn bench() -> Bench {
    let dir = TempDir::new().unwrap();
    let (spool, _) = Spool::open(dir.path(), Limits { segment: 1 << 16, total: 1 << 20 }).unwrap();
    let (spool, unspooled, database) =
        (Arc::new(spool), Arc::new(UnspooledRows::default()), Arc::new(Database::default()));
    let batch_writer = BatchWriter::new(spool.clone(), unspooled.clone(), database.clone());
    Bench { spool, unspooled, database, batch_writer, dir }
}

#[tokio::test]
async fn rows_share_a_transaction() {
    let mut bench = bench();
    for n in 0..100 {
        bench.spool.close(When::Now, None, &row(n)).unwrap();
    }
    bench.batch_writer.drain().await.unwrap();
    assert_eq!(bench.database.rows.lock().len(), 100);
    assert_eq!(bench.database.transactions.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn rows_that_come_meanwhile_wait_for_company() {
    let mut bench = bench();
    *bench.database.busy.lock() = Some(bench.spool.clone());
    bench.spool.close(When::Now, None, &row(1)).unwrap();
    for round in 1..=3 {
        bench.batch_writer.drain().await.unwrap();
        assert_eq!(bench.database.transactions.load(Ordering::SeqCst), round);
        assert_eq!(bench.database.rows.lock().len(), round);
    }
    *bench.database.busy.lock() = None;
    bench.batch_writer.drain().await.unwrap();
    assert_eq!(bench.database.rows.lock().len(), 4);
}

#[tokio::test]
async fn a_database_that_is_gone_loses_nothing() {
    let mut bench = bench();
    bench.database.down.store(true, Ordering::SeqCst);
    for n in 0..50 {
        bench.spool.close(When::Now, None, &row(n)).unwrap();
        assert!(bench.batch_writer.drain().await.is_err());
    }
    assert!(bench.batch_writer.retry_delay() >= Duration::from_secs(1), "it waits longer and longer");
    bench.database.down.store(false, Ordering::SeqCst);
    bench.batch_writer.drain().await.unwrap();
    assert_eq!(bench.database.rows.lock().len(), 50);
    assert_eq!(bench.batch_writer.retry_delay(), Duration::from_millis(100));
    assert!(bench.spool.next_batch(1).is_none());
}

#[tokio::test]
async fn one_row_that_the_database_never_takes_delays_no_other() {
    let mut bench = bench();
    *bench.database.never_takes.lock() = Some(row(3).id.to_string());
    for n in 0..10 {
        bench.spool.close(When::Now, None, &row(n)).unwrap();
    }
    let mut rounds = 0;
    while bench.batch_writer.drain().await.is_err() {
        rounds += 1;
        assert!(rounds < 20, "it never gets past that row");
    }
    assert_eq!(bench.database.rows.lock().len(), 9);
    bench.spool.close(When::Now, None, &row(11)).unwrap();
    bench.batch_writer.drain().await.unwrap();
    assert!(bench.database.rows.lock().contains(row(11).id.as_str()));
    bench.spool.finish();
    let kept = std::fs::read_dir(bench.dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(kept.filter(|name| name != "lock").count(), 1, "what the database did not take is still there");
}

#[tokio::test]
async fn a_database_that_comes_back_while_rows_are_tried_one_by_one_gets_them_all() {
    for outage in 1..40 {
        let mut bench = bench();
        for n in 0..10 {
            bench.spool.close(When::Now, None, &row(n)).unwrap();
        }
        bench.database.outage.store(outage, Ordering::SeqCst);
        while bench.batch_writer.drain().await.is_err() {}
        assert_eq!(bench.database.rows.lock().len(), 10, "after {outage} failures");
    }
}

#[tokio::test]
async fn rows_that_no_spool_takes_go_straight_to_the_database() {
    let mut bench = bench();
    let receipt = bench.spool.opened(When::Now, &row(1), None).unwrap().segment;
    keep_unspooled(&bench.unspooled, Some(receipt), Box::new(row(1)));
    bench.database.down.store(true, Ordering::SeqCst);
    assert!(bench.batch_writer.drain().await.is_err());
    assert_eq!(bench.unspooled.lock().len(), 1);
    bench.database.down.store(false, Ordering::SeqCst);
    bench.batch_writer.drain().await.unwrap();
    assert!(bench.database.rows.lock().contains(row(1).id.as_str()) && bench.unspooled.lock().is_empty());
}

#[tokio::test]
async fn last_use_is_noted_once_a_minute() {
    let mut bench = bench();
    let start = row(0).started_at;
    for (n, after) in [(0, 0), (1, 1_000), (2, 59_000), (3, 61_000), (4, 62_000)] {
        bench.spool.close(When::Now, None, &RequestLog { started_at: start.plus(after), ..row(n) }).unwrap();
        bench.batch_writer.drain().await.unwrap();
    }
    let touched: Vec<i64> = bench.database.touched.lock().iter().map(|(_, at)| at.since(start)).collect();
    assert_eq!(touched, [0, 61_000]);
}
