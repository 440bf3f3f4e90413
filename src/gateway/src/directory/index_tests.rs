//! Key cache tests: invalidation races, bounds, negative entries.

use proptest::prelude::*;
use testkit_domain::key;

use super::*;

const HASH: [u8; 32] = [7; 32];

fn known(found: &Found) -> bool {
    matches!(found, Found::Known(_) | Found::Aging(_))
}

#[test]
fn a_load_under_way_during_a_change_is_not_believed() {
    let index = Index::new(100);
    let stamp = index.stamp();
    // The row is read here; then the key is revoked; only then the load ends.
    index.changed(key(1).id.as_str());
    let late = index.put(HASH, stamp, 1, key(1));
    assert!(!index.is_current(&late));
    assert!(matches!(index.find(&HASH, 1), Found::Nothing));
    let stamp = index.stamp();
    index.put(HASH, stamp, 1, key(1));
    assert!(known(&index.find(&HASH, 1)));
}

#[test]
fn a_change_holds_at_once_and_only_for_its_stripe() {
    let index = Index::new(10_000);
    let stamp = index.stamp();
    for n in 0..200 {
        index.put([n; 32], stamp, 1, key(n));
    }
    index.changed(key(3).id.as_str());
    assert!(matches!(index.find(&[3; 32], 1), Found::Nothing));
    let left = (0..200).filter(|n| known(&index.find(&[*n; 32], 1))).count();
    assert!(left > 190, "{left}");
}

#[test]
fn an_absence_never_hides_a_key_made_later() {
    let index = Index::new(100);
    let stamp = index.stamp();
    index.put_absent(HASH, stamp, 1);
    assert!(matches!(index.find(&HASH, 1), Found::Unknown));
    // The key is made; its id says nothing about the hash.
    index.changed(key(1).id.as_str());
    assert!(matches!(index.find(&HASH, 1), Found::Nothing));
    // A lookup that began before the key was made ends after.
    index.put_absent(HASH, stamp, 1);
    assert!(matches!(index.find(&HASH, 1), Found::Nothing));
    let stamp = index.stamp();
    index.put_absent(HASH, stamp, 1);
    assert!(matches!(index.find(&HASH, 1 + FRESH), Found::Nothing), "an absence is short-lived");
}

#[test]
fn life_is_bounded_and_one_asker_reads_again() {
    let index = Index::new(100);
    index.put(HASH, index.stamp(), 1, key(1));
    assert!(matches!(index.find(&HASH, FRESH), Found::Known(_)));
    assert!(matches!(index.find(&HASH, FRESH + 1), Found::Aging(_)));
    assert!(matches!(index.find(&HASH, FRESH + 2), Found::Known(_)), "another one is reading");
    assert!(matches!(index.find(&HASH, FRESH + 1 + RETRY), Found::Aging(_)));
    assert!(known(&index.find(&HASH, LIFE)));
    assert!(matches!(index.find(&HASH, LIFE + 1), Found::Nothing));
}

#[test]
fn readers_never_see_a_key_older_than_a_change_they_know_of() {
    // The row counts changes; whoever read it at n may be believed only while the notice of n + 1 is not out.
    let index = Arc::new(Index::new(100));
    let row = Arc::new(AtomicU64::new(0));
    let announced = Arc::new(AtomicU64::new(0));
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (index, row, announced, stop) = (index.clone(), row.clone(), announced.clone(), stop.clone());
            std::thread::spawn(move || {
                let mut checked = 0_u64;
                while !stop.load(Ordering::SeqCst) || checked == 0 {
                    let before = announced.load(Ordering::SeqCst);
                    if let Found::Known(known) = index.find(&HASH, 1) {
                        assert!(known.key.version.cast_unsigned() >= before, "older than a notice that was out");
                        checked += 1;
                    } else {
                        let stamp = index.stamp();
                        let version = row.load(Ordering::SeqCst).cast_signed();
                        index.put(HASH, stamp, 1, VirtualKey { version, ..key(1) });
                    }
                }
            })
        })
        .collect();
    for n in 1..=20_000 {
        row.store(n, Ordering::SeqCst);
        index.changed(key(1).id.as_str());
        announced.store(n, Ordering::SeqCst);
    }
    stop.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.join().unwrap();
    }
}

proptest! {
    /// Whatever order loads, changes and lookups come in, what is found was loaded after the last change of its key.
    #[test]
    fn never_stale(steps in prop::collection::vec((0_u8..4, 0_u8..3), 1..60)) {
        let index = Index::new(100);
        let mut version = [0_i64; 3];
        let mut pending = Vec::new();
        for (step, n) in steps {
            let at = usize::from(n);
            match step {
                0 => pending.push((n, index.stamp(), version[at])),
                1 => {
                    version[at] += 1;
                    index.changed(key(n).id.as_str());
                }
                2 => {
                    if let Some((n, stamp, version)) = pending.pop() {
                        index.put([n; 32], stamp, 1, VirtualKey { version, ..key(n) });
                    }
                }
                _ => {
                    if let Found::Known(known) = index.find(&[n; 32], 1) {
                        prop_assert_eq!(known.key.version, version[at]);
                    }
                }
            }
        }
    }
}
