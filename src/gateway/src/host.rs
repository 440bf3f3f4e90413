//! Host header check: whether a request names one host, unambiguously.

use std::net::Ipv6Addr;

use http::{HeaderMap, header};

/// Longest name in the DNS.
const NAME_MAX: usize = 253;

/// Whether there is exactly one Host field, and in it a name or an address with at most a port: no user info, no
/// path, no list, no port that is none.
pub fn host_is_sound(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    host.to_str().is_ok_and(is_sound)
}

fn is_sound(host: &str) -> bool {
    let port = if let Some(rest) = host.strip_prefix('[') {
        let Some((address, after)) = rest.split_once(']') else { return false };
        if address.parse::<Ipv6Addr>().is_err() {
            return false;
        }
        match after.strip_prefix(':') {
            None if after.is_empty() => return true,
            None => return false,
            Some(port) => port,
        }
    } else {
        let (name, port) = host.split_once(':').unwrap_or((host, ""));
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(plain) {
            return false;
        }
        port
    };
    // RFC 3986 lets a port be empty, and then it is the scheme's own.
    port.is_empty() || port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_with_their_ports() {
        for host in
            ["h", "API.example.org", "a_b.internal", "h:", "h:0", "h:65535", "127.0.0.1:80", "[::1]", "[::1]:8080"]
        {
            assert!(is_sound(host), "{host}");
        }
        let long = "a".repeat(254);
        for host in [
            "",
            ":80",
            "u@h",
            "u:p@h",
            "h/",
            "h/p",
            "h?q",
            "h#f",
            "h h",
            "h\\x",
            "a,b",
            "h:x",
            "h:80x",
            "h:+80",
            "h:65536",
            "h:000080",
            "h:80:80",
            "::1",
            "[::1",
            "[::1]x",
            "[::1]80",
            "[h]",
            "[127.0.0.1]",
            "[]",
            "h%41",
            "h\u{e4}",
            &long,
        ] {
            assert!(!is_sound(host), "{host}");
        }
    }
}
