//! Time that stands still until somebody moves it.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::{Clock, Timestamp};

/// A clock that tests move by hand.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl Default for ManualClock {
    /// A Saturday morning.
    fn default() -> Self {
        Self(AtomicI64::new(1_795_255_200_000))
    }
}

impl ManualClock {
    /// Moves both axes on by `ms` milliseconds.
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    fn monotonic_ns(&self) -> u64 {
        u64::try_from(self.0.load(Ordering::SeqCst)).unwrap_or(0) * 1_000_000
    }
}
