//! Plain HTTP warning, once, when a plane whose configured URL is https is reached over plain HTTP by a peer other than
//! this machine or a trusted proxy: passwords and keys then cross a network in the clear.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicBool, Ordering},
};

use ipnet::IpNet;

/// Looks at the peers of one plane.
pub struct PlainHttp {
    plane: &'static str,
    https: bool,
    trusted_proxies: Vec<IpNet>,
    is_noted: AtomicBool,
}

impl PlainHttp {
    /// For `plane`, which `url` says how to reach.
    pub fn new(plane: &'static str, url: &str, trusted_proxies: Vec<IpNet>) -> Self {
        Self { plane, https: url.starts_with("https://"), trusted_proxies, is_noted: AtomicBool::new(false) }
    }

    /// Looks at the peer of a request; whether this is the one that is warned about.
    pub(super) fn note(&self, peer: IpAddr) -> bool {
        if !self.https || self.is_noted.load(Ordering::Relaxed) {
            return false;
        }
        let peer = peer.to_canonical();
        if peer.is_loopback() || self.trusted_proxies.iter().any(|net| net.contains(&peer)) {
            return false;
        }
        if self.is_noted.swap(true, Ordering::Relaxed) {
            return false;
        }
        tracing::warn!(
            plane = self.plane,
            %peer,
            "a request came over plain HTTP past the TLS proxy that the configured URL names: let the listener be \
             reached by the proxy alone, and name the proxy in KEYWRIGHT_TRUSTED_PROXIES (this is said once)"
        );
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_remote_peer_over_plain_http_is_warned_about_and_no_other() {
        let plane = |url: &str| PlainHttp::new("admin", url, vec!["10.0.0.0/8".parse().unwrap()]);
        let https = plane("https://keys.example.org");
        for harmless in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3"] {
            assert!(!https.note(harmless.parse().unwrap()), "{harmless}");
        }
        assert!(https.note("192.0.2.1".parse().unwrap()));
        assert!(!https.note("192.0.2.1".parse().unwrap()) && !https.note("2001:db8::1".parse().unwrap()));
        assert!(!plane("http://keys.example.org").note("192.0.2.1".parse().unwrap()));
    }
}
