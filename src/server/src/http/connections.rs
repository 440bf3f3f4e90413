//! Connection limits: how many may be open in all and per client address, for each plane on its own. A share of all is
//! kept for the admin plane, so that overload at the gateway cannot keep an administrator from revoking its key.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use ipnet::IpNet;
use parking_lot::Mutex;

/// One in so many connections is the admin plane's.
const ADMIN_SHARE: usize = 8;
/// Administration needs no more than this.
const ADMIN_MAX: usize = 512;

/// Whose connections are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Side {
    /// API clients.
    Gateway,
    /// Administrators.
    Admin,
}

/// The connections that are open.
pub(super) struct Connections {
    gateway_max: usize,
    admin_max: usize,
    per_address: u32,
    trusted_proxies: Vec<IpNet>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: HashMap<Side, usize>,
    by_network: HashMap<(Side, IpAddr), u32>,
}

/// A counted connection; dropping it gives its place back.
pub(super) struct Slot {
    connections: Arc<Connections>,
    side: Side,
    /// `None` for proxies: they are many clients in one.
    network: Option<IpAddr>,
}

impl Connections {
    /// At most `total` connections, and `per_address` from one client address that is no trusted proxy's.
    pub(super) fn new(total: usize, per_address: u32, trusted_proxies: Vec<IpNet>) -> Arc<Self> {
        let admin_max = (total / ADMIN_SHARE).clamp(1, ADMIN_MAX);
        let gateway_max = total.saturating_sub(admin_max).max(1);
        Arc::new(Self { gateway_max, admin_max, per_address, trusted_proxies, open: Mutex::default() })
    }

    /// A place for a connection from `address`, if there is one.
    pub(super) fn slot(self: &Arc<Self>, address: IpAddr, side: Side) -> Option<Slot> {
        let max = match side {
            Side::Gateway => self.gateway_max,
            Side::Admin => self.admin_max,
        };
        // An address is looked up as it is: its network is none of those that were named.
        let address = address.to_canonical();
        let is_proxy = self.trusted_proxies.iter().any(|net| net.contains(&address));
        let network = (!is_proxy).then(|| network(address));
        let mut open = self.open.lock();
        let all = open.all.get(&side).copied().unwrap_or(0);
        if all >= max {
            return None;
        }
        if let Some(network) = network {
            let count = open.by_network.entry((side, network)).or_insert(0);
            if *count >= self.per_address {
                return None;
            }
            *count += 1;
        }
        open.all.insert(side, all + 1);
        Some(Slot { connections: self.clone(), side, network })
    }
}

impl Slot {
    /// Whose place it is.
    pub(super) const fn side(&self) -> Side {
        self.side
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock();
        if let Some(all) = open.all.get_mut(&self.side) {
            *all -= 1;
        }
        let Some(network) = self.network else { return };
        if let Some(count) = open.by_network.get_mut(&(self.side, network)) {
            *count -= 1;
            if *count == 0 {
                open.by_network.remove(&(self.side, network));
            }
        }
    }
}

/// What is counted as one address: who owns one of IPv6 owns its /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) if !v6.is_loopback() => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(connections: &Arc<Connections>, address: &str, side: Side, tries: usize) -> Vec<Slot> {
        (0..tries).filter_map(|_| connections.slot(address.parse().unwrap(), side)).collect()
    }

    /// F25.
    #[test]
    fn trusted_proxies_are_exempt_whatever_the_family_of_their_address() {
        let trusted = ["2001:db8::1/128", "fd00::/8", "10.0.0.1/32"].map(|net| net.parse().unwrap());
        let connections = Connections::new(10_000, 512, trusted.to_vec());
        for proxy in ["2001:db8::1", "fd00::7", "10.0.0.1", "::ffff:10.0.0.1"] {
            assert_eq!(taken(&connections, proxy, Side::Gateway, 600).len(), 600, "{proxy}");
        }
        // Other addresses in the same /64 are clients like any others, and share one allowance.
        let same_network = taken(&connections, "2001:db8::2", Side::Gateway, 600);
        assert_eq!(same_network.len(), 512);
        assert!(connections.slot("2001:db8::3".parse().unwrap(), Side::Gateway).is_none());
        assert!(connections.slot("2001:db8:0:1::3".parse().unwrap(), Side::Gateway).is_some());
        assert_eq!(taken(&connections, "::ffff:10.0.0.2", Side::Gateway, 600).len(), 512);
    }

    #[test]
    fn overload_of_one_plane_leaves_the_other_its_share() {
        let connections = Connections::new(80, 1000, Vec::new());
        let many = taken(&connections, "10.0.0.1", Side::Gateway, 200);
        assert_eq!(many.len(), 70);
        let admins = taken(&connections, "10.0.0.1", Side::Admin, 200);
        assert_eq!(admins.len(), 10);
        drop(many);
        assert_eq!(taken(&connections, "10.0.0.1", Side::Gateway, 200).len(), 70);
    }

    #[test]
    fn an_address_that_overloads_one_plane_is_not_kept_from_the_other() {
        let connections = Connections::new(10_000, 4, Vec::new());
        let many = taken(&connections, "127.0.0.1", Side::Gateway, 20);
        assert_eq!(many.len(), 4);
        assert_eq!(taken(&connections, "127.0.0.1", Side::Admin, 20).len(), 4);
        drop(many);
        assert_eq!(connections.open.lock().by_network.len(), 0, "closed connections leave nothing");
    }
}
