//! Setting parsers: from the text of a setting to its type, with a sentence that names the fix.

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use domain::BaseUrl;
use gateway::Durability;
use ipnet::{IpNet, Ipv4Net};
use keyring::KeyFormat;
use secrecy::SecretString;

use super::{ConfigError, Resolved};

/// A type that settings have, in words for the documents.
pub(super) trait Kind {
    /// What to write for it.
    const WORDS: &'static str;
}

macro_rules! kinds {
    ($($type:ty = $words:literal,)+) => { $(impl Kind for $type { const WORDS: &'static str = $words; })+ };
}
kinds! {
    SocketAddr = "address and port",
    PathBuf = "path",
    String = "text",
    SecretString = "text",
    KeyFormat = "text",
    Durability = "`normal` or `strict`",
    LogFormat = "`text` or `json`",
    bool = "`true` or `false`",
    Duration = "seconds",
    u64 = "bytes",
    u32 = "number",
    Vec<IpNet> = "networks",
    Vec<String> = "origins",
}

impl<T: Kind> Kind for Option<T> {
    const WORDS: &'static str = T::WORDS;
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For eyes.
    Text,
    /// One object a line, for machines.
    Json,
}

type Read<T> = Result<T, ConfigError>;

#[allow(clippy::unnecessary_wraps)] // declarations of settings name readers of one signature
pub(super) fn text(found: &Resolved, key: &str) -> Read<String> {
    Ok(found.get(key).unwrap_or_default().to_owned())
}

pub(super) fn path(found: &Resolved, key: &str) -> Read<PathBuf> {
    text(found, key).map(PathBuf::from)
}

#[allow(clippy::unnecessary_wraps)] // declarations of settings name readers of one signature
pub(super) fn optional_path(found: &Resolved, key: &str) -> Read<Option<PathBuf>> {
    Ok(found.get(key).map(PathBuf::from))
}

#[allow(clippy::unnecessary_wraps)] // declarations of settings name readers of one signature
pub(super) fn optional_secret(found: &Resolved, key: &str) -> Read<Option<SecretString>> {
    Ok(found.get(key).map(|text| SecretString::from(text.to_owned())))
}

pub(super) fn address(found: &Resolved, key: &str) -> Read<SocketAddr> {
    let text = found.get(key).unwrap_or_default();
    text.parse().map_err(|_| found.wrong(key, format!("{text} is not an address and port, such as 127.0.0.1:8080")))
}

/// Scheme and host alone.
pub(super) fn origin(found: &Resolved, key: &str) -> Read<Option<String>> {
    let Some(text) = found.get(key) else { return Ok(None) };
    let base: BaseUrl = text.parse().map_err(|error| found.wrong(key, format!("{error}")))?;
    if base.is_echo() || !base.prefix().is_empty() {
        return Err(found.wrong(key, "use scheme and host alone, such as https://keys.example.org"));
    }
    Ok(Some(base.origin().to_owned()))
}

/// Several of them, or `*`.
pub(super) fn origins(found: &Resolved, key: &str) -> Read<Vec<String>> {
    let text = found.get(key).unwrap_or_default();
    text.split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| match part.parse::<BaseUrl>() {
            _ if part == "*" => Ok(part.to_owned()),
            Ok(base) if !base.is_echo() && base.prefix().is_empty() => Ok(base.origin().to_owned()),
            _ => {
                Err(found
                    .wrong(key, format!("{part} is no origin: use scheme and host, such as https://app.example.org")))
            }
        })
        .collect()
}

pub(super) fn database_url(found: &Resolved, key: &str) -> Read<Option<SecretString>> {
    match found.get(key) {
        None => Ok(None),
        Some(text) if text.starts_with("postgres://") || text.starts_with("postgresql://") => {
            Ok(Some(SecretString::from(text.to_owned())))
        }
        // The value may hold a password: it is not repeated.
        Some(_) => Err(found.wrong(key, "use postgres://user:password@host/database, or leave it out for SQLite")),
    }
}

pub(super) fn admin_token(found: &Resolved, key: &str) -> Read<Option<SecretString>> {
    let Some(text) = found.get(key).map(str::trim) else { return Ok(None) };
    keyring::check_admin_token(text).map_err(|weak| found.weak(key, weak.to_string()))?;
    Ok(Some(SecretString::from(text.to_owned())))
}

pub(super) fn key_format(found: &Resolved, key: &str) -> Read<KeyFormat> {
    KeyFormat::new(found.get(key).unwrap_or_default()).map_err(|error| found.wrong(key, error.to_string()))
}

pub(super) fn durability(found: &Resolved, key: &str) -> Read<Durability> {
    match found.get(key) {
        Some("strict") => Ok(Durability::Strict),
        Some("normal") => Ok(Durability::Normal),
        _ => Err(found.wrong(key, "use normal or strict")),
    }
}

pub(super) fn log_format(found: &Resolved, key: &str) -> Read<LogFormat> {
    match found.get(key) {
        Some("json") => Ok(LogFormat::Json),
        Some("text") => Ok(LogFormat::Text),
        _ => Err(found.wrong(key, "use text or json")),
    }
}

pub(super) fn flag(found: &Resolved, key: &str) -> Read<bool> {
    match found.get(key).map(str::to_ascii_lowercase).as_deref() {
        Some("true" | "1" | "yes" | "on") => Ok(true),
        Some("false" | "0" | "no" | "off") | None => Ok(false),
        Some(_) => Err(found.wrong(key, "use true or false")),
    }
}

pub(super) fn seconds(found: &Resolved, key: &str) -> Read<Duration> {
    let text = found.get(key).unwrap_or_default();
    match text.parse::<f64>() {
        Ok(seconds) if (0.001..=604_800.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err(found.wrong(key, format!("{text} is not a number of seconds above 0"))),
    }
}

/// Bytes of memory, at least one KiB.
pub(super) fn bytes(found: &Resolved, key: &str) -> Read<u64> {
    number(found, key, 1 << 10)
}

/// Bytes of disk, at least one MiB.
pub(super) fn disk(found: &Resolved, key: &str) -> Read<u64> {
    number(found, key, 1 << 20)
}

/// How many, at least one.
pub(super) fn count(found: &Resolved, key: &str) -> Read<u32> {
    number(found, key, 1)
}

fn number<T: FromStr + PartialOrd + Copy + std::fmt::Display>(found: &Resolved, key: &str, min: T) -> Read<T> {
    let text = found.get(key).unwrap_or_default();
    match text.parse::<T>() {
        Ok(number) if number >= min => Ok(number),
        _ => Err(found.wrong(key, format!("{text} is not a whole number of at least {min}"))),
    }
}

/// Networks, separated by commas or blanks.
pub(super) fn networks(found: &Resolved, key: &str) -> Read<Vec<IpNet>> {
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

/// `::ffff:a.b.c.d` is a.b.c.d, as in the addresses that networks are compared with.
fn canonical(net: IpNet) -> IpNet {
    let IpNet::V6(v6) = net else { return net };
    let mapped = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96));
    mapped.and_then(|(v4, length)| Ipv4Net::new(v4, length).ok()).map_or(net, IpNet::V4)
}
