//! Model-based spool tests: whatever happens in whatever order, what was written is there again, and nothing else.

use std::{collections::BTreeMap, fs, os::unix::fs::FileExt as _};

use domain::{ErrorClass, RequestId, RequestLog, Timestamp};
use proptest::prelude::*;
use tempfile::TempDir;

use super::{
    tests::{drain, files, open},
    *,
};
use crate::ledger::record::tests::row;

/// Status of a request that was refused.
const REFUSED: u16 = 429;

/// What a test did to the spool, and must find again.
#[derive(Default)]
struct Model {
    open: BTreeMap<u8, u64>,
    closed: BTreeMap<RequestId, RequestLog>,
    admitted: BTreeMap<RequestId, RequestLog>,
    database: BTreeMap<RequestId, RequestLog>,
    /// Records by their numbers: the request, and whether it is its OPEN.
    records: Vec<(u64, RequestId, bool)>,
}

impl Model {
    /// The process ends: what was not written never was, but for what the database has.
    fn die(&mut self, spool: &Spool) {
        let written = spool.state.lock().written_seq;
        self.open.clear();
        for (_, id, opens) in self.records.drain(..).filter(|(seq, ..)| *seq > written) {
            if self.database.contains_key(&id) {
                continue;
            }
            let had_open = self.closed.remove(&id).is_some_and(|row| row.status != REFUSED);
            if opens || !had_open {
                self.admitted.remove(&id);
            }
        }
    }

    /// Like the database: who is there already, stays.
    fn insert(&mut self, batch: &Batch) {
        for row in batch.owned() {
            self.database.entry(row.id.clone()).or_insert(row);
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Open(When),
    Close(u8, When),
    Lone(When),
    /// Bytes leave.
    Write,
    Move,
    /// The rows are in the database; the process ends before it can note so.
    MoveAndDie,
    Die,
    Sync,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let when = || prop_oneof![1 => Just(When::Now), 3 => Just(When::Together)];
    let step = prop_oneof![
        6 => when().prop_map(Step::Open),
        6 => (any::<u8>(), when()).prop_map(|(pick, when)| Step::Close(pick, when)),
        2 => when().prop_map(Step::Lone),
        3 => Just(Step::Write),
        3 => Just(Step::Move),
        1 => Just(Step::MoveAndDie),
        1 => Just(Step::Die),
        1 => Just(Step::Sync),
    ];
    prop::collection::vec(step, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whenever the process ends, after the next start every request whose OPEN was written has one row: its own if its
    /// CLOSE was written, an interrupted one otherwise (R1).
    #[test]
    fn nothing_is_lost_or_doubled(steps in steps()) {
        let dir = TempDir::new().unwrap();
        let mut spool = open(&dir);
        let mut model = Model::default();
        let mut next = 0_u8;
        for step in steps {
            match step {
                Step::Open(when) => {
                    let row = row(next);
                    let place = spool.opened(when, &row, None).unwrap();
                    model.open.insert(next, place.segment);
                    model.records.push((place.seq, row.id.clone(), true));
                    model.admitted.insert(row.id.clone(), row);
                    next += 1;
                }
                Step::Close(pick, when) => {
                    let keys: Vec<u8> = model.open.keys().copied().collect();
                    if !keys.is_empty() {
                        let n = keys[usize::from(pick) % keys.len()];
                        let receipt = model.open.remove(&n);
                        let place = spool.close(when, receipt, &row(n)).unwrap();
                        model.records.push((place.seq, row(n).id, false));
                        model.closed.insert(row(n).id, row(n));
                    }
                }
                Step::Lone(when) => {
                    let row = RequestLog { status: REFUSED, ..row(next) };
                    let place = spool.close(when, None, &row).unwrap();
                    model.records.push((place.seq, row.id.clone(), false));
                    model.admitted.insert(row.id.clone(), row.clone());
                    model.closed.insert(row.id.clone(), row);
                    next += 1;
                }
                Step::Write => spool.write_waiting().unwrap(),
                Step::Move => {
                    if let Some(batch) = spool.next_batch(1) {
                        model.insert(&batch);
                        spool.mark_inserted(&batch);
                    }
                }
                Step::MoveAndDie => {
                    if let Some(batch) = spool.next_batch(1) {
                        model.insert(&batch);
                    }
                    model.die(&spool);
                    drop(spool);
                    spool = open(&dir);
                }
                Step::Die => {
                    model.die(&spool);
                    drop(spool);
                    spool = open(&dir);
                }
                Step::Sync => spool.sync(),
            }
        }
        model.die(&spool);
        drop(spool);
        let spool = open(&dir);
        while let Some(batch) = spool.next_batch(1) {
            model.insert(&batch);
            spool.mark_inserted(&batch);
        }
        prop_assert_eq!(model.database.keys().collect::<Vec<_>>(), model.admitted.keys().collect::<Vec<_>>());
        for (id, row) in &model.database {
            let own = model.closed.get(id) == Some(row);
            prop_assert!(own || !model.closed.contains_key(id) && row.class() == Some(ErrorClass::Interrupted));
        }
        prop_assert_eq!(files(&dir), 1);
    }

    /// Cut or scribbled on at any byte, the spool opens, and gives out nothing that was not put in; whole records
    /// before the damage are all there.
    #[test]
    fn torn_tails(count in 1_u8..12, at in 0.0_f64..1.0, garbage in prop::collection::vec(any::<u8>(), 0..40), cut in any::<bool>()) {
        let dir = TempDir::new().unwrap();
        let limits = Limits { segment: 1 << 16, total: 1 << 20 };
        let (spool, _) = Spool::open(dir.path(), limits).unwrap();
        let mut ends = Vec::new();
        for n in 0..count {
            spool.close(When::Now, None, &row(n)).unwrap();
            ends.push(spool.state.lock().segments[&1].end);
        }
        drop(spool);
        let path = segment::path(dir.path(), 1);
        let written = *ends.last().unwrap();
        let header = segment::HEADER as u64;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let at = header + ((written - header) as f64 * at) as u64;
        let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        if cut {
            file.set_len(at).unwrap();
        }
        file.write_all_at(&garbage, at).unwrap();
        drop(file);

        let (spool, interrupted) = Spool::open(dir.path(), limits).unwrap();
        prop_assert_eq!(interrupted, 0);
        let rows = drain(&spool);
        let whole = ends.iter().filter(|end| **end <= at).count();
        prop_assert!(rows.len() >= whole);
        for (n, found) in (0_u8..).zip(rows.values()) {
            prop_assert_eq!(found, &row(n));
        }
        // It goes on working, with numbers that were not used before.
        let receipt = spool.opened(When::Now, &RequestLog { started_at: Timestamp(9), ..row(100) }, None).unwrap().segment;
        spool.close(When::Now, Some(receipt), &row(100)).unwrap();
        prop_assert_eq!(drain(&spool).len(), 1);
    }
}
