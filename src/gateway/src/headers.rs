//! Header allow-lists: which fields are forwarded, in both directions; nothing else is.
//!
//! Cookies, credentials, forwarding fields, CORS and whatever concerns one hop only are not listed, and fields of the
//! future are not either: a list of what to drop is never complete.

use std::net::IpAddr;

use domain::{BaseUrl, UpstreamSettings};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use ipnet::IpNet;

/// Request fields that pass. `accept-encoding` is not here: it depends on who reads the answer.
fn is_for_upstream(name: &str) -> bool {
    const PREFIXES: [&str; 10] = [
        "openai-",
        "x-openai-",
        "x-codex-",
        "anthropic-",
        "x-claude-code-",
        "x-stainless-",
        "x-goog-",
        "x-session-",
        "x-grok-",
        "x-opencode-",
    ];
    let listed = matches!(
        name,
        "accept"
            | "accept-language"
            | "content-disposition"
            | "content-language"
            | "content-type"
            | "http-referer"
            | "idempotency-key"
            | "if-match"
            | "if-modified-since"
            | "if-none-match"
            | "originator"
            | "range"
            | "session-id"
            | "session_id"
            | "traceparent"
            | "tracestate"
            | "user-agent"
            | "x-client-request-id"
            | "x-request-id"
            | "x-title"
    );
    listed || PREFIXES.iter().any(|prefix| name.starts_with(prefix)) && !is_credential(name)
}

/// Whether a field carries a credential, even where the prefix of its name is open.
fn is_credential(name: &str) -> bool {
    ["api-key", "api_key", "apikey", "authorization", "token", "secret", "cookie", "credential", "password"]
        .iter()
        .any(|word| name.contains(word))
}

/// Answer fields that pass. The length is not here: it depends on whether the body is changed.
fn is_for_client(name: &str) -> bool {
    const PREFIXES: [&str; 5] = ["openai-", "anthropic-", "x-ratelimit-", "ratelimit", "x-goog-upload-"];
    let listed = matches!(
        name,
        "accept-ranges"
            | "age"
            | "cache-control"
            | "content-disposition"
            | "content-encoding"
            | "content-language"
            | "content-range"
            | "content-type"
            | "deprecation"
            | "etag"
            | "expires"
            | "last-modified"
            | "request-id"
            | "retry-after"
            | "retry-after-ms"
            | "sunset"
            | "vary"
            | "warning"
            | "x-content-type-options"
            | "x-models-etag"
            | "x-request-id"
            | "x-should-retry"
    );
    // Whose organisation pays is nothing for clients to know.
    listed || PREFIXES.iter().any(|prefix| name.starts_with(prefix)) && name != "openai-organization"
}

/// Longest chain of proxies that is followed.
const HOPS_MAX: usize = 32;

/// What of a client's fields reaches the upstream. `identity`: the answer is going to be read, so it must not come
/// compressed.
pub(crate) fn for_upstream(client: HeaderMap, identity: bool) -> HeaderMap {
    let mut out = pick(client, |name| is_for_upstream(name) || !identity && name == "accept-encoding");
    if identity {
        out.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    out
}

/// Puts what an upstream has of its own in place of whatever the client says.
pub(crate) fn add_own(out: &mut HeaderMap, settings: &UpstreamSettings) {
    let pinned = [("openai-organization", &settings.organization), ("openai-project", &settings.project)];
    let pinned = pinned.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    let own = settings.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in pinned.chain(own) {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            out.insert(name, value);
        }
    }
}

/// What of an upstream's fields reaches the client. `rewritten`: its body is changed on the way, so its length and
/// its checksums no longer hold.
pub(crate) fn for_client(upstream: HeaderMap, rewritten: bool) -> HeaderMap {
    let length = length(&upstream);
    let mut out = pick(upstream, is_for_client);
    if rewritten {
        out.remove(header::ETAG);
    } else if let Some(length) = length {
        out.insert(header::CONTENT_LENGTH, length);
    }
    out
}

/// Where an answer says that its resource is, as the client reaches it: some calls hand out the id of what they made
/// nowhere else. `root` is what stands before the tail in the client's paths. `None` for a place that is not under the
/// upstream's base URL, which is nothing for clients to know.
pub(crate) fn location(upstream: &HeaderValue, base: &BaseUrl, root: &str) -> Option<HeaderValue> {
    let text = upstream.to_str().ok()?;
    let path = text.strip_prefix(base.origin()).unwrap_or(text);
    let tail = path.strip_prefix(base.prefix())?;
    let inside = tail.starts_with('/') && !tail.starts_with("//");
    inside.then(|| HeaderValue::try_from(format!("{root}{tail}")).ok())?
}

/// The session that a client names, by the names of the agents that do.
pub(crate) fn session(client: &HeaderMap) -> Option<&str> {
    const NAMES: [&str; 6] = [
        "x-claude-code-session-id",
        "session-id",
        "session_id",
        "x-session-id",
        "x-opencode-session",
        "x-session-affinity",
    ];
    NAMES.iter().find_map(|name| client.get(*name)?.to_str().ok()).filter(|text| !text.is_empty())
}

/// The length that counts: none where there are chunks, which carry their own (RFC 9112, 6.3), and one number however
/// often it is said.
fn length(headers: &HeaderMap) -> Option<HeaderValue> {
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return None;
    }
    let values = headers.get_all(header::CONTENT_LENGTH);
    let mut lengths = values
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(|text| text.trim().parse::<u64>());
    let first = lengths.next()?.ok()?;
    if lengths.next().is_none() {
        // As it came, where it came in the one way to write it.
        let plain = values.iter().next().filter(|value| !value.as_bytes().starts_with(b"0") && value.len() < 20);
        return Some(plain.cloned().unwrap_or_else(|| first.into()));
    }
    let all = values.iter().flat_map(|value| value.to_str().unwrap_or_default().split(','));
    all.map(|text| text.trim().parse()).all(|length| length == Ok(first)).then(|| first.into())
}

/// Whose address counts: the peer's, or behind trusted proxies the right-most hop that is none of them.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut address = peer.to_canonical();
    if !is_trusted(&address) {
        return address;
    }
    let values: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or_default()).collect();
    let hops = values.iter().rev().flat_map(|value| value.rsplit(',')).take(HOPS_MAX);
    for hop in hops {
        if !is_trusted(&address) {
            break;
        }
        // Where a trusted proxy writes nonsense, it is itself the last one that is known.
        let Some(next) = hop_address(hop.trim()) else { break };
        address = next;
    }
    address
}

/// An address as proxies write it: alone, with a port, IPv6 also in brackets.
fn hop_address(text: &str) -> Option<IpAddr> {
    let address = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0.parse().ok()?,
        None => match text.parse() {
            Ok(address) => address,
            Err(_) => text.rsplit_once(':')?.0.parse::<std::net::Ipv4Addr>().ok()?.into(),
        },
    };
    Some(IpAddr::to_canonical(&address))
}

/// The fields that pass, not copied: this is done twice for every request.
fn pick(from: HeaderMap, passes: impl Fn(&str) -> bool) -> HeaderMap {
    let connection: Vec<HeaderValue> = from.get_all(header::CONNECTION).iter().cloned().collect();
    let passes = |name: &HeaderName| passes(name.as_str()) && !is_one_hop(&connection, name.as_str());
    // Capacity for the few that are added: host, credential, length, request id.
    let mut out = HeaderMap::with_capacity(from.keys_len() + 4);
    let mut fields = from.into_iter().peekable();
    let mut again = None;
    while let Some((name, value)) = fields.next() {
        // Of a name that stands several times only the first says it.
        match name {
            Some(name) if passes(&name) => {
                again = matches!(fields.peek(), Some((None, _))).then(|| name.clone());
                out.append(name, value);
            }
            Some(_) => again = None,
            None => {
                if let Some(name) = &again {
                    out.append(name.clone(), value);
                }
            }
        }
    }
    out
}

/// Whether `Connection` declares a field to be for this hop only (RFC 9110, 7.6.1), listed above or not.
fn is_one_hop(connection: &[HeaderValue], name: &str) -> bool {
    let values = connection.iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|listed| listed.trim().eq_ignore_ascii_case(name))
}

#[cfg(test)]
#[path = "headers_fuzz.rs"]
mod fuzz;

#[cfg(test)]
#[path = "headers_tests.rs"]
mod tests;
