//! Upstreams: providers' servers, and the base URLs that lead to them.

use std::{
    collections::BTreeMap,
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use crate::{Dialect, ProviderId, Timestamp, UpstreamId};

/// A provider's server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// Its id.
    pub id: UpstreamId,
    /// Unique, for people.
    pub name: String,
    /// Who runs it, and so how it speaks.
    pub provider: ProviderId,
    /// Where it is.
    pub base_url: BaseUrl,
    /// The dialects in which it takes requests of keys that name no upstream. One upstream per dialect has it.
    pub default_for: Vec<Dialect>,
    /// Whether a credential belongs to it: where that is missing it is out of order, never called without.
    pub has_secret: bool,
    /// What of it is set apart from the installation's own settings.
    pub settings: UpstreamSettings,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Upstream {
    /// Whether it takes requests of keys that name no upstream, in any dialect.
    pub const fn is_default(&self) -> bool {
        !self.default_for.is_empty()
    }

    /// Whether it takes requests of that dialect of keys that name no upstream.
    pub fn is_default_for(&self, dialect: Dialect) -> bool {
        self.default_for.contains(&dialect)
    }
}

/// What an upstream has of its own; what is absent is as the installation has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamSettings {
    /// Timers.
    #[serde(default, skip_serializing_if = "UpstreamTimeouts::is_empty")]
    pub timeouts: UpstreamTimeouts,
    /// Fields that every request to it carries, name and value. Never a credential.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Sent as `openai-organization`, whatever the client says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Sent as `openai-project`, whatever the client says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Certificates (PEM) that its own may be signed by, beside the usual ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_pem: Option<String>,
    /// Requests that may be open there at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_open_requests: Option<u32>,
}

/// Timers of an upstream, seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamTimeouts {
    /// To connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<u32>,
    /// From sending a request on to the head of its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte: Option<u32>,
    /// Silence within an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<u32>,
    /// From sending a request on to the end of its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
}

impl UpstreamTimeouts {
    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl UpstreamSettings {
    /// Reads the stored document. What this version does not know is an error: half of a setting is none.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The stored document; `None` where nothing is set.
    pub fn to_json(&self) -> Option<String> {
        (*self != Self::default()).then(|| serde_json::to_string(self).unwrap_or_default())
    }
}

/// Where an upstream is: scheme, host, port and a path prefix, in one normal form, or `echo:`.
///
/// The form is strict on purpose (RFC 3986 with fewer freedoms): no user info, no query, no fragment, no dot
/// segments, no percent signs, so that what is stored is exactly what is dialled.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    text: String,
    origin_len: usize,
}

/// Text that cannot be a base URL, and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum BadBaseUrl {
    /// Neither `http://` nor `https://`.
    #[error("start with https:// (or http:// on your own network)")]
    Scheme,
    /// `user:password@`.
    #[error("leave out user name and password; the secret has its own field")]
    UserInfo,
    /// `?` or `#`.
    #[error("leave out everything from ? or # on")]
    Query,
    /// An odd host.
    #[error("the host must be a name, an IPv4 address or an IPv6 address in brackets")]
    Host,
    /// An odd port.
    #[error("the port must be a number from 1 to 65535")]
    Port,
    /// An odd path.
    #[error("the path may hold letters, digits, and - . _ ~ between single slashes")]
    Path,
    /// Over 2,048 characters.
    #[error("use at most 2048 characters")]
    Length,
}

impl BaseUrl {
    /// The in-process upstream's.
    pub fn echo() -> Self {
        Self { text: "echo:".to_owned(), origin_len: 5 }
    }

    /// The whole text, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port: what a sealed secret is bound to. A scheme's own port is left out.
    pub fn origin(&self) -> &str {
        &self.text[..self.origin_len]
    }

    /// The path prefix, without a slash at the end; may be empty.
    pub fn prefix(&self) -> &str {
        &self.text[self.origin_len..]
    }

    /// Whether it is the in-process upstream.
    pub fn is_echo(&self) -> bool {
        self.text == "echo:"
    }

    /// Whether it is dialled over TLS.
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https://")
    }

    /// Host as it is dialled, IPv6 without brackets.
    pub fn host(&self) -> &str {
        let (host, _) = self.host_and_port();
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Port as it is dialled; 0 for the in-process upstream.
    pub fn port(&self) -> u16 {
        let (_, port) = self.host_and_port();
        match port {
            Some(port) => port,
            None if self.is_echo() => 0,
            None if self.is_https() => 443,
            None => 80,
        }
    }

    /// Host and port as the `Host` header says them.
    pub fn authority(&self) -> &str {
        self.origin().split_once("://").map_or("", |(_, rest)| rest)
    }

    fn host_and_port(&self) -> (&str, Option<u16>) {
        let authority = self.authority();
        let after_brackets = authority.rfind(']').map_or(0, |at| at + 1);
        match authority[after_brackets..].rfind(':') {
            Some(at) => {
                let at = after_brackets + at;
                (&authority[..at], authority[at + 1..].parse().ok())
            }
            None => (authority, None),
        }
    }
}

impl FromStr for BaseUrl {
    type Err = BadBaseUrl;

    fn from_str(text: &str) -> Result<Self, BadBaseUrl> {
        let text = text.trim();
        if text == "echo:" {
            return Ok(Self::echo());
        }
        if text.len() > 2048 {
            return Err(BadBaseUrl::Length);
        }
        let (scheme, rest) = text.split_once("://").ok_or(BadBaseUrl::Scheme)?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "https" => "https",
            "http" => "http",
            _ => return Err(BadBaseUrl::Scheme),
        };
        if rest.contains(['?', '#']) {
            return Err(BadBaseUrl::Query);
        }
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        if authority.contains('@') {
            return Err(BadBaseUrl::UserInfo);
        }
        let (host, port) = split_authority(authority)?;
        let default_port = if scheme == "https" { 443 } else { 80 };
        let port = match port {
            Some(port) if port != default_port => format!(":{port}"),
            _ => String::new(),
        };
        let origin = format!("{scheme}://{host}{port}");
        let path = path.trim_end_matches('/');
        if !path_is_plain(path) {
            return Err(BadBaseUrl::Path);
        }
        Ok(Self { text: format!("{origin}{path}"), origin_len: origin.len() })
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn split_authority(authority: &str) -> Result<(String, Option<u16>), BadBaseUrl> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (inside, after) = rest.split_once(']').ok_or(BadBaseUrl::Host)?;
        let address: Ipv6Addr = inside.parse().map_err(|_| BadBaseUrl::Host)?;
        let port = match after {
            "" => None,
            after => Some(after.strip_prefix(':').ok_or(BadBaseUrl::Host)?),
        };
        (format!("[{address}]"), port)
    } else {
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        (host_name(host)?, port)
    };
    let port = match port {
        None => None,
        Some(port) if port.len() <= 5 && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            match port.parse::<u16>() {
                Ok(port) if port > 0 => Some(port),
                _ => return Err(BadBaseUrl::Port),
            }
        }
        Some(_) => return Err(BadBaseUrl::Port),
    };
    Ok((host, port))
}

/// A dotted name, or a plain IPv4 address. Odd spellings of addresses (`0x7f.1`, `2130706433`) are refused,
/// because resolvers read them as addresses.
fn host_name(host: &str) -> Result<String, BadBaseUrl> {
    if host.parse::<Ipv4Addr>().is_ok() {
        return Ok(host.to_owned());
    }
    let host = host.to_ascii_lowercase();
    let label_ok = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let looks_numeric = host.rsplit('.').next().is_some_and(|last| {
        last.bytes().all(|b| b.is_ascii_digit())
            || last.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
    });
    if host.len() <= 253 && host.split('.').all(label_ok) && !looks_numeric { Ok(host) } else { Err(BadBaseUrl::Host) }
}

fn path_is_plain(path: &str) -> bool {
    path.is_empty()
        || path[1..].split('/').all(|segment| {
            !segment.is_empty()
                && segment != "."
                && segment != ".."
                && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> Result<BaseUrl, BadBaseUrl> {
        text.parse()
    }

    #[test]
    fn normal_form() {
        let url = base(" HTTPS://API.OpenAI.com:443/v1/ ").unwrap();
        assert_eq!(url.as_str(), "https://api.openai.com/v1");
        assert_eq!((url.origin(), url.prefix()), ("https://api.openai.com", "/v1"));
        assert_eq!((url.host(), url.port(), url.is_https()), ("api.openai.com", 443, true));
        let url = base("http://[::1]:11434/v1").unwrap();
        assert_eq!((url.host(), url.port(), url.authority()), ("::1", 11434, "[::1]:11434"));
        assert_eq!(base("http://localhost").unwrap().port(), 80);
        assert!(base("echo:").unwrap().is_echo());
    }

    #[test]
    fn refused_with_a_reason() {
        for (text, why) in [
            ("api.openai.com/v1", BadBaseUrl::Scheme),
            ("ftp://x/v1", BadBaseUrl::Scheme),
            ("https://a:b@x/v1", BadBaseUrl::UserInfo),
            ("https://x/v1?key=1", BadBaseUrl::Query),
            ("https:///v1", BadBaseUrl::Host),
            ("https://x y/v1", BadBaseUrl::Host),
            ("http://0x7f.1/v1", BadBaseUrl::Host),
            ("http://2130706433/v1", BadBaseUrl::Host),
            ("http://0x7f000001/v1", BadBaseUrl::Host),
            ("http://127.1/v1", BadBaseUrl::Host),
            ("https://x:0/v1", BadBaseUrl::Port),
            ("https://x:99999/v1", BadBaseUrl::Port),
            ("https://x/../v1", BadBaseUrl::Path),
            ("https://x//v1", BadBaseUrl::Path),
            ("https://x/%2e%2e/v1", BadBaseUrl::Path),
        ] {
            assert_eq!(base(text), Err(why), "{text}");
        }
    }
}
