//! Claims: rate and concurrency limits, taken all or not at all, and given back on every path.

use std::{hash::BuildHasher as _, sync::Arc};

use async_trait::async_trait;
use domain::{ClaimVerdict, Line, LineState, Rule, SlidingWindow, Verdict, Window};
use foldhash::{HashMap, fast::RandomState};
use parking_lot::{Mutex, MutexGuard};

/// The place where limits are counted cannot be reached, so what is left is not known.
#[derive(Debug, thiserror::Error)]
#[error("the limits cannot be checked: {0}")]
pub struct ClaimsUnavailable(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Where limits are counted.
#[async_trait]
pub trait Claims: Send + Sync + 'static {
    /// Takes one unit of every line at `now_ns`, or none of any. `now_ns` must be on the same axis in every call.
    async fn reserve(&self, lines: &[Line<'_>], now_ns: u64) -> Result<ClaimVerdict, ClaimsUnavailable>;

    /// Gives back what ends with a request: its place among those under way of `subject`.
    fn release(&self, subject: &str);
}

/// A place among the requests under way of a subject. Dropping it gives it back.
pub(crate) struct Reservation {
    claims: Arc<dyn Claims>,
    subject: Box<str>,
}

impl Reservation {
    /// The place that a granted claim with a concurrency line took.
    pub(crate) fn new(claims: Arc<dyn Claims>, subject: &str) -> Self {
        Self { claims, subject: subject.into() }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.claims.release(&self.subject);
    }
}

const SHARDS: usize = 64;
/// Subjects remembered unless said otherwise. Only known keys are subjects, and only those with something to remember stay.
const SUBJECTS: usize = 1_000_000;

/// Limits of one process, in memory.
///
/// A subject whose allowances are whole again is as good as one never seen, so it may be forgotten: memory is bounded by
/// those that called within their longest window.
pub struct MemoryClaims {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
    per_shard: usize,
}

#[derive(Default)]
struct Shard {
    subjects: HashMap<Box<str>, Allowances>,
    /// When the shard is next swept: at this size.
    sweep_at: usize,
}

/// What is counted of a subject. Windows come into being when a limit first asks for them.
#[derive(Default)]
struct Allowances {
    minute: Option<Box<SlidingWindow>>,
    hour: Option<Box<SlidingWindow>>,
    day: Option<Box<SlidingWindow>>,
    /// Theoretical arrival time of the burst limit.
    tat_ns: u64,
    under_way: u32,
}

impl MemoryClaims {
    /// Limits for so many subjects at once. Beyond it those with the least to remember are forgotten.
    pub fn with_capacity(subjects: usize) -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::default(),
            per_shard: subjects.div_ceil(SHARDS).max(1),
        }
    }

    fn shard_of(&self, subject: &str) -> usize {
        usize::try_from(self.hasher.hash_one(subject) % SHARDS as u64).unwrap_or(0)
    }

    /// The shards of all subjects, locked in one order, so that two claims never wait for each other.
    fn lock(&self, lines: &[Line<'_>]) -> Vec<(usize, MutexGuard<'_, Shard>)> {
        let mut shards: Vec<usize> = lines.iter().map(|line| self.shard_of(line.subject)).collect();
        shards.sort_unstable();
        shards.dedup();
        shards.into_iter().map(|at| (at, self.shards[at].lock())).collect()
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().subjects.len()).sum()
    }
}

impl Default for MemoryClaims {
    fn default() -> Self {
        Self::with_capacity(SUBJECTS)
    }
}

#[async_trait]
impl Claims for MemoryClaims {
    async fn reserve(&self, lines: &[Line<'_>], now_ns: u64) -> Result<ClaimVerdict, ClaimsUnavailable> {
        let mut shards = self.lock(lines);
        let mut allowances = |subject: &str, act: &mut dyn FnMut(&mut Allowances)| {
            let at = self.shard_of(subject);
            if let Some((_, shard)) = shards.iter_mut().find(|(number, _)| *number == at) {
                act(shard.entry(subject, now_ns, self.per_shard));
            }
        };
        let mut states = Vec::with_capacity(lines.len());
        let mut refused: Option<(LineState, u64)> = None;
        for line in lines {
            allowances(line.subject, &mut |subject| {
                let (state, retry_after_ns) = subject.ask(&line.rule, now_ns);
                states.push(state);
                if let Some(wait) = retry_after_ns
                    && refused.is_none_or(|(_, longest)| wait >= longest)
                {
                    refused = Some((state, wait));
                }
            });
        }
        if let Some((line, retry_after_ns)) = refused {
            return Ok(ClaimVerdict::Refused { line, retry_after_ns, states });
        }
        for line in lines {
            allowances(line.subject, &mut |subject| subject.take(&line.rule, now_ns));
        }
        Ok(ClaimVerdict::Granted(states))
    }

    fn release(&self, subject: &str) {
        let mut shard = self.shards[self.shard_of(subject)].lock();
        if let Some(subject) = shard.subjects.get_mut(subject) {
            subject.under_way = subject.under_way.saturating_sub(1);
        }
    }
}

impl Allowances {
    fn window(&mut self, window: Window) -> &mut SlidingWindow {
        let slot = match window {
            Window::Minute => &mut self.minute,
            Window::Hour => &mut self.hour,
            Window::Day => &mut self.day,
        };
        slot.get_or_insert_with(Box::default)
    }

    /// What a rule says, and, where it refuses, how long to wait. Nothing is taken.
    fn ask(&mut self, rule: &Rule, now_ns: u64) -> (LineState, Option<u64>) {
        let state = |remaining, reset_ns| LineState { rule: *rule, remaining, reset_ns };
        match rule {
            Rule::Concurrency(limit) => {
                let full = self.under_way >= *limit;
                (state(limit.saturating_sub(self.under_way + 1), 0), full.then_some(0))
            }
            Rule::Burst(gcra) => match gcra.decide(self.tat_ns, now_ns) {
                Verdict::Admitted { remaining, reset_ns, .. } => (state(remaining, reset_ns), None),
                Verdict::Refused { retry_after_ns, reset_ns } => (state(0, reset_ns), Some(retry_after_ns)),
            },
            Rule::Requests(window, limit) => {
                let said = self.window(*window).ask(*window, *limit, 1, now_ns);
                (state(said.remaining, said.reset_ns), (!said.admitted).then_some(said.retry_after_ns))
            }
        }
    }

    fn take(&mut self, rule: &Rule, now_ns: u64) {
        match rule {
            Rule::Concurrency(_) => self.under_way += 1,
            Rule::Burst(gcra) => {
                if let Verdict::Admitted { tat_ns, .. } = gcra.decide(self.tat_ns, now_ns) {
                    self.tat_ns = tat_ns;
                }
            }
            Rule::Requests(window, _) => self.window(*window).take(1),
        }
    }

    /// Whether there is nothing to remember.
    fn is_whole(&mut self, now_ns: u64) -> bool {
        let whole = |slot: &mut Option<Box<SlidingWindow>>, window| {
            slot.as_mut().is_none_or(|counted| counted.is_whole(window, now_ns))
        };
        self.under_way == 0
            && self.tat_ns <= now_ns
            && whole(&mut self.minute, Window::Minute)
            && whole(&mut self.hour, Window::Hour)
            && whole(&mut self.day, Window::Day)
    }
}

impl Shard {
    fn entry(&mut self, subject: &str, now_ns: u64, capacity: usize) -> &mut Allowances {
        if !self.subjects.contains_key(subject) {
            self.make_space(now_ns, capacity);
        }
        self.subjects.entry(subject.into()).or_default()
    }

    fn make_space(&mut self, now_ns: u64, capacity: usize) {
        if self.subjects.len() >= self.sweep_at.max(16).min(capacity) {
            self.subjects.retain(|_, allowances| !allowances.is_whole(now_ns));
            // Sweeping again only after it doubled keeps the work constant per insertion.
            self.sweep_at = self.subjects.len() * 2;
        }
        if self.subjects.len() >= capacity {
            let idle = self.subjects.iter().find(|(_, allowances)| allowances.under_way == 0);
            if let Some(idle) = idle.map(|(subject, _)| subject.clone()) {
                self.subjects.remove(&idle);
            }
        }
    }
}

#[cfg(test)]
#[path = "claims_tests.rs"]
mod tests;
