//! Cached figures: what was counted, and as of which change of the control plane.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use domain::{Change, Visible};
use parking_lot::Mutex;
use store::Store;

/// So many callers' figures are kept; the oldest go first.
const KEPT: usize = 64;
/// After this many nanoseconds a figure is read again, whatever was heard of changes.
const KEPT_NS: u64 = 60_000_000_000;

/// What stands beside the entries of the navigation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NavigationCounts {
    /// Keys in all.
    pub keys: i64,
    /// Upstreams in all.
    pub upstreams: i64,
}

/// What a caller may see of the keys, and of the upstreams.
pub(crate) type Seen = (Visible, Visible);

/// The figures of this process.
pub(crate) struct Cache {
    /// Rises with every change of the control plane.
    generation: Arc<AtomicU64>,
    /// Per what a caller may see; the oldest stand first.
    known: Mutex<Vec<(Seen, Known)>>,
}

#[derive(Clone, Copy)]
struct Known {
    counts: NavigationCounts,
    generation: u64,
    at_ns: u64,
}

impl Cache {
    /// A cache that is invalidated by the changes of `store`.
    pub(crate) fn over(store: &Store) -> Self {
        let generation = Arc::<AtomicU64>::default();
        let heard = Arc::clone(&generation);
        store.subscribe(Arc::new(move |_: &Change| {
            heard.fetch_add(1, Ordering::Relaxed);
        }));
        Self { generation, known: Mutex::default() }
    }

    /// The generation that figures which are read from now on belong to.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// The figures, as long as nothing has changed since they were read.
    pub(crate) fn current(&self, seen: &Seen, now_ns: u64) -> Option<NavigationCounts> {
        let generation = self.generation();
        let known = self.known_of(seen)?;
        let young = now_ns.saturating_sub(known.at_ns) < KEPT_NS;
        (known.generation == generation && young).then_some(known.counts)
    }

    /// The figures that were read last, however old.
    pub(crate) fn last(&self, seen: &Seen) -> Option<NavigationCounts> {
        self.known_of(seen).map(|known| known.counts)
    }

    /// Keeps figures that were read as of `generation`.
    pub(crate) fn keep(&self, seen: Seen, counts: NavigationCounts, generation: u64, at_ns: u64) {
        let mut known = self.known.lock();
        known.retain(|(of, _)| *of != seen);
        if known.len() >= KEPT {
            known.remove(0);
        }
        known.push((seen, Known { counts, generation, at_ns }));
    }

    fn known_of(&self, seen: &Seen) -> Option<Known> {
        self.known.lock().iter().find(|(of, _)| of == seen).map(|(_, known)| *known)
    }
}
