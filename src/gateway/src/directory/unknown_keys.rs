//! Unknown keys per address: who shows many keys that are none waits for fewer places.

use std::net::IpAddr;

use domain::{Gcra, Verdict, user::canonical_address};
use foldhash::HashMap;
use parking_lot::Mutex;

/// So many unknown keys a minute are usual: typing mistakes, a rotated key that is still in use somewhere.
const PER_MINUTE: Gcra = Gcra::per_minute(30);
/// Addresses remembered at once.
const ADDRESSES: usize = 10_000;

/// The addresses that showed unknown keys lately.
#[derive(Default)]
pub(crate) struct UnknownKeys(Mutex<HashMap<IpAddr, u64>>);

impl UnknownKeys {
    /// An unknown key came from there.
    pub(crate) fn note(&self, from: IpAddr, now_ns: u64) {
        let mut addresses = self.0.lock();
        let from = network(from);
        if addresses.len() >= ADDRESSES && !addresses.contains_key(&from) {
            addresses.retain(|_, tat| *tat > now_ns);
            if addresses.len() >= ADDRESSES {
                return;
            }
        }
        let tat = addresses.entry(from).or_default();
        // Beyond the allowance the debt stays as it is: a minute of silence pays it.
        if let Verdict::Admitted { tat_ns, .. } = PER_MINUTE.decide(*tat, now_ns) {
            *tat = tat_ns;
        }
    }

    /// Whether more came from there than is usual.
    pub(crate) fn are_many(&self, from: IpAddr, now_ns: u64) -> bool {
        let addresses = self.0.lock();
        let spent = |tat: &u64| matches!(PER_MINUTE.decide(*tat, now_ns), Verdict::Refused { .. });
        addresses.get(&network(from)).is_some_and(spent)
    }
}

/// One customer has a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match canonical_address(address) {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_shows_many_is_distinguished_from_others() {
        let unknown = UnknownKeys::default();
        let (one, other): (IpAddr, IpAddr) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        for _ in 0..40 {
            unknown.note(one, 5);
        }
        assert!(unknown.are_many(one, 5) && !unknown.are_many(other, 5));
        assert!(unknown.are_many("::ffff:10.0.0.1".parse().unwrap(), 5));
        assert!(!unknown.are_many(one, 61_000_000_000), "a minute later it is over");
        for n in 0..ADDRESSES + 5 {
            unknown.note(IpAddr::from(u32::try_from(n).unwrap().to_be_bytes()), 5);
        }
        assert!(unknown.0.lock().len() <= ADDRESSES);
    }

    #[test]
    fn a_network_of_ipv6_is_one_customer() {
        let unknown = UnknownKeys::default();
        for n in 0..40 {
            unknown.note(format!("2001:db8::{n:x}").parse().unwrap(), 5);
        }
        assert!(unknown.are_many("2001:db8::ffff".parse().unwrap(), 5));
    }
}
