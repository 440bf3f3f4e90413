//! Manual clock: time that stands still until a test advances it.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Duration,
};

use domain::{Clock, Timestamp};

use crate::NOON;

/// A clock that tests advance. Both axes stand still between two calls.
#[derive(Debug)]
pub struct ManualClock {
    wall_ms: AtomicI64,
    monotonic_ns: AtomicU64,
    tick_ns: u64,
}

impl Default for ManualClock {
    /// At [`NOON`].
    fn default() -> Self {
        Self::at(NOON)
    }
}

impl ManualClock {
    /// At `now`. The monotonic axis begins at one second.
    pub fn at(now: Timestamp) -> Self {
        Self { wall_ms: AtomicI64::new(now.0), monotonic_ns: AtomicU64::new(1_000_000_000), tick_ns: 0 }
    }

    /// From now on the monotonic axis advances by `tick` after each look at it, so that whatever is measured by two
    /// looks took exactly so long.
    #[must_use]
    pub fn ticking(mut self, tick: Duration) -> Self {
        self.tick_ns = nanoseconds(tick);
        self
    }

    /// Advances both axes.
    pub fn advance(&self, by: Duration) {
        self.wall_ms.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
        self.monotonic_ns.fetch_add(nanoseconds(by), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.wall_ms.load(Ordering::SeqCst))
    }

    fn monotonic_ns(&self) -> u64 {
        self.monotonic_ns.fetch_add(self.tick_ns, Ordering::SeqCst)
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_axes_advance_by_the_same_time_and_only_when_asked() {
        let clock = ManualClock::default();
        let (wall, monotonic) = (clock.now(), clock.monotonic_ns());
        assert_eq!((clock.now(), clock.monotonic_ns()), (wall, monotonic));
        clock.advance(Duration::from_millis(1_500));
        assert_eq!((clock.now(), clock.monotonic_ns()), (wall.plus(1_500), monotonic + 1_500_000_000));
    }

    #[test]
    fn a_ticking_clock_measures_one_tick_between_two_looks() {
        let clock = ManualClock::at(Timestamp(7)).ticking(Duration::from_millis(5));
        let first = clock.monotonic_ns();
        assert_eq!(clock.monotonic_ns() - first, 5_000_000);
        assert_eq!(clock.now(), Timestamp(7));
    }
}
