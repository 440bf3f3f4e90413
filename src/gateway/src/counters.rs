//! Rate limit counters, one place per installation.

use std::hash::BuildHasher as _;

use async_trait::async_trait;
use domain::{Gcra, Verdict};
use foldhash::{HashMap, fast::RandomState};
use parking_lot::Mutex;

/// The counters cannot be reached, so what is left is not known.
#[derive(Debug, thiserror::Error)]
#[error("the counters do not answer: {0}")]
pub struct CountersUnavailable(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Where rate limits are counted.
#[async_trait]
pub trait Counters: Send + Sync + 'static {
    /// Takes one unit of `subject`'s allowance at `now_ns`, or says when there will be one. `now_ns` must be on the
    /// same axis in every call.
    async fn reserve(&self, subject: &str, gcra: Gcra, now_ns: u64) -> Result<Verdict, CountersUnavailable>;
}

const SHARDS: usize = 64;
/// Subjects remembered unless said otherwise. Only known keys are subjects, and only those of the last minute stay.
const SUBJECTS: usize = 1_000_000;

/// Counters of one process, in memory.
///
/// A subject whose allowance is whole again is as good as one never seen, so it may be forgotten: memory is bounded by
/// those that called within the last period.
pub struct MemoryCounters {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
    per_shard: usize,
}

#[derive(Default)]
struct Shard {
    /// Subject to theoretical arrival time.
    tats: HashMap<Box<str>, u64>,
    /// When the shard is next swept: at this size.
    sweep_at: usize,
}

impl MemoryCounters {
    /// Counters for so many subjects at once. Beyond it those closest to a whole allowance are forgotten.
    pub fn with_capacity(subjects: usize) -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::default(),
            per_shard: subjects.div_ceil(SHARDS).max(1),
        }
    }

    fn shard(&self, subject: &str) -> &Mutex<Shard> {
        let hash = self.hasher.hash_one(subject);
        &self.shards[usize::try_from(hash % SHARDS as u64).unwrap_or(0)]
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().tats.len()).sum()
    }
}

impl Default for MemoryCounters {
    fn default() -> Self {
        Self::with_capacity(SUBJECTS)
    }
}

#[async_trait]
impl Counters for MemoryCounters {
    async fn reserve(&self, subject: &str, gcra: Gcra, now_ns: u64) -> Result<Verdict, CountersUnavailable> {
        let mut shard = self.shard(subject).lock();
        let verdict = gcra.decide(shard.tats.get(subject).copied().unwrap_or(0), now_ns);
        if let Verdict::Admitted { tat_ns, .. } = verdict {
            match shard.tats.get_mut(subject) {
                Some(tat) => *tat = tat_ns,
                None => shard.insert(subject, tat_ns, now_ns, self.per_shard),
            }
        }
        Ok(verdict)
    }
}

impl Shard {
    fn insert(&mut self, subject: &str, tat_ns: u64, now_ns: u64, capacity: usize) {
        if self.tats.len() >= self.sweep_at.max(16).min(capacity) {
            self.tats.retain(|_, tat| *tat > now_ns);
            // Sweeping again only after it doubled keeps the work constant per insertion.
            self.sweep_at = self.tats.len() * 2;
        }
        if self.tats.len() >= capacity {
            let fullest = self.tats.iter().min_by_key(|(_, tat)| **tat).map(|(subject, _)| subject.clone());
            if let Some(fullest) = fullest {
                self.tats.remove(&fullest);
            }
        }
        self.tats.insert(subject.into(), tat_ns);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    const MINUTE: u64 = 60_000_000_000;

    fn admitted(counters: &MemoryCounters, subject: &str, gcra: Gcra, now_ns: u64) -> bool {
        let mut reserve = counters.reserve(subject, gcra, now_ns);
        // In memory nothing is ever waited for.
        let waker = std::task::Waker::noop();
        match reserve.as_mut().poll(&mut std::task::Context::from_waker(waker)) {
            std::task::Poll::Ready(verdict) => matches!(verdict.unwrap(), Verdict::Admitted { .. }),
            std::task::Poll::Pending => panic!("memory counters wait for nothing"),
        }
    }

    #[test]
    fn parallel_requests_get_the_allowance_and_not_one_more() {
        let counters = Arc::new(MemoryCounters::default());
        let gcra = Gcra::per_minute(100);
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let counters = counters.clone();
                std::thread::spawn(move || (0..50).filter(|_| admitted(&counters, "key", gcra, 7)).count())
            })
            .collect();
        let passed: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(passed, 100);
    }

    #[test]
    fn subjects_do_not_share() {
        let counters = MemoryCounters::default();
        assert!(admitted(&counters, "a", Gcra::per_minute(1), 5));
        assert!(!admitted(&counters, "a", Gcra::per_minute(1), 5));
        assert!(admitted(&counters, "b", Gcra::per_minute(1), 5));
        assert!(admitted(&counters, "a", Gcra::per_minute(1), 5 + MINUTE));
    }

    #[test]
    fn whole_allowances_are_forgotten() {
        let counters = MemoryCounters::with_capacity(64 * 64);
        for minute in 0..50 {
            for n in 0..1000 {
                assert!(admitted(&counters, &format!("{minute}-{n}"), Gcra::per_minute(1), minute * 2 * MINUTE));
            }
        }
        assert!(counters.len() <= 64 * 64, "{}", counters.len());
    }

    proptest! {
        /// However many subjects come, memory is bounded.
        #[test]
        fn bounded(subjects in prop::collection::vec(0_u16..2000, 1..2000)) {
            let counters = MemoryCounters::with_capacity(256);
            for subject in subjects {
                admitted(&counters, &subject.to_string(), Gcra::per_minute(10), 1);
                prop_assert!(counters.len() <= 256);
            }
        }
    }
}
