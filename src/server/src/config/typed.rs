//! Typed configuration: every section together.

use std::{net::SocketAddr, path::PathBuf};

use super::{
    Admin, ConfigError, Database, Encryption, Gateway, Http, Keys, Ledger, Logging, Resolved, Section, Server, Setting,
    Upstream,
};

/// Declares which sections there are: once for the types, once as data.
macro_rules! sections {
    ($($(#[$meta:meta])* $field:ident: $section:ident,)+) => {
        /// Everything that `serve` needs to know, a field per section.
        #[derive(Clone)]
        pub struct Config {
            $($(#[$meta])* pub $field: $section,)+
        }

        /// Every section, in the order of the documents.
        pub const SECTIONS: &[Section] = &[$($section::SECTION),+];

        impl Config {
            /// Reads every setting; the first that is wrong is named with its origin and its fix.
            pub fn from_resolved(found: &Resolved) -> Result<Self, ConfigError> {
                Ok(Self { $($field: $section::read(found)?),+ })
            }
        }
    };
}

sections! {
    /// The process itself.
    server: Server,
    /// The listener for API clients.
    gateway: Gateway,
    /// The admin app and REST.
    admin: Admin,
    /// Connections of both planes.
    http: Http,
    /// Where the data is kept.
    database: Database,
    /// The root key.
    encryption: Encryption,
    /// How issued keys look.
    keys: Keys,
    /// Calls to upstreams.
    upstream: Upstream,
    /// The rows of requests.
    ledger: Ledger,
    /// The log.
    logging: Logging,
}

/// Who listens where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listen {
    /// One address for both planes: hosting platforms give one port.
    Merged(SocketAddr),
    /// The usual.
    Apart {
        /// For API clients.
        gateway: SocketAddr,
        /// For administrators.
        admin: SocketAddr,
    },
}

impl Listen {
    /// Equal explicit addresses mean one listener; two on port 0 are two listeners.
    pub fn of(gateway: SocketAddr, admin: SocketAddr) -> Self {
        if gateway == admin && gateway.port() != 0 { Self::Merged(gateway) } else { Self::Apart { gateway, admin } }
    }

    /// The address of each plane: gateway, admin.
    pub fn addresses(self) -> (SocketAddr, SocketAddr) {
        match self {
            Self::Merged(address) => (address, address),
            Self::Apart { gateway, admin } => (gateway, admin),
        }
    }
}

impl Config {
    /// Who listens where.
    pub fn listen(&self) -> Listen {
        Listen::of(self.gateway.listen, self.admin.listen)
    }
}

/// Every setting, section by section.
pub fn settings() -> impl Iterator<Item = &'static Setting> {
    SECTIONS.iter().flat_map(|section| section.settings)
}

/// The setting of that name: `gateway.listen`, or `gateway_listen` as files without sections have it.
pub fn find(name: &str) -> Option<&'static Setting> {
    settings().find(|setting| setting.key == name || setting.flat == name)
}

/// Where the data is, without reading anything else: enough for `init`.
pub fn data_dir(found: &Resolved) -> PathBuf {
    PathBuf::from(found.get("server.data_dir").unwrap_or("data"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Flags, resolve};
    use super::*;

    fn config(values: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
        let flags =
            Flags { config: None, values: values.iter().map(|(key, text)| (*key, (*text).to_owned())).collect() };
        Config::from_resolved(&resolve(&flags, &|_| None).unwrap())
    }

    #[test]
    fn defaults_are_good() {
        let config = config(&[("data_dir", "/nowhere")]).unwrap();
        assert_eq!(config.upstream.first_byte_timeout, Duration::from_mins(10));
        assert!(matches!(config.listen(), Listen::Apart { .. }) && !config.admin.insecure_http);
    }

    #[test]
    fn names_are_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for setting in settings() {
            for name in [setting.key, setting.flat, setting.env] {
                assert!(seen.insert(name), "{name} stands for two settings");
            }
            assert!(SECTIONS.iter().all(|section| section.name != setting.flat), "{} is a section too", setting.flat);
        }
    }

    #[test]
    fn equal_explicit_addresses_merge_and_port_zero_does_not() {
        let both = |text| config(&[("gateway_listen", text), ("admin.listen", text)]).unwrap().listen();
        assert!(matches!(both("0.0.0.0:8080"), Listen::Merged(_)));
        assert!(matches!(both("127.0.0.1:0"), Listen::Apart { .. }));
    }

    #[test]
    fn networks_of_mapped_addresses_are_those_of_ipv4() {
        let text = "::ffff:10.1.0.0/112, ::ffff:10.0.0.1, 2001:db8::1, ::/0";
        let config = config(&[("http.trusted_proxies", text)]).unwrap();
        let shown: Vec<_> = config.http.trusted_proxies.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["10.1.0.0/16", "10.0.0.1/32", "2001:db8::1/128", "::/0"]);
    }

    #[test]
    fn wrong_values_are_named_and_secrets_are_not_repeated() {
        for (key, text) in [
            ("gateway.listen", "8080"),
            ("upstream.idle_timeout", "0"),
            ("http.trusted_proxies", "10.0.0.0/99"),
            ("gateway.public_url", "https://x/path"),
            ("admin.token", "short-canary"),
            ("admin.token", "canarycanarycanarycanarycanarycanary"),
            ("database.url", "mysql://canary"),
            ("admin.insecure_http", "maybe"),
            ("keys.prefix", "no separator"),
            ("http.connections_per_address", "0"),
            ("ledger.durability", "maybe"),
            ("ledger.spool_bytes", "1000"),
            ("logging.format", "xml"),
        ] {
            let error = config(&[(key, text)]).err().unwrap();
            let said = error.to_string();
            assert!(said.starts_with(&format!("{key} (flag)")), "{said}");
            assert!(!said.contains("canary"), "{said}");
            assert_eq!(matches!(error, ConfigError::Weak { .. }), key == "admin.token");
        }
    }
}
