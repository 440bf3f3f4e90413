//! Login throttling (GCRA): how often sign-in may fail, per address, per account from that address, and per account at
//! all, so that neither one machine nor many can guess on. A browser that signed in before (see [`super::device`]) has
//! an allowance of its own for that account, so that other clients' failures do not lock it out.

use std::{collections::HashMap, net::IpAddr};

use domain::{Gcra, Verdict};
use parking_lot::Mutex;

use crate::{Error, Result};

const MINUTE_NS: u64 = 60_000_000_000;
const QUARTER_HOUR_NS: u64 = 15 * MINUTE_NS;
/// Tries of one address, of one address on one account, or of one known browser on its account.
const NARROW: Gcra = Gcra { burst: 10, limit: 10, period_ns: QUARTER_HOUR_NS };
/// Tries on one account from everywhere.
const WIDE: Gcra = Gcra { burst: 100, limit: 100, period_ns: QUARTER_HOUR_NS };
/// Wrong bearers of one address.
const BEARERS: Gcra = Gcra { burst: 60, limit: 60, period_ns: MINUTE_NS };
/// More allowances than this are not remembered: the one that is nearest to whole goes first.
const REMEMBERED: usize = 10_000;

/// Remembers tries in memory, per process.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, u64>>);

/// One try and the allowances that it takes from.
#[derive(Clone, Debug)]
pub(crate) struct Try(Vec<(String, Gcra)>);

impl Try {
    /// A try to sign in to `account` (see [`super::device::account`]), by the known browser `device` if it is one.
    pub(crate) fn sign_in(account: &str, address: Option<IpAddr>, device: Option<&str>) -> Self {
        if let Some(device) = device {
            return Self(vec![(format!("browser {device} to {account}"), NARROW)]);
        }
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

    /// A bearer that is not the admin token.
    pub(crate) fn bearer(address: Option<IpAddr>) -> Self {
        Self(address.map(|address| (format!("bearer from {}", place(address)), BEARERS)).into_iter().collect())
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

    /// Gives back what a try took that turned out well, or that could not be judged.
    pub(crate) fn give_back(&self, one: &Try) {
        let mut states = self.0.lock();
        for (name, gcra) in &one.0 {
            if let Some(tat) = states.get_mut(name) {
                *tat = tat.saturating_sub(gcra.period_ns / u64::from(gcra.limit));
            }
        }
    }

    /// Makes whole what tries on `account` took: the account's allowance, those of its known browsers, and those of
    /// every address that failed on it.
    pub(crate) fn unlock(&self, account: &str) {
        let mut states = self.0.lock();
        let to_account = format!(" to {account}");
        let sources: Vec<String> =
            states.keys().filter_map(|name| name.strip_suffix(&to_account).map(str::to_owned)).collect();
        for source in sources {
            states.remove(&format!("{source}{to_account}"));
            states.remove(&source);
        }
        states.remove(&format!("account {account}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "ada";

    fn from(address: &str) -> Try {
        Try::sign_in(ADA, Some(address.parse().unwrap()), None)
    }

    fn exhaust(throttle: &Throttle, one: &Try) {
        while throttle.take(one, 1_000).is_ok() {}
    }

    #[test]
    fn ten_tries_then_a_wait() {
        let throttle = Throttle::default();
        for _ in 0..10 {
            assert!(throttle.take(&from("10.0.0.1"), 1_000).is_ok());
        }
        assert!(matches!(throttle.take(&from("10.0.0.1"), 1_000), Err(Error::Throttled { retry_after_s: 90 })));
        // Another client's tries do not lock the account's owner out.
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
    fn a_known_browser_has_ten_tries_of_its_own_whatever_others_do() {
        let throttle = Throttle::default();
        let address = Some("10.0.0.1".parse().unwrap());
        for n in 0..200 {
            exhaust(&throttle, &from(&format!("10.0.{n}.1")));
        }
        let known = Try::sign_in(ADA, address, Some("d1"));
        let passed = (0..20).filter(|_| throttle.take(&known, 1_000).is_ok()).count();
        assert_eq!(passed, 10);
        // Another device and another account have theirs, and the unknown one beside it has none.
        assert!(throttle.take(&Try::sign_in(ADA, address, Some("d2")), 1_000).is_ok());
        assert!(throttle.take(&Try::sign_in("eve", address, Some("d1")), 1_000).is_ok());
        assert!(throttle.take(&Try::sign_in(ADA, address, None), 1_000).is_err());
    }

    #[test]
    fn unlocking_an_account_makes_whole_what_its_tries_took_and_nothing_else() {
        let throttle = Throttle::default();
        let known = Try::sign_in(ADA, None, Some("d1"));
        for n in 0..200 {
            exhaust(&throttle, &from(&format!("10.0.{n}.1")));
        }
        exhaust(&throttle, &known);
        let other = Try::sign_in("eve", Some("10.9.9.9".parse().unwrap()), None);
        exhaust(&throttle, &other);
        throttle.unlock(ADA);
        for one in [from("10.0.0.1"), from("10.0.3.1"), from("10.0.199.1"), known] {
            assert!(throttle.take(&one, 1_000).is_ok(), "{one:?}");
        }
        assert!(throttle.take(&other, 1_000).is_err());
    }

    #[test]
    fn wrong_bearers_are_sixty_a_minute_and_address() {
        let throttle = Throttle::default();
        let bearer = |address: &str| Try::bearer(Some(address.parse().unwrap()));
        let passed = (0..200).filter(|_| throttle.take(&bearer("10.0.0.1"), 1_000).is_ok()).count();
        assert_eq!(passed, 60);
        assert!(matches!(throttle.take(&bearer("10.0.0.1"), 1_000), Err(Error::Throttled { retry_after_s: 1 })));
        assert!(throttle.take(&bearer("10.0.0.2"), 1_000).is_ok());
        assert!(throttle.take(&from("10.0.0.1"), 1_000).is_ok(), "sign-ins have an allowance of their own");
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..REMEMBERED + 50 {
            drop(throttle.take(&Try::sign_in(&format!("a{n}"), None, None), 1_000));
        }
        assert!(throttle.0.lock().len() <= REMEMBERED);
    }
}
