//! Crash consistency tests (R2), a simulated power cut: what was synced is there; of everything written since, any
//! sectors got through and any did not, new files may be missing, and deleted ones may be back.

use std::{collections::BTreeMap, fs, path::Path};

use domain::{ErrorClass, RequestId, RequestLog};
use proptest::prelude::*;
use tempfile::TempDir;

use super::{
    record::tests::row,
    spool::{Limits, Spool},
    state::When,
};

/// What disks write as a whole.
const SECTOR: usize = 512;
const LIMITS: Limits = Limits { segment: 4096, total: 1 << 20 };

type Files = BTreeMap<String, Vec<u8>>;

fn files(dir: &Path) -> Files {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    entries.filter(|path| path.extension().is_some()).map(|path| (name(&path), fs::read(&path).unwrap())).collect()
}

/// A coin that falls the same way for the same seed.
struct Coin(u64);

impl Coin {
    fn heads(&mut self) -> bool {
        // Constants of Knuth's MMIX generator; the high bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 63 == 1
    }
}

/// The directory as it may be found after the cut.
fn cut(synced: &Files, written: &Files, coin: &mut Coin) -> TempDir {
    let dir = TempDir::new().unwrap();
    let names: std::collections::BTreeSet<&String> = synced.keys().chain(written.keys()).collect();
    for name in names {
        let on_both = synced.contains_key(name) && written.contains_key(name);
        if !on_both && coin.heads() {
            continue;
        }
        let new = written.get(name).or_else(|| synced.get(name)).unwrap();
        let mut found = synced.get(name).cloned().unwrap_or_default();
        found.resize(new.len(), 0);
        for (old, new) in found.chunks_mut(SECTOR).zip(new.chunks(SECTOR)) {
            if coin.heads() {
                old.copy_from_slice(new);
            }
        }
        fs::write(dir.path().join(name), found).unwrap();
    }
    dir
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Open,
    Close(u8),
    Refuse,
    Sync,
    Move,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => Just(Step::Open),
        6 => any::<u8>().prop_map(Step::Close),
        1 => Just(Step::Refuse),
        2 => Just(Step::Sync),
        1 => Just(Step::Move),
    ];
    prop::collection::vec(step, 1..60)
}

/// What is known of the requests.
#[derive(Default)]
struct Known {
    open: Vec<(u64, RequestLog)>,
    opened: BTreeMap<RequestId, RequestLog>,
    closed: BTreeMap<RequestId, RequestLog>,
    database: BTreeMap<RequestId, RequestLog>,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_was_synced_is_there_and_nothing_is_made_up(steps in steps(), seed in any::<u64>()) {
        let dir = TempDir::new().unwrap();
        let (spool, _) = Spool::open(dir.path(), LIMITS).unwrap();
        spool.sync();
        let mut known = Known::default();
        let (mut synced, mut safe_opens, mut safe_closes) = (files(dir.path()), BTreeMap::new(), BTreeMap::new());
        let mut next = 0;
        for step in steps {
            match step {
                Step::Open | Step::Refuse if next == u8::MAX => {}
                Step::Open => {
                    let row = RequestLog { status: 499, ..row(next) };
                    next += 1;
                    let place = spool.opened(When::Now, &row, None).unwrap();
                    known.opened.insert(row.id.clone(), row.clone());
                    known.open.push((place.segment, row));
                }
                Step::Close(which) => {
                    if !known.open.is_empty() {
                        let (opened_in, row) = known.open.swap_remove(usize::from(which) % known.open.len());
                        let row = RequestLog { status: 200, latency_us: 77, ..row };
                        spool.close(When::Now, Some(opened_in), &row).unwrap();
                        known.closed.insert(row.id.clone(), row);
                    }
                }
                Step::Refuse => {
                    let row = RequestLog { status: 429, ..row(next) };
                    next += 1;
                    spool.close(When::Now, None, &row).unwrap();
                    known.closed.insert(row.id.clone(), row);
                }
                Step::Sync => {
                    // What is written before a sync begins is what it promises.
                    let (opens, closes) = (known.opened.clone(), known.closed.clone());
                    let before = files(dir.path());
                    spool.sync();
                    (synced, safe_opens, safe_closes) = (before, opens, closes);
                    spool.prepare();
                }
                Step::Move => {
                    while let Some(batch) = spool.next_batch(1 << 20) {
                        known.database.extend(batch.owned().into_iter().map(|row| (row.id.clone(), row)));
                        spool.mark_inserted(&batch);
                    }
                }
            }
        }

        let found = cut(&synced, &files(dir.path()), &mut Coin(seed));
        let (spool, _) = Spool::open(found.path(), LIMITS).unwrap();
        let mut rows = BTreeMap::new();
        while let Some(batch) = spool.next_batch(1 << 20) {
            for row in batch.owned() {
                prop_assert!(rows.insert(row.id.clone(), row).is_none(), "a row came twice");
            }
            spool.mark_inserted(&batch);
        }
        // As `ON CONFLICT DO NOTHING` has it.
        rows.extend(known.database);
        for (id, row) in &rows {
            let interrupted = known.opened.get(id).map(|row| RequestLog {
                status: 500,
                error_class: Some(ErrorClass::Interrupted.into()),
                ..row.clone()
            });
            prop_assert!(known.closed.get(id) == Some(row) || interrupted.as_ref() == Some(row), "{row:?}");
        }
        for (id, row) in &safe_closes {
            prop_assert_eq!(rows.get(id), Some(row), "a synced CLOSE is lost");
        }
        for id in safe_opens.keys() {
            prop_assert!(rows.contains_key(id), "a synced OPEN is lost");
        }
    }
}
