//! How often somebody may fail to sign in: per address and per account, so that neither one machine nor many
//! can guess on.

use std::collections::HashMap;

use domain::{Gcra, Verdict};
use parking_lot::Mutex;

use crate::{Error, Result};

/// Ten failures per quarter of an hour, all of which may come at once.
const FAILURES: Gcra = Gcra { limit: 10, period_ns: 900_000_000_000 };
/// More names than this are not remembered one by one: the oldest allowances are whole again by then.
const NAMES_MAX: usize = 10_000;

/// Remembers failures in memory, per process.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, u64>>);

impl Throttle {
    /// Refuses when any of `names` has no allowance left. Nothing is taken yet.
    pub(crate) fn check(&self, names: &[String], now_ns: u64) -> Result<()> {
        let states = self.0.lock();
        for name in names {
            let tat = states.get(name).copied().unwrap_or(0);
            if let Verdict::Refused { retry_after_ns, .. } = FAILURES.decide(tat, now_ns) {
                return Err(Error::Throttled { retry_after_s: retry_after_ns.div_ceil(1_000_000_000) });
            }
        }
        Ok(())
    }

    /// Takes one failure from the allowance of each of `names`.
    pub(crate) fn failed(&self, names: &[String], now_ns: u64) {
        let mut states = self.0.lock();
        if states.len() > NAMES_MAX {
            states.retain(|_, tat| *tat > now_ns);
        }
        for name in names {
            let tat = states.get(name).copied().unwrap_or(0);
            if let Verdict::Admitted { tat_ns, .. } = FAILURES.decide(tat, now_ns) {
                states.insert(name.clone(), tat_ns);
            }
        }
    }

    /// Forgets the failures of an account that has signed in.
    pub(crate) fn succeeded(&self, name: &str) {
        self.0.lock().remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_then_a_wait() {
        let throttle = Throttle::default();
        let names = ["a".to_owned()];
        for _ in 0..10 {
            assert!(throttle.check(&names, 1_000).is_ok());
            throttle.failed(&names, 1_000);
        }
        assert!(matches!(throttle.check(&names, 1_000), Err(Error::Throttled { retry_after_s: 90 })));
        assert!(throttle.check(&["b".to_owned()], 1_000).is_ok());
        assert!(throttle.check(&names, 90_000_001_000).is_ok());
        throttle.succeeded("a");
        assert!(throttle.check(&names, 1_000).is_ok());
    }
}
