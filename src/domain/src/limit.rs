//! Rate limits: exact sliding windows (K11), and a generic cell rate algorithm (GCRA, ITU-T I.371) for bursts.

use serde::{Deserialize, Serialize};

/// Limits of a virtual key. `None`: no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimits {
    /// Requests admitted in any minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Requests admitted in any hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_hour: Option<u32>,
    /// Requests admitted in any 24 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_day: Option<u32>,
    /// Requests under way at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// Requests that may come at once; more come at the rate of the shortest window that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
}

impl RateLimits {
    /// What a key gets when nothing is said (D4).
    pub const DEFAULT_REQUESTS_PER_MINUTE: u32 = 100;
    /// The highest limit.
    pub const MAX: u32 = 1_000_000;

    /// Whether nothing is limited.
    pub const fn is_unlimited(&self) -> bool {
        let Self { requests_per_minute, requests_per_hour, requests_per_day, concurrency, burst } = self;
        requests_per_minute.is_none()
            && requests_per_hour.is_none()
            && requests_per_day.is_none()
            && concurrency.is_none()
            && burst.is_none()
    }

    /// The limited windows, shortest first.
    pub fn windows(&self) -> impl Iterator<Item = (Window, u32)> {
        let Self { requests_per_minute, requests_per_hour, requests_per_day, concurrency: _, burst: _ } = self;
        [(Window::Minute, *requests_per_minute), (Window::Hour, *requests_per_hour), (Window::Day, *requests_per_day)]
            .into_iter()
            .filter_map(|(window, limit)| Some((window, limit?)))
    }

    /// The burst as a limit of its own: at the rate of the shortest limited window. `None` without one, or where nothing
    /// says the rate.
    pub fn burst_limit(&self) -> Option<Gcra> {
        let (window, limit) = self.windows().next()?;
        Some(Gcra { burst: self.burst?, limit, period_ns: window.ns() })
    }
}

/// The span of a sliding window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
}

impl Window {
    /// Its length, nanoseconds.
    pub const fn ns(self) -> u64 {
        self.seconds() * 1_000_000_000
    }

    /// Its length, seconds.
    pub const fn seconds(self) -> u64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
        }
    }

    /// As a sentence says it: `per minute`.
    pub const fn per(self) -> &'static str {
        match self {
            Self::Minute => "per minute",
            Self::Hour => "per hour",
            Self::Day => "per day",
        }
    }
}

/// Buckets of a window. One more is counted, because the oldest overlaps with the span in part.
const BUCKETS: u64 = 60;
const COUNTED: usize = 61;

/// What came within a sliding window, in buckets of a sixtieth of it. Counting the whole oldest bucket makes the limit hold
/// in *any* span of the window's length: never above it, at the price of up to a sixtieth of patience.
#[derive(Clone, Debug)]
pub struct SlidingWindow {
    counts: [u32; COUNTED],
    /// Number of the newest bucket, since the axis began.
    newest: u64,
    sum: u32,
}

/// What a limit says of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Whether it may pass.
    pub admitted: bool,
    /// Units that could still come at this instant, what is asked for taken off if it may pass.
    pub remaining: u32,
    /// Until the same request would pass; 0 if it may.
    pub retry_after_ns: u64,
    /// Until the allowance is whole again.
    pub reset_ns: u64,
}

impl Default for SlidingWindow {
    fn default() -> Self {
        Self { counts: [0; COUNTED], newest: 0, sum: 0 }
    }
}

impl SlidingWindow {
    /// What the limit says of `need` units at `now_ns`. Nothing is taken yet. `now_ns` must not go back.
    pub fn ask(&mut self, window: Window, limit: u32, need: u32, now_ns: u64) -> Allowance {
        self.advance(window, now_ns);
        let left = limit.saturating_sub(self.sum);
        if need <= left {
            return Allowance { admitted: true, remaining: left - need, retry_after_ns: 0, reset_ns: window.ns() };
        }
        let mut sum = u64::from(self.sum);
        let mut retry_after_ns = window.ns();
        for (bucket, count) in self.oldest_first() {
            sum -= u64::from(count);
            if sum + u64::from(need) <= u64::from(limit) {
                retry_after_ns = leaves_at(window, bucket).saturating_sub(now_ns);
                break;
            }
        }
        Allowance { admitted: false, remaining: left, retry_after_ns, reset_ns: self.whole_in(window, now_ns) }
    }

    /// Counts `need` units at the instant that was asked for last.
    pub fn take(&mut self, need: u32) {
        let at = slot(self.newest);
        self.counts[at] = self.counts[at].saturating_add(need);
        self.sum = self.sum.saturating_add(need);
    }

    /// Whether nothing is counted at `now_ns`.
    pub fn is_whole(&mut self, window: Window, now_ns: u64) -> bool {
        self.advance(window, now_ns);
        self.sum == 0
    }

    fn whole_in(&self, window: Window, now_ns: u64) -> u64 {
        let last = self.oldest_first().filter(|(_, count)| *count > 0).last();
        last.map_or(0, |(bucket, _)| leaves_at(window, bucket).saturating_sub(now_ns))
    }

    fn oldest_first(&self) -> impl Iterator<Item = (u64, u32)> {
        let first = self.newest.saturating_sub(BUCKETS);
        (first..=self.newest).map(|bucket| (bucket, self.counts[slot(bucket)]))
    }

    fn advance(&mut self, window: Window, now_ns: u64) {
        let now = now_ns / (window.ns() / BUCKETS);
        if now <= self.newest {
            return;
        }
        if now - self.newest > BUCKETS {
            *self = Self { newest: now, ..Self::default() };
            return;
        }
        for bucket in self.newest + 1..=now {
            self.sum -= std::mem::take(&mut self.counts[slot(bucket)]);
        }
        self.newest = now;
    }
}

/// The slot of a bucket; it is the one of the bucket that leaves as it comes.
fn slot(bucket: u64) -> usize {
    usize::try_from(bucket % (BUCKETS + 1)).unwrap_or(0)
}

/// When a bucket is out of the window, nanoseconds on the axis.
const fn leaves_at(window: Window, bucket: u64) -> u64 {
    (bucket + BUCKETS + 1).saturating_mul(window.ns() / BUCKETS)
}

/// One GCRA limit: `limit` units per `period_ns`, of which `burst` may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gcra {
    /// Units that may come at once; at least 1.
    pub burst: u32,
    /// Units per period; at least 1.
    pub limit: u32,
    /// Length of the period in nanoseconds.
    pub period_ns: u64,
}

/// What the limit says of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Admitted: store `tat_ns` as the new state.
    Admitted {
        /// The new theoretical arrival time, nanoseconds on the caller's monotonic axis.
        tat_ns: u64,
        /// Units that could still come at this instant.
        remaining: u32,
        /// Until the allowance is whole again.
        reset_ns: u64,
    },
    /// Refused: nothing changes.
    Refused {
        /// Until the same request would be admitted.
        retry_after_ns: u64,
        /// Until the allowance is whole again.
        reset_ns: u64,
    },
}

impl Gcra {
    /// `limit` units a minute, all of which may come at once.
    pub const fn per_minute(limit: u32) -> Self {
        Self { burst: limit, limit, period_ns: 60_000_000_000 }
    }

    /// Decides one unit at `now_ns`, given the stored theoretical arrival time (0 for a fresh key).
    pub fn decide(&self, tat_ns: u64, now_ns: u64) -> Verdict {
        let limit = u64::from(self.limit.max(1));
        let interval = (self.period_ns / limit).max(1);
        // An exact multiple of the interval, so that `burst` units fit and not one more.
        let tolerance = interval * u64::from(self.burst.max(1));
        let tat = tat_ns.max(now_ns);
        let next = tat + interval;
        let earliest = next.saturating_sub(tolerance);
        if earliest > now_ns {
            return Verdict::Refused { retry_after_ns: earliest - now_ns, reset_ns: tat - now_ns };
        }
        let remaining = (now_ns + tolerance - next) / interval;
        Verdict::Admitted {
            tat_ns: next,
            remaining: u32::try_from(remaining).unwrap_or(u32::MAX),
            reset_ns: next - now_ns,
        }
    }
}

#[cfg(test)]
#[path = "limit_tests.rs"]
mod tests;
