//! Rate limits as a generic cell rate algorithm (GCRA, ITU-T I.371): a sliding window in one number.

use serde::{Deserialize, Serialize};

/// Limits of a virtual key. `None`: no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimits {
    /// Requests admitted per minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
}

impl RateLimits {
    /// What a key gets when nothing is said (D4).
    pub const DEFAULT_REQUESTS_PER_MINUTE: u32 = 100;

    /// Whether nothing is limited.
    pub const fn is_unlimited(&self) -> bool {
        let Self { requests_per_minute } = self;
        requests_per_minute.is_none()
    }
}

/// One GCRA limit: `limit` units per `period_ns`, all of which may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gcra {
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
    /// `limit` units a minute.
    pub const fn per_minute(limit: u32) -> Self {
        Self { limit, period_ns: 60_000_000_000 }
    }

    /// Decides one unit at `now_ns`, given the stored theoretical arrival time (0 for a fresh key).
    pub fn decide(&self, tat_ns: u64, now_ns: u64) -> Verdict {
        let limit = u64::from(self.limit.max(1));
        let interval = (self.period_ns / limit).max(1);
        // The whole allowance is an exact multiple of the interval, so that `limit` units fit and not one more.
        let tolerance = interval * limit;
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn admitted(gcra: Gcra, arrivals: &[u64]) -> Vec<u64> {
        let mut tat = 0;
        arrivals
            .iter()
            .copied()
            .filter(|now| match gcra.decide(tat, *now) {
                Verdict::Admitted { tat_ns, .. } => {
                    tat = tat_ns;
                    true
                }
                Verdict::Refused { .. } => false,
            })
            .collect()
    }

    #[test]
    fn a_burst_gets_the_whole_allowance_and_not_one_more() {
        let now = 1_000_000;
        assert_eq!(admitted(Gcra::per_minute(100), &vec![now; 150]).len(), 100);
    }

    #[test]
    fn remaining_counts_down_to_zero() {
        let gcra = Gcra::per_minute(3);
        let mut tat = 0;
        for expected in [2, 1, 0] {
            match gcra.decide(tat, 500) {
                Verdict::Admitted { tat_ns, remaining, .. } => {
                    assert_eq!(remaining, expected);
                    tat = tat_ns;
                }
                Verdict::Refused { .. } => panic!("refused too early"),
            }
        }
        assert!(matches!(gcra.decide(tat, 500), Verdict::Refused { retry_after_ns: 20_000_000_000, .. }));
    }

    proptest! {
        /// Whoever waits as long as the refusal says is admitted, and a nanosecond earlier is not.
        #[test]
        fn retry_after_is_exact(limit in 1_u32..1000, tat in 0_u64..1 << 50, now in 0_u64..1 << 50) {
            let gcra = Gcra::per_minute(limit);
            if let Verdict::Refused { retry_after_ns, .. } = gcra.decide(tat, now) {
                let (at, before) = (gcra.decide(tat, now + retry_after_ns), gcra.decide(tat, now + retry_after_ns - 1));
                prop_assert!(matches!(at, Verdict::Admitted { .. }), "must be admitted after the wait");
                prop_assert!(matches!(before, Verdict::Refused { .. }), "must be refused before");
            }
        }

        /// Over any run of arrivals, no more than the allowance and the sustained rate are admitted.
        #[test]
        fn never_more_than_burst_plus_rate(limit in 1_u32..50, mut arrivals in prop::collection::vec(0_u64..300_000_000_000, 1..400)) {
            arrivals.sort_unstable();
            let gcra = Gcra::per_minute(limit);
            let passed = admitted(gcra, &arrivals);
            if let (Some(first), Some(last)) = (passed.first(), passed.last()) {
                let interval = gcra.period_ns / u64::from(limit);
                let ceiling = u64::from(limit) + (last - first) / interval + 1;
                prop_assert!(passed.len() as u64 <= ceiling);
            }
        }
    }
}
