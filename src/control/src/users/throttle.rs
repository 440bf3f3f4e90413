//! How often somebody may fail to sign in: per address, per account from that address, and per account at all, so
//! that neither one machine nor many can guess on, and a stranger cannot lock an administrator out by a few tries.

use std::{collections::HashMap, net::IpAddr};

use domain::{Gcra, Verdict};
use parking_lot::Mutex;

use crate::{Error, Result};

const QUARTER_HOUR_NS: u64 = 900_000_000_000;
/// Tries of one address, or of one address on one account.
const NARROW: Gcra = Gcra { limit: 10, period_ns: QUARTER_HOUR_NS };
/// Tries on one account from everywhere.
const WIDE: Gcra = Gcra { limit: 100, period_ns: QUARTER_HOUR_NS };
/// More allowances than this are not remembered: the one that is nearest to whole goes first.
const REMEMBERED: usize = 10_000;

/// Remembers tries in memory, per process.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, u64>>);

/// One try and the allowances that it takes from.
#[derive(Clone, Debug)]
pub(crate) struct Try(Vec<(String, Gcra)>);

impl Try {
    /// A try to sign in to `account`. The caller has bounded its length.
    pub(crate) fn sign_in(account: &str, address: Option<IpAddr>) -> Self {
        let mut names = vec![(format!("account {account}"), WIDE)];
        if let Some(place) = address.map(place) {
            names.push((format!("from {place}"), NARROW));
            names.push((format!("from {place} to {account}"), NARROW));
        }
        Self(names)
    }

    /// A try to claim the installation.
    pub(crate) fn setup(address: Option<IpAddr>) -> Self {
        Self(address.map(|address| (format!("setup from {}", place(address)), NARROW)).into_iter().collect())
    }
}

/// Who owns one IPv6 address owns its /64.
fn place(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

impl Throttle {
    /// Takes one try from each allowance, or from none: tries that come at once cannot pass a check together.
    pub(crate) fn take(&self, one: &Try, now_ns: u64) -> Result<()> {
        let mut states = self.0.lock();
        let mut next = Vec::with_capacity(one.0.len());
        for (name, gcra) in &one.0 {
            match gcra.decide(states.get(name).copied().unwrap_or(0), now_ns) {
                Verdict::Admitted { tat_ns, .. } => next.push((name, tat_ns)),
                Verdict::Refused { retry_after_ns, .. } => {
                    return Err(Error::Throttled { retry_after_s: retry_after_ns.div_ceil(1_000_000_000) });
                }
            }
        }
        for (name, tat_ns) in next {
            states.insert(name.clone(), tat_ns);
        }
        if states.len() > REMEMBERED {
            states.retain(|_, tat| *tat > now_ns);
        }
        while states.len() > REMEMBERED {
            let Some(nearest) = states.iter().min_by_key(|(_, tat)| **tat).map(|(name, _)| name.clone()) else {
                return Ok(());
            };
            states.remove(&nearest);
        }
        Ok(())
    }

    /// Gives back what a try took that turned out well.
    pub(crate) fn give_back(&self, one: &Try) {
        let mut states = self.0.lock();
        for (name, gcra) in &one.0 {
            if let Some(tat) = states.get_mut(name) {
                *tat = tat.saturating_sub(gcra.period_ns / u64::from(gcra.limit));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> Try {
        Try::sign_in("ada@example.org", Some(address.parse().unwrap()))
    }

    #[test]
    fn ten_tries_then_a_wait() {
        let throttle = Throttle::default();
        for _ in 0..10 {
            assert!(throttle.take(&from("10.0.0.1"), 1_000).is_ok());
        }
        assert!(matches!(throttle.take(&from("10.0.0.1"), 1_000), Err(Error::Throttled { retry_after_s: 90 })));
        // Somebody else's tries do not lock the account's owner out.
        assert!(throttle.take(&from("10.0.0.2"), 1_000).is_ok());
        assert!(throttle.take(&from("10.0.0.1"), 90_000_001_000).is_ok());
    }

    #[test]
    fn many_addresses_share_the_accounts_allowance() {
        let throttle = Throttle::default();
        let passed = (0..200).filter(|n| throttle.take(&from(&format!("10.0.{n}.1")), 1_000).is_ok()).count();
        assert_eq!(passed, 100);
    }

    #[test]
    fn one_network_of_ipv6_is_one_place() {
        let throttle = Throttle::default();
        let passed = (0..20).filter(|n| throttle.take(&from(&format!("2001:db8::{n:x}")), 1_000).is_ok()).count();
        assert_eq!(passed, 10);
    }

    #[test]
    fn a_good_try_costs_nothing() {
        let throttle = Throttle::default();
        for _ in 0..50 {
            let one = from("10.0.0.1");
            assert!(throttle.take(&one, 1_000).is_ok());
            throttle.give_back(&one);
        }
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..REMEMBERED + 50 {
            drop(throttle.take(&Try::sign_in(&format!("a{n}@example.org"), None), 1_000));
        }
        assert!(throttle.0.lock().len() <= REMEMBERED);
    }
}
