//! SSRF guard tests: every spelling of private and special addresses.

use super::*;
use proptest::prelude::*;

use AddressKind::{
    LinkLocal, Loopback, Metadata, Multicast, Private, Public, Reserved, Shared, UniqueLocal, Unspecified,
};

const TABLE: &[(&str, AddressKind)] = &[
    // Loopback, in every spelling that a socket understands.
    ("127.0.0.1", Loopback),
    ("127.255.255.254", Loopback),
    ("::1", Loopback),
    ("::ffff:127.0.0.1", Loopback),
    ("::ffff:7f00:1", Loopback),
    ("::127.0.0.1", Loopback),
    ("::ffff:0:127.0.0.1", Loopback),
    ("64:ff9b::127.0.0.1", Loopback),
    ("64:ff9b:1::127.0.0.1", Loopback),
    ("64:ff9b:1:7f00:0:100::", Loopback),
    ("2002:7f00:1::", Loopback),
    ("2001:0:4136:e378:8000:63bf:80ff:fffe", Loopback),
    ("2606:4700::5efe:127.0.0.1", Loopback),
    ("2606:4700::200:5efe:127.0.0.1", Loopback),
    // Private networks.
    ("10.0.0.0", Private),
    ("10.255.255.255", Private),
    ("172.16.0.1", Private),
    ("172.31.255.255", Private),
    ("192.168.0.1", Private),
    ("::ffff:10.1.2.3", Private),
    ("64:ff9b::a01:203", Private),
    ("2002:c0a8:1::1", Private),
    ("100.64.0.0", Shared),
    ("100.127.255.255", Shared),
    ("fc00::1", UniqueLocal),
    ("fdff:ffff::1", UniqueLocal),
    // Metadata services and adjacent addresses.
    ("169.254.169.254", Metadata),
    ("169.254.170.2", Metadata),
    ("169.254.170.23", Metadata),
    ("100.100.100.200", Metadata),
    ("192.0.0.192", Metadata),
    ("168.63.129.16", Metadata),
    ("::ffff:169.254.169.254", Metadata),
    ("::169.254.169.254", Metadata),
    ("::ffff:0:a9fe:a9fe", Metadata),
    ("64:ff9b::169.254.169.254", Metadata),
    ("64:ff9b::100.100.100.200", Metadata),
    ("64:ff9b:1::a9fe:a9fe", Metadata),
    ("64:ff9b:1:a9fe:a9:fe00::", Metadata),
    ("2002:a9fe:a9fe::1", Metadata),
    ("2001:0:4136:e378:8000:63bf:5601:5601", Metadata),
    ("2001:0:a9fe:a9fe:8000:63bf:5601:1", Metadata),
    ("fd00:ec2::254", Metadata),
    ("fd00:ec2::23", Metadata),
    ("fd20:ce::254", Metadata),
    ("fd00:42::42", Metadata),
    ("fd00:c1::a9fe:a9fe", Metadata),
    ("169.254.0.1", LinkLocal),
    ("169.254.255.255", LinkLocal),
    ("fe80::1", LinkLocal),
    ("febf::1", LinkLocal),
    ("fe80::a9fe:a9fe", LinkLocal),
    // Neither here nor there.
    ("0.0.0.0", Unspecified),
    ("0.1.2.3", Unspecified),
    ("::", Unspecified),
    ("::ffff:0.0.0.0", Unspecified),
    ("64:ff9b::", Unspecified),
    ("224.0.0.1", Multicast),
    ("239.255.255.255", Multicast),
    ("ff02::1", Multicast),
    ("192.0.0.1", Reserved),
    ("192.0.2.1", Reserved),
    ("198.51.100.1", Reserved),
    ("203.0.113.1", Reserved),
    ("192.88.99.1", Reserved),
    ("198.18.0.1", Reserved),
    ("198.19.255.255", Reserved),
    ("240.0.0.1", Reserved),
    ("255.255.255.255", Reserved),
    ("2001:db8::1", Reserved),
    ("3fff::1", Reserved),
    ("2001:20::1", Reserved),
    ("2001::1", Reserved),
    ("100::1", Reserved),
    ("fec0::1", Reserved),
    ("5f00::1", Reserved),
    ("64:ff9b:1::808:808", Reserved),
    ("::8.8.8.8", Reserved),
    // Public, right beside the ranges above.
    ("8.8.8.8", Public),
    ("1.0.0.1", Public),
    ("9.255.255.255", Public),
    ("11.0.0.0", Public),
    ("100.63.255.255", Public),
    ("100.128.0.0", Public),
    ("126.255.255.255", Public),
    ("128.0.0.1", Public),
    ("169.253.255.255", Public),
    ("169.255.0.0", Public),
    ("172.15.255.255", Public),
    ("172.32.0.0", Public),
    ("192.0.1.1", Public),
    ("192.167.255.255", Public),
    ("192.169.0.0", Public),
    ("198.17.255.255", Public),
    ("198.20.0.0", Public),
    ("223.255.255.255", Public),
    ("2606:4700::1111", Public),
    ("2a00:1450:4001::1", Public),
    ("::ffff:8.8.8.8", Public),
    ("64:ff9b::8.8.8.8", Public),
    ("2002:808:808::1", Public),
];

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn nets(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn without_a_list_only_public_addresses_are_called() {
    for (text, kind) in TABLE {
        let expected = if *kind == Public { Ok(Public) } else { Err(*kind) };
        assert_eq!(permit(address(text), &[]), expected, "{text}");
    }
}

#[test]
fn a_list_of_everything_still_leaves_out_metadata_and_link_local() {
    let everything = nets(&["0.0.0.0/0", "::/0", "169.254.169.254/32", "fe80::/10", "fd00:ec2::254/128"]);
    for (text, kind) in TABLE {
        let expected = if matches!(kind, Metadata | LinkLocal) { Err(*kind) } else { Ok(*kind) };
        assert_eq!(permit(address(text), &everything), expected, "{text}");
    }
}

#[test]
fn a_list_permits_its_networks_and_no_other() {
    let allowed = nets(&["10.4.0.0/16", "::1/128", "fd12::/16"]);
    for (text, expected) in [
        ("10.4.255.1", Ok(Private)),
        ("::ffff:10.4.0.1", Ok(Private)),
        ("64:ff9b::10.4.0.1", Ok(Private)),
        ("::1", Ok(Loopback)),
        ("fd12::5", Ok(UniqueLocal)),
        ("10.5.0.1", Err(Private)),
        ("::ffff:10.5.0.1", Err(Private)),
        ("127.0.0.1", Err(Loopback)),
        ("fd13::5", Err(UniqueLocal)),
        ("8.8.8.8", Ok(Public)),
    ] {
        assert_eq!(permit(address(text), &allowed), expected, "{text}");
    }
}

proptest! {
    /// No wrapping of an address is called where the address itself is not.
    #[test]
    fn wrapping_never_widens(bits in any::<u32>(), iface in any::<u64>()) {
        let v4 = Ipv4Addr::from(bits);
        let (high, bits) = (u128::from(bits) << 80, u128::from(bits));
        let turned = u128::from(!u32::from(v4));
        if permit(v4.into(), &[]).is_err() {
            for wrapped in [
                bits,
                0xffff_0000_0000 | bits,
                0xffff_0000_0000_0000 | bits,
                0x0064_ff9b_u128 << 96 | bits,
                0x0064_ff9b_0001_u128 << 80 | bits,
                0x2002_u128 << 112 | high | u128::from(iface),
                0x2001_u128 << 112 | turned,
                0x2606_4700_u128 << 96 | 0x5efe_0000_0000 | bits,
            ] {
                let wrapped = Ipv6Addr::from(wrapped);
                prop_assert!(permit(wrapped.into(), &[]).is_err(), "{} as {}", v4, wrapped);
            }
        }
    }

    /// Nothing outside 2000::/3 is called, but for IPv4 in its two public clothes.
    #[test]
    fn unassigned_ipv6_is_not_called(bits in any::<u128>()) {
        let v6 = Ipv6Addr::from(bits);
        let clothed = v6.to_ipv4_mapped().is_some() || v6.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
        if permit(v6.into(), &[]).is_ok() && !clothed {
            prop_assert_eq!(v6.segments()[0] >> 13, 1);
        }
    }
}
