//! Host allow-list: which names the admin listener answers to; everything else is DNS rebinding.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, header};

/// Why a request's Host is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadHost {
    /// Missing, double or malformed.
    Malformed,
    /// A name that is not ours.
    Misdirected,
}

/// The names.
#[derive(Clone, Debug)]
pub struct Hosts {
    listener: SocketAddr,
    configured: Option<String>,
}

impl Hosts {
    /// The names of a listener and of the configured admin URL (`https://keys.example.org`).
    pub fn new(listener: SocketAddr, admin_url: Option<&str>) -> Self {
        let configured =
            admin_url.and_then(|url| url.split_once("://")).map(|(_, authority)| authority.to_ascii_lowercase());
        Self { listener, configured }
    }

    /// Whether a request came under one of them.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), BadHost> {
        let host = headers.get(header::HOST).filter(|_| gateway::host_is_sound(headers));
        let host = host.and_then(|host| host.to_str().ok()).ok_or(BadHost::Malformed)?.to_ascii_lowercase();
        let authority: http::uri::Authority = host.parse().map_err(|_| BadHost::Malformed)?;
        if self.configured.as_deref() == Some(host.as_str()) || self.is_listener(&authority) {
            return Ok(());
        }
        Err(BadHost::Misdirected)
    }

    fn is_listener(&self, authority: &http::uri::Authority) -> bool {
        if authority.port_u16().unwrap_or(80) != self.listener.port() {
            return false;
        }
        let bound = self.listener.ip().to_canonical();
        let name = authority.host().trim_start_matches('[').trim_end_matches(']');
        match name.parse::<IpAddr>() {
            // On a wildcard address any of the machine's own addresses is the listener's: an address, unlike a
            // name, cannot be rebound.
            Ok(address) => bound.is_unspecified() || address.to_canonical() == bound,
            Err(_) => name == "localhost" && (bound.is_loopback() || bound.is_unspecified()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(listener: &str, url: Option<&str>, hosts: &[&str]) -> Result<(), BadHost> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, host.parse().unwrap());
        }
        Hosts::new(listener.parse().unwrap(), url).check(&headers)
    }

    #[test]
    fn own_names_pass() {
        assert_eq!(check("127.0.0.1:8081", None, &["127.0.0.1:8081"]), Ok(()));
        assert_eq!(check("127.0.0.1:8081", None, &["LocalHost:8081"]), Ok(()));
        assert_eq!(check("0.0.0.0:8081", None, &["10.1.2.3:8081"]), Ok(()));
        assert_eq!(check("[::1]:8081", None, &["[::1]:8081"]), Ok(()));
        assert_eq!(check("127.0.0.1:8081", Some("https://keys.example.org"), &["keys.example.org"]), Ok(()));
    }

    #[test]
    fn others_do_not() {
        assert_eq!(check("127.0.0.1:8081", None, &["evil.example:8081"]), Err(BadHost::Misdirected));
        assert_eq!(check("127.0.0.1:8081", None, &["127.0.0.1:80"]), Err(BadHost::Misdirected));
        assert_eq!(check("0.0.0.0:8081", None, &["evil.example:8081"]), Err(BadHost::Misdirected));
        assert_eq!(check("127.0.0.1:8081", None, &[]), Err(BadHost::Malformed));
        assert_eq!(check("127.0.0.1:8081", None, &["127.0.0.1:8081", "127.0.0.1:8081"]), Err(BadHost::Malformed));
        assert_eq!(check("127.0.0.1:8081", None, &["a b"]), Err(BadHost::Malformed));
        assert_eq!(check("127.0.0.1:8081", None, &["u@127.0.0.1:8081"]), Err(BadHost::Malformed));
        assert_eq!(check("127.0.0.1:80", None, &["127.0.0.1:x"]), Err(BadHost::Malformed));
    }
}
