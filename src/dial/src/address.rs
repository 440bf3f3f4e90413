//! SSRF guard: which IP addresses may be called.
//!
//! Ranges are those of the IANA special-purpose address registries (RFC 6890 and its updates) and of the clouds'
//! metadata services. IPv4 addresses that hide inside IPv6 ones are judged by what they reach.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use ipnet::IpNet;

/// What an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressKind {
    /// Reachable from everywhere.
    Public,
    /// This machine.
    Loopback,
    /// A private network (RFC 1918).
    Private,
    /// Behind a carrier's address translation (RFC 6598).
    Shared,
    /// A private IPv6 network (RFC 4193).
    UniqueLocal,
    /// No address, `0.0.0.0/8` or `::`; systems connect to themselves.
    Unspecified,
    /// A group of receivers.
    Multicast,
    /// Set aside for documentation, benchmarks, protocols or the future.
    Reserved,
    /// The same cable. Metadata services live here.
    LinkLocal,
    /// A cloud's metadata service, which hands out credentials.
    Metadata,
}

impl AddressKind {
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::Shared => "carrier-grade NAT",
            Self::UniqueLocal => "unique local",
            Self::Unspecified => "unspecified",
            Self::Multicast => "multicast",
            Self::Reserved => "reserved",
            Self::LinkLocal => "link-local",
            Self::Metadata => "cloud metadata",
        }
    }

    /// Whether no setting can permit it.
    pub const fn is_never_called(self) -> bool {
        matches!(self, Self::LinkLocal | Self::Metadata)
    }
}

impl fmt::Display for AddressKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// The kind of `address` if it may be called: public, or within `allowed` and of a kind that may be. Else its kind as
/// the reason.
pub(crate) fn permit(address: IpAddr, allowed: &[IpNet]) -> Result<AddressKind, AddressKind> {
    let address = address.to_canonical();
    let kind = kind(address);
    let inside = |address: IpAddr| allowed.iter().any(|net| net.contains(&address));
    let listed = || inside(address) || hidden(address).into_iter().flatten().any(|inner| inside(inner.into()));
    if kind == AddressKind::Public || (!kind.is_never_called() && listed()) { Ok(kind) } else { Err(kind) }
}

/// What `address` is, or what an IPv4 address inside it is: the gravest of them.
fn kind(address: IpAddr) -> AddressKind {
    let outer = match address {
        IpAddr::V4(v4) => kind_v4(v4),
        IpAddr::V6(v6) => kind_v6(v6),
    };
    hidden(address).into_iter().flatten().map(kind_v4).fold(outer, |a, b| if gravity(b) > gravity(a) { b } else { a })
}

/// An address may be read in several ways; the most specific one counts.
const fn gravity(kind: AddressKind) -> u8 {
    match kind {
        AddressKind::Public => 0,
        AddressKind::Unspecified => 1,
        AddressKind::Reserved => 2,
        AddressKind::LinkLocal | AddressKind::Metadata => 4,
        _ => 3,
    }
}

#[expect(clippy::match_same_arms, reason = "a line per source, each with its comment")]
fn kind_v4(address: Ipv4Addr) -> AddressKind {
    match address.octets() {
        // Alibaba Cloud; Oracle Cloud Classic; Azure's WireServer. They lie outside the link-local range.
        [100, 100, 100, 200] | [192, 0, 0, 192] | [168, 63, 129, 16] => AddressKind::Metadata,
        // AWS, Google, Azure, DigitalOcean, Oracle, Hetzner, OpenStack; AWS containers.
        [169, 254, 169, 254] | [169, 254, 170, 2 | 23] => AddressKind::Metadata,
        [169, 254, ..] => AddressKind::LinkLocal,
        [0, ..] => AddressKind::Unspecified,
        [127, ..] => AddressKind::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => AddressKind::Private,
        [100, 64..=127, ..] => AddressKind::Shared,
        [224..=239, ..] => AddressKind::Multicast,
        // Protocols; documentation; the old 6to4 relays; benchmarks; the future and broadcast.
        [192, 0, 0 | 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => AddressKind::Reserved,
        [192, 88, 99, _] | [198, 18 | 19, ..] | [240..=255, ..] => AddressKind::Reserved,
        _ => AddressKind::Public,
    }
}

#[expect(clippy::match_same_arms, reason = "a line per source, each with its comment")]
fn kind_v6(address: Ipv6Addr) -> AddressKind {
    match address.segments() {
        // AWS keeps all of its local services in this block.
        [0xfd00, 0x0ec2, ..] => AddressKind::Metadata,
        // Google; Scaleway; Oracle.
        [0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254] | [0xfd00, 0x0042, 0, 0, 0, 0, 0, 0x0042] => AddressKind::Metadata,
        [0xfd00, 0x00c1, 0, 0, 0, 0, 0xa9fe, 0xa9fe] => AddressKind::Metadata,
        [0xfe80..=0xfebf, ..] => AddressKind::LinkLocal,
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressKind::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressKind::Loopback,
        [0xfc00..=0xfdff, ..] => AddressKind::UniqueLocal,
        [0xff00..=0xffff, ..] => AddressKind::Multicast,
        // NAT64 (RFC 6052): the IPv4 address inside decides.
        [0x0064, 0xff9b, 0, 0, 0, 0, _, _] => AddressKind::Public,
        // Protocols with Teredo and ORCHID; documentation, old and new.
        [0x2001, 0x0000..=0x01ff | 0x0db8, ..] | [0x3fff, 0x0000..=0x0fff, ..] => AddressKind::Reserved,
        // Global unicast, 6to4 included: the IPv4 address inside decides. Everything else is not assigned.
        [0x2000..=0x3fff, ..] => AddressKind::Public,
        _ => AddressKind::Reserved,
    }
}

/// The IPv4 addresses that an IPv6 address leads to, where it is a translation or a tunnel.
#[expect(clippy::match_same_arms, reason = "a line per standard, each with its comment")]
fn hidden(address: IpAddr) -> [Option<Ipv4Addr>; 2] {
    let IpAddr::V6(address) = address else { return [None, None] };
    let bytes = address.octets();
    let at = |from: usize| Some(Ipv4Addr::new(bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]));
    match address.segments() {
        // `::` and `::1` are themselves, not IPv4-compatible addresses.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => [None, None],
        // Compatible (RFC 4291), mapped, translated (RFC 2765), NAT64.
        [0, 0, 0, 0, 0, 0 | 0xffff, _, _] | [0, 0, 0, 0, 0xffff, 0, _, _] => [at(12), None],
        [0x0064, 0xff9b, 0, 0, 0, 0, _, _] => [at(12), None],
        // A network's own NAT64 (RFC 8215): after 48 bits, around the octet that stays zero, or at the end.
        [0x0064, 0xff9b, 1, ..] => [Some(Ipv4Addr::new(bytes[6], bytes[7], bytes[9], bytes[10])), at(12)],
        // 6to4 (RFC 3056).
        [0x2002, ..] => [at(2), None],
        // Teredo (RFC 4380): its server, and its client with every bit turned.
        [0x2001, 0, ..] => [at(4), at(12).map(|client| Ipv4Addr::from(!u32::from(client)))],
        // ISATAP (RFC 5214).
        [_, _, _, _, 0x0000 | 0x0200, 0x5efe, _, _] => [at(12), None],
        _ => [None, None],
    }
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
