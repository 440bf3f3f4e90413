//! Deployment health (circuit breaker, load balancing): which deployments rest, how fast they are, what may be retried.
//!
//! Only what is reached along a route is judged here. An upstream that is called without one is never rested.

use std::sync::{
    Arc,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

use domain::{ModelId, UpstreamId};
use foldhash::HashMap;
use parking_lot::Mutex;

const SECOND: u64 = 1_000_000_000;
/// After so long half of an old peak is forgotten (peak EWMA).
const HALF_LIFE: u64 = 10 * SECOND;
/// A deployment that was never tried counts as this fast, so that it is tried.
const UNTRIED: u64 = 1_000_000;
/// Longest rest that an upstream can ask for itself.
const REST_MAX: u64 = 3600 * SECOND;
/// A trial that has not ended after so long does not keep others from trying.
const TRIAL: u64 = 60 * SECOND;
/// Retries that a route may spend whatever its traffic.
const RETRIES_FREE: u64 = 10;
/// Requests that earn a retry: a tenth of them may be tried again.
const RETRY_SHARE: u64 = 10;
/// The most retries that are saved up.
const RETRIES_MAX: u64 = 100;

/// The deployments of all routes, by upstream and model.
#[derive(Default)]
pub(crate) struct Balance {
    deployments: Mutex<HashMap<(UpstreamId, String), Arc<Deployment>>>,
    budgets: Mutex<HashMap<ModelId, u64>>,
    open: Mutex<HashMap<UpstreamId, Arc<AtomicU32>>>,
}

/// What is known of a deployment.
#[derive(Default)]
pub(crate) struct Deployment {
    /// Until when it rests; 0: it does not.
    rests_until_ns: AtomicU64,
    /// When the trial began that shall show whether it is well again; 0: none is under way.
    trial_ns: AtomicU64,
    /// Time to first byte, nanoseconds: rises at once, falls slowly.
    peak_ns: AtomicU64,
    peak_at_ns: AtomicU64,
    under_way: AtomicU32,
}

/// A request under way at a deployment.
pub(crate) struct Visit {
    deployment: Arc<Deployment>,
}

/// A place among the open requests of an upstream.
pub(crate) struct OpenPlace(Option<Arc<AtomicU32>>);

impl Balance {
    /// What is known of a deployment.
    pub(crate) fn deployment(&self, upstream: &UpstreamId, model: &str) -> Arc<Deployment> {
        let mut all = self.deployments.lock();
        if let Some(known) = all.get(&(upstream.clone(), model.to_owned())) {
            return known.clone();
        }
        all.entry((upstream.clone(), model.to_owned())).or_default().clone()
    }

    /// A request came along a route: a tenth of a retry is earned.
    pub(crate) fn earn(&self, route: &ModelId) {
        let mut budgets = self.budgets.lock();
        let tenths = budgets.entry(route.clone()).or_insert(RETRIES_FREE * RETRY_SHARE);
        *tenths = (*tenths + 1).min(RETRIES_MAX * RETRY_SHARE);
    }

    /// Spends a retry of a route, if there is one.
    pub(crate) fn spend(&self, route: &ModelId) -> bool {
        let mut budgets = self.budgets.lock();
        let tenths = budgets.entry(route.clone()).or_insert(RETRIES_FREE * RETRY_SHARE);
        let enough = *tenths >= RETRY_SHARE;
        if enough {
            *tenths -= RETRY_SHARE;
        }
        enough
    }

    /// A place among the open requests of an upstream that may have so many; `None`: they are all taken.
    pub(crate) fn open(&self, upstream: &UpstreamId, most: Option<u32>) -> Option<OpenPlace> {
        let Some(most) = most else { return Some(OpenPlace(None)) };
        let open = self.open.lock().entry(upstream.clone()).or_default().clone();
        let taken = |n: u32| (n < most).then_some(n + 1);
        open.fetch_update(Ordering::AcqRel, Ordering::Acquire, taken).ok()?;
        Some(OpenPlace(Some(open)))
    }
}

impl Drop for OpenPlace {
    fn drop(&mut self) {
        if let Some(open) = &self.0 {
            open.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

impl Deployment {
    /// Whether it may be tried at `now_ns`. One that has rested may be tried by one request; the others wait for how that
    /// goes.
    pub(crate) fn may_be_tried(&self, now_ns: u64) -> bool {
        match self.rests_until_ns.load(Ordering::Acquire) {
            0 => true,
            until if now_ns < until => false,
            _ => {
                let trial = self.trial_ns.load(Ordering::Acquire);
                trial == 0 || now_ns.saturating_sub(trial) > TRIAL
            }
        }
    }

    /// Until when it rests; 0: it does not.
    pub(crate) fn rests_until_ns(&self) -> u64 {
        self.rests_until_ns.load(Ordering::Acquire)
    }

    /// How slow it is at the moment: its peak, times what is under way there.
    pub(crate) fn load(&self, now_ns: u64) -> u64 {
        let peak = match self.peak_ns.load(Ordering::Relaxed) {
            0 => UNTRIED,
            peak => {
                let halves = now_ns.saturating_sub(self.peak_at_ns.load(Ordering::Relaxed)) / HALF_LIFE;
                peak.checked_shr(u32::try_from(halves).unwrap_or(u32::MAX)).unwrap_or(0).max(1)
            }
        };
        peak.saturating_mul(u64::from(self.under_way.load(Ordering::Relaxed)) + 1)
    }

    /// A request goes there.
    pub(crate) fn visit(self: &Arc<Self>, now_ns: u64) -> Visit {
        if self.rests_until_ns.load(Ordering::Acquire) != 0 {
            self.trial_ns.store(now_ns.max(1), Ordering::Release);
        }
        self.under_way.fetch_add(1, Ordering::Relaxed);
        Visit { deployment: self.clone() }
    }

    /// It answered, after so long: it is well.
    pub(crate) fn answered(&self, after_ns: u64, now_ns: u64) {
        self.rests_until_ns.store(0, Ordering::Release);
        self.trial_ns.store(0, Ordering::Release);
        let faded = self.peak_ns.load(Ordering::Relaxed);
        let halves = now_ns.saturating_sub(self.peak_at_ns.load(Ordering::Relaxed)) / HALF_LIFE;
        let faded = faded.checked_shr(u32::try_from(halves).unwrap_or(u32::MAX)).unwrap_or(0);
        // Up at once, down by an eighth of the way.
        let peak = if after_ns >= faded { after_ns } else { faded - (faded - after_ns) / 8 };
        self.peak_ns.store(peak.max(1), Ordering::Relaxed);
        self.peak_at_ns.store(now_ns, Ordering::Relaxed);
    }

    /// It failed: it rests for so long.
    pub(crate) fn failed(&self, rest_ns: u64, now_ns: u64) {
        self.trial_ns.store(0, Ordering::Release);
        self.rests_until_ns.fetch_max(now_ns.saturating_add(rest_ns.min(REST_MAX)).max(1), Ordering::AcqRel);
    }

    /// What went wrong was the client's doing: a trial that ended so shows nothing.
    pub(crate) fn no_verdict(&self) {
        self.trial_ns.store(0, Ordering::Release);
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.deployment.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;

    use super::*;

    #[test]
    fn one_trial_shows_whether_a_deployment_is_well_again() {
        let deployment = Arc::new(Deployment::default());
        assert!(deployment.may_be_tried(5));
        deployment.failed(30 * SECOND, 5);
        assert!(!deployment.may_be_tried(29 * SECOND));
        let then = 31 * SECOND;
        assert!(deployment.may_be_tried(then));
        let trial = deployment.visit(then);
        assert!(!deployment.may_be_tried(then), "one at a time");
        assert!(deployment.may_be_tried(then + TRIAL + 1), "a trial that hangs keeps no one off for ever");
        deployment.failed(30 * SECOND, then);
        drop(trial);
        assert!(!deployment.may_be_tried(then + 29 * SECOND));
        let _trial = deployment.visit(then + 31 * SECOND);
        deployment.answered(SECOND, then + 31 * SECOND);
        assert!(deployment.may_be_tried(then + 31 * SECOND) && deployment.rests_until_ns() == 0);
    }

    #[test]
    fn peaks_rise_at_once_and_fade() {
        let deployment = Arc::new(Deployment::default());
        let untried = deployment.load(0);
        deployment.answered(SECOND, 1);
        assert_eq!(deployment.load(1), SECOND);
        deployment.answered(SECOND / 2, 2);
        assert!(deployment.load(2) > SECOND / 2, "slowly down");
        let _visit = deployment.visit(2);
        assert!(deployment.load(2) > SECOND, "what is under way weighs");
        assert!(deployment.load(100 * SECOND) < untried * 10, "forgotten");
    }

    #[test]
    fn a_tenth_of_the_requests_may_be_tried_again() {
        let (balance, route) = (Balance::default(), ModelId::new(Timestamp(1), [1; 10]));
        let spent = (0..100).filter(|_| balance.spend(&route)).count();
        assert_eq!(spent, 10);
        (0..100).for_each(|_| balance.earn(&route));
        assert_eq!((0..100).filter(|_| balance.spend(&route)).count(), 10);
    }

    #[test]
    fn places_at_an_upstream_come_back() {
        let (balance, upstream) = (Balance::default(), UpstreamId::new(Timestamp(1), [1; 10]));
        assert!(balance.open(&upstream, None).is_some());
        let one = balance.open(&upstream, Some(1)).unwrap();
        assert!(balance.open(&upstream, Some(1)).is_none());
        drop(one);
        assert!(balance.open(&upstream, Some(1)).is_some());
    }
}
