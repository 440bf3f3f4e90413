//! Key cache: by full lookup hash, bounded in number and in life, never staler than the last change notice.
//!
//! Every change gets a number. What is loaded carries the number that stood before its load began, and holds only while
//! no later change concerns it. So a load that was under way during a change can put in what it likes: no reader will
//! believe it, and no lock is needed.

use std::{
    hash::BuildHasher as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::VirtualKey;
use foldhash::fast::RandomState;
use moka::sync::Cache;

/// Changes are remembered per stripe of keys: a change makes its stripe be read again and leaves the others alone.
const STRIPES: usize = 1024;
const SECOND: u64 = 1_000_000_000;
/// Where the change feed was not read for so long, a key is read again if the database answers (R3: at most 5 s with the
/// notice channel cut).
const FRESH: u64 = 5 * SECOND;
/// Older than this, it counts no more (R3: at most 60 s with the database gone).
const LIFE: u64 = 60 * SECOND;
/// If reading again fails, it is tried again after so long.
const RETRY: u64 = SECOND;

/// The number of the last change before a load began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp(u64);

/// A key that is known.
#[derive(Debug)]
pub(crate) struct CachedKey {
    /// The key, its row MAC verified.
    pub key: VirtualKey,
    /// What of it may be shown: prefix and first four characters.
    pub prefix: String,
    stripe: usize,
    stamp: u64,
    loaded_ns: u64,
    next_check_ns: AtomicU64,
}

/// What the cache says of a lookup hash.
#[derive(Debug)]
pub(crate) enum Found {
    /// This key.
    Known(Arc<CachedKey>),
    /// This key, and the asker has been chosen to read it again.
    Aging(Arc<CachedKey>),
    /// There is no such key.
    Unknown,
    /// Nothing: read it.
    Nothing,
}

#[derive(Clone, Copy, Debug)]
struct Absent {
    stamp: u64,
    loaded_ns: u64,
}

/// The cache.
pub(crate) struct Index {
    changes: AtomicU64,
    /// When the change feed was last read: until then nothing is behind it.
    feed_read_ns: AtomicU64,
    last_change: Box<[AtomicU64]>,
    hasher: RandomState,
    known: Cache<[u8; 32], Arc<CachedKey>, RandomState>,
    // Apart, so that a flood of made-up keys evicts no known key.
    absent: Cache<[u8; 32], Absent, RandomState>,
}

impl Index {
    /// An empty cache for so many keys, and as many that are none.
    pub(crate) fn new(capacity: u64) -> Self {
        let (life, hasher) = (Duration::from_nanos(LIFE), RandomState::default());
        Self {
            changes: AtomicU64::new(0),
            feed_read_ns: AtomicU64::new(0),
            last_change: (0..STRIPES).map(|_| AtomicU64::new(0)).collect(),
            known: Cache::builder().max_capacity(capacity).time_to_live(life).build_with_hasher(hasher.clone()),
            absent: Cache::builder().max_capacity(capacity).time_to_live(life).build_with_hasher(hasher.clone()),
            hasher,
        }
    }

    /// To be taken before a load begins.
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp(self.changes.load(Ordering::SeqCst))
    }

    /// A key of that id changed. When this returns, no reader gets what was loaded before.
    pub(crate) fn changed(&self, key_id: &str) {
        let number = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        self.last_change[self.stripe(key_id)].fetch_max(number, Ordering::SeqCst);
    }

    /// Anything may have changed: a notice was missed. When this returns, no reader gets what was loaded before.
    pub(crate) fn all_changed(&self) {
        let number = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        for stripe in &self.last_change {
            stripe.fetch_max(number, Ordering::SeqCst);
        }
    }

    /// The change feed was read to its end; the reading began at `now_ns`.
    pub(crate) fn feed_was_read(&self, now_ns: u64) {
        self.feed_read_ns.fetch_max(now_ns, Ordering::SeqCst);
    }

    /// What is known of a hash.
    pub(crate) fn find(&self, hash: &[u8; 32], now_ns: u64) -> Found {
        if let Some(known) = self.known.get(hash) {
            // As good as just read, as long as the feed was: what changed since would have been said there.
            let good_at = known.loaded_ns.max(self.feed_read_ns.load(Ordering::Relaxed));
            let age = now_ns.saturating_sub(good_at);
            if age < LIFE && self.is_current(&known) {
                if age >= FRESH && known.is_chosen(now_ns) {
                    return Found::Aging(known);
                }
                return Found::Known(known);
            }
        }
        if let Some(absent) = self.absent.get(hash) {
            // Any change may be the making of this very key.
            let unchanged = absent.stamp == self.changes.load(Ordering::SeqCst);
            if unchanged && now_ns.saturating_sub(absent.loaded_ns) < FRESH {
                return Found::Unknown;
            }
        }
        Found::Nothing
    }

    /// Whether no change concerned the key since before it was loaded.
    pub(crate) fn is_current(&self, known: &CachedKey) -> bool {
        self.last_change[known.stripe].load(Ordering::SeqCst) <= known.stamp
    }

    /// Puts in a key whose load began at `stamp`.
    pub(crate) fn put(&self, hash: [u8; 32], stamp: Stamp, now_ns: u64, key: VirtualKey) -> Arc<CachedKey> {
        let known = Arc::new(CachedKey {
            prefix: key.masked.split('…').next().unwrap_or_default().to_owned(),
            stripe: self.stripe(key.id.as_str()),
            stamp: stamp.0,
            loaded_ns: now_ns,
            next_check_ns: AtomicU64::new(0),
            key,
        });
        self.absent.invalidate(&hash);
        self.known.insert(hash, known.clone());
        known
    }

    /// Puts in that there is no such key.
    pub(crate) fn put_absent(&self, hash: [u8; 32], stamp: Stamp, now_ns: u64) {
        self.known.invalidate(&hash);
        self.absent.insert(hash, Absent { stamp: stamp.0, loaded_ns: now_ns });
    }

    fn stripe(&self, key_id: &str) -> usize {
        usize::try_from(self.hasher.hash_one(key_id) % STRIPES as u64).unwrap_or(0)
    }
}

impl CachedKey {
    /// One asker per retry time reads again; the others go on with what is there.
    fn is_chosen(&self, now_ns: u64) -> bool {
        let next = self.next_check_ns.load(Ordering::Relaxed);
        now_ns >= next
            && self.next_check_ns.compare_exchange(next, now_ns + RETRY, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
