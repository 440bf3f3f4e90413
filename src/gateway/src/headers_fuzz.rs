//! Fuzz target: `X-Forwarded-For`.

use std::net::Ipv4Addr;

use testkit_domain::fuzz::spell;

use super::*;

const WORDS: &[&[u8]] = &[
    b"10.0.0.1",
    b"10.255.0.9:443",
    b"192.0.2.7",
    b"203.0.113.5",
    b"203.0.113.5:8080",
    b"[2001:db8::1]",
    b"[2001:db8::1]:443",
    b"2001:db8::2",
    b"fd00::1",
    b"::ffff:10.0.0.2",
    b"::ffff:198.51.100.3",
    b", ",
    b",",
    b",,",
    b"unknown",
    b"_hidden",
    b"\n",
    b"10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1",
    b"\xe9",
    b" ",
];

fn trusted() -> Vec<IpNet> {
    ["10.0.0.0/8", "fd00::/8"].map(|net| net.parse().unwrap()).to_vec()
}

/// All hops in one list, then from its end: pass while they are trusted.
fn slow(peer: IpAddr, fields: &[String]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted().iter().any(|net| net.contains(&address));
    let hops: Vec<String> = fields.iter().flat_map(|field| field.split(',')).map(|hop| hop.trim().to_owned()).collect();
    let mut last = peer.to_canonical();
    for hop in hops.iter().rev().take(HOPS_MAX) {
        if !is_trusted(last) {
            return last;
        }
        let bare = match hop.strip_prefix('[') {
            Some(rest) if rest.contains(']') => rest[..rest.find(']').unwrap()].to_owned(),
            _ => hop.clone(),
        };
        let v4_with_port = || bare.rfind(':').and_then(|colon| bare[..colon].parse::<Ipv4Addr>().ok());
        let address = bare.parse::<IpAddr>().ok();
        let address = address.or_else(|| Some(v4_with_port().filter(|_| !hop.starts_with('['))?.into()));
        let Some(address) = address else { return last };
        last = address.to_canonical();
    }
    last
}

/// Any fields give the address that the slow reader finds; what an untrusted peer says counts for nothing.
#[test]
fn any_chain_is_followed_as_by_a_slow_reader() {
    bolero::check!(name = "forwarded-for").with_max_len(80).for_each(|bytes| {
        let text = spell(bytes, WORDS);
        let mut headers = HeaderMap::new();
        let mut fields = Vec::new();
        for field in text.split(|byte| *byte == b'\n') {
            let Ok(value) = HeaderValue::from_bytes(field) else { continue };
            fields.push(value.to_str().unwrap_or_default().to_owned());
            headers.append("x-forwarded-for", value);
        }
        for peer in ["10.1.2.3", "::ffff:10.1.2.3", "fd00::7"] {
            let peer = peer.parse().unwrap();
            assert_eq!(client_address(peer, &headers, &trusted()), slow(peer, &fields), "{fields:?}");
        }
        let anonymous: IpAddr = "198.51.100.77".parse().unwrap();
        assert_eq!(client_address(anonymous, &headers, &trusted()), anonymous);
        assert_eq!(client_address(anonymous, &headers, &[]), anonymous);
    });
}
