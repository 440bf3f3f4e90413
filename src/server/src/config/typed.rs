//! Settings as types, checked in one pass.

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use domain::BaseUrl;
use gateway::Durability;
use ipnet::{IpNet, Ipv4Net};
use keyring::KeyFormat;
use secrecy::SecretString;

use super::{ConfigError, resolve::Resolved};

/// Everything that `serve` needs to know.
#[derive(Clone)]
pub struct Config {
    /// Databases, spool and root key live here.
    pub data_dir: PathBuf,
    /// Who listens where.
    pub listen: Listen,
    /// Where clients reach the gateway, if said.
    pub public_url: Option<String>,
    /// Where browsers reach the admin app, if said.
    pub admin_url: Option<String>,
    /// A PostgreSQL server instead of SQLite.
    pub database_url: Option<SecretString>,
    /// For automation.
    pub admin_token: Option<SecretString>,
    /// How issued keys look.
    pub key_format: KeyFormat,
    /// Browsers may sign in over plain HTTP off loopback.
    pub insecure_http: bool,
    /// Whose forwarding headers count.
    pub trusted_proxies: Vec<IpNet>,
    /// Private networks that upstreams may be in.
    pub upstream_allowed_cidrs: Vec<IpNet>,
    /// Connecting to an upstream.
    pub upstream_connect_timeout: Duration,
    /// Until an answer begins.
    pub upstream_first_byte_timeout: Duration,
    /// Silence within an answer.
    pub upstream_idle_timeout: Duration,
    /// A whole answer.
    pub upstream_total_timeout: Duration,
    /// Largest request body, bytes.
    pub max_body_bytes: u64,
    /// Largest multipart request body, bytes.
    pub max_multipart_bytes: u64,
    /// Memory for all request bodies at once, bytes.
    pub body_memory_bytes: u64,
    /// Silence within a request body.
    pub body_idle_timeout: Duration,
    /// For so long a request body may be slower than 1 KiB/s.
    pub body_grace: Duration,
    /// A request's head.
    pub header_timeout: Duration,
    /// An idle connection.
    pub idle_timeout: Duration,
    /// A client that does not read.
    pub write_stall_timeout: Duration,
    /// Open connections per client address.
    pub connections_per_address: u32,
    /// What a power cut may cost.
    pub durability: Durability,
    /// Disk for rows that the database does not have yet, bytes.
    pub spool_bytes: u64,
    /// Requests under way at shutdown.
    pub drain_timeout: Duration,
    /// What is logged.
    pub log: String,
    /// As JSON lines.
    pub log_json: bool,
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
}

impl Config {
    /// Reads every setting; the first that is wrong is named with its origin and its fix.
    pub fn from_resolved(found: &Resolved) -> Result<Self, ConfigError> {
        let listen = Listen::of(address(found, "gateway_listen")?, address(found, "admin_listen")?);
        let log_json = match found.get("log_format") {
            Some("json") => true,
            Some("text") | None => false,
            Some(_) => return Err(found.wrong("log_format", "use text or json")),
        };
        Ok(Self {
            data_dir: data_dir(found),
            listen,
            public_url: url(found, "public_url")?,
            admin_url: url(found, "admin_url")?,
            database_url: database_url(found)?,
            admin_token: admin_token(found)?,
            key_format: KeyFormat::new(found.get("key_prefix").unwrap_or("sk-auto-"))
                .map_err(|error| found.wrong("key_prefix", error.to_string()))?,
            insecure_http: flag(found, "insecure_http")?,
            trusted_proxies: networks(found, "trusted_proxies")?,
            upstream_allowed_cidrs: networks(found, "upstream_allowed_cidrs")?,
            upstream_connect_timeout: seconds(found, "upstream_connect_timeout")?,
            upstream_first_byte_timeout: seconds(found, "upstream_first_byte_timeout")?,
            upstream_idle_timeout: seconds(found, "upstream_idle_timeout")?,
            upstream_total_timeout: seconds(found, "upstream_total_timeout")?,
            max_body_bytes: number(found, "max_body_bytes", 1024)?,
            max_multipart_bytes: number(found, "max_multipart_bytes", 1024)?,
            body_memory_bytes: number(found, "body_memory_bytes", 1024)?,
            body_idle_timeout: seconds(found, "body_idle_timeout")?,
            body_grace: seconds(found, "body_grace")?,
            header_timeout: seconds(found, "header_timeout")?,
            idle_timeout: seconds(found, "idle_timeout")?,
            write_stall_timeout: seconds(found, "write_stall_timeout")?,
            connections_per_address: number(found, "connections_per_address", 1)?,
            durability: match found.get("durability") {
                Some("strict") => Durability::Strict,
                Some("normal") | None => Durability::Normal,
                Some(_) => return Err(found.wrong("durability", "use normal or strict")),
            },
            spool_bytes: number(found, "spool_bytes", 1 << 20)?,
            drain_timeout: seconds(found, "drain_timeout")?,
            log: found.get("log").unwrap_or("info").to_owned(),
            log_json,
        })
    }
}

/// Where the data is, without reading anything else: enough for `init`.
pub fn data_dir(found: &Resolved) -> PathBuf {
    PathBuf::from(found.get("data_dir").unwrap_or("data"))
}

fn address(found: &Resolved, key: &str) -> Result<SocketAddr, ConfigError> {
    let text = found.get(key).unwrap_or_default();
    text.parse().map_err(|_| found.wrong(key, format!("{text} is not an address and port, such as 127.0.0.1:8080")))
}

fn url(found: &Resolved, key: &str) -> Result<Option<String>, ConfigError> {
    let Some(text) = found.get(key) else { return Ok(None) };
    let base: BaseUrl = text.parse().map_err(|error| found.wrong(key, format!("{error}")))?;
    if base.is_echo() || !base.prefix().is_empty() {
        return Err(found.wrong(key, "use scheme and host alone, such as https://keys.example.org"));
    }
    Ok(Some(base.origin().to_owned()))
}

fn database_url(found: &Resolved) -> Result<Option<SecretString>, ConfigError> {
    match found.get("database_url") {
        None => Ok(None),
        Some(text) if text.starts_with("postgres://") || text.starts_with("postgresql://") => {
            Ok(Some(SecretString::from(text.to_owned())))
        }
        // The value may hold a password: it is not repeated.
        Some(_) => {
            Err(found.wrong("database_url", "use postgres://user:password@host/database, or leave it out for SQLite"))
        }
    }
}

fn admin_token(found: &Resolved) -> Result<Option<SecretString>, ConfigError> {
    match found.get("admin_token").map(str::trim) {
        None => Ok(None),
        Some(text) if text.len() >= 32 && text.bytes().all(|b| b.is_ascii_graphic()) => {
            Ok(Some(SecretString::from(text.to_owned())))
        }
        Some(_) => Err(found
            .wrong("admin_token", "use at least 32 visible ASCII characters; `openssl rand -hex 32` makes good ones")),
    }
}

fn flag(found: &Resolved, key: &str) -> Result<bool, ConfigError> {
    match found.get(key).map(str::to_ascii_lowercase).as_deref() {
        Some("true" | "1" | "yes" | "on") => Ok(true),
        Some("false" | "0" | "no" | "off") | None => Ok(false),
        Some(_) => Err(found.wrong(key, "use true or false")),
    }
}

fn seconds(found: &Resolved, key: &str) -> Result<Duration, ConfigError> {
    let text = found.get(key).unwrap_or_default();
    match text.parse::<f64>() {
        Ok(seconds) if (0.001..=604_800.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err(found.wrong(key, format!("{text} is not a number of seconds above 0"))),
    }
}

fn number<T: FromStr + PartialOrd + Copy + std::fmt::Display>(
    found: &Resolved,
    key: &str,
    min: T,
) -> Result<T, ConfigError> {
    let text = found.get(key).unwrap_or_default();
    match text.parse::<T>() {
        Ok(number) if number >= min => Ok(number),
        _ => Err(found.wrong(key, format!("{text} is not a whole number of at least {min}"))),
    }
}

fn networks(found: &Resolved, key: &str) -> Result<Vec<IpNet>, ConfigError> {
    let text = found.get(key).unwrap_or_default();
    text.split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.parse::<IpNet>()
                .or_else(|_| part.parse::<std::net::IpAddr>().map(IpNet::from))
                .map(canonical)
                .map_err(|_| found.wrong(key, format!("{part} is not a network, such as 10.0.0.0/8")))
        })
        .collect()
}

/// `::ffff:a.b.c.d` is a.b.c.d, as in the addresses that networks are held against.
fn canonical(net: IpNet) -> IpNet {
    let IpNet::V6(v6) = net else { return net };
    let mapped = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96));
    mapped.and_then(|(v4, length)| Ipv4Net::new(v4, length).ok()).map_or(net, IpNet::V4)
}

#[cfg(test)]
mod tests {
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
        assert_eq!(config.upstream_first_byte_timeout, Duration::from_mins(10));
        assert!(matches!(config.listen, Listen::Apart { .. }) && !config.insecure_http);
    }

    #[test]
    fn equal_explicit_addresses_merge_and_port_zero_does_not() {
        let both = |text| config(&[("gateway_listen", text), ("admin_listen", text)]).unwrap().listen;
        assert!(matches!(both("0.0.0.0:8080"), Listen::Merged(_)));
        assert!(matches!(both("127.0.0.1:0"), Listen::Apart { .. }));
    }

    #[test]
    fn networks_of_mapped_addresses_are_those_of_ipv4() {
        let text = "::ffff:10.1.0.0/112, ::ffff:10.0.0.1, 2001:db8::1, ::/0";
        let shown: Vec<_> =
            config(&[("trusted_proxies", text)]).unwrap().trusted_proxies.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["10.1.0.0/16", "10.0.0.1/32", "2001:db8::1/128", "::/0"]);
    }

    #[test]
    fn wrong_values_are_named_and_secrets_are_not_repeated() {
        for (key, text) in [
            ("gateway_listen", "8080"),
            ("upstream_idle_timeout", "0"),
            ("trusted_proxies", "10.0.0.0/99"),
            ("public_url", "https://x/path"),
            ("admin_token", "short-canary"),
            ("database_url", "mysql://canary"),
            ("insecure_http", "maybe"),
            ("key_prefix", "no separator"),
            ("connections_per_address", "0"),
            ("durability", "maybe"),
            ("spool_bytes", "1000"),
        ] {
            let error = config(&[(key, text)]).err().unwrap().to_string();
            assert!(error.starts_with(&format!("{key} (flag)")), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
