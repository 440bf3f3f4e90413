//! Figures of the navigation: cached, so that no page counts anything.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use domain::{Action, Change};
use parking_lot::Mutex;
use store::{KeyFilter, Store};

use crate::{Cx, Result};

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

/// The figures of this process.
pub(crate) struct Cache {
    /// Rises with every change of the control plane.
    generation: Arc<AtomicU64>,
    known: Mutex<Option<Known>>,
}

#[derive(Clone, Copy)]
struct Known {
    counts: NavigationCounts,
    generation: u64,
    at_ns: u64,
}

impl Cache {
    /// A cache that hears of the changes of `store`.
    pub(crate) fn over(store: &Store) -> Self {
        let generation = Arc::<AtomicU64>::default();
        let heard = Arc::clone(&generation);
        store.subscribe(Arc::new(move |_: &Change| {
            heard.fetch_add(1, Ordering::Relaxed);
        }));
        Self { generation, known: Mutex::default() }
    }
}

/// The figures. Where the database does not answer, the last ones that were read.
pub async fn counts(cx: &Cx) -> Result<NavigationCounts> {
    cx.allow(Action::ReadOverview)?;
    let cache = cx.navigation();
    let known = *cache.known.lock();
    let (generation, now_ns) = (cache.generation.load(Ordering::Relaxed), cx.monotonic_ns());
    if let Some(known) = known
        && known.generation == generation
        && now_ns.saturating_sub(known.at_ns) < KEPT_NS
    {
        return Ok(known.counts);
    }
    match read(cx).await {
        Ok(counts) => {
            *cache.known.lock() = Some(Known { counts, generation, at_ns: now_ns });
            Ok(counts)
        }
        Err(error) => known.map(|known| known.counts).ok_or(error),
    }
}

async fn read(cx: &Cx) -> Result<NavigationCounts> {
    let everything = KeyFilter { now: cx.now(), ..KeyFilter::default() };
    Ok(NavigationCounts {
        keys: cx.store().count_listed_keys(&everything, i64::MAX).await?,
        upstreams: cx.store().count_upstreams().await?,
    })
}
