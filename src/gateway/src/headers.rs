//! Header allow-lists: which fields are forwarded, in both directions; nothing else is.
//!
//! Cookies, credentials, forwarding fields, CORS and whatever concerns one hop only are not listed, and fields of the
//! future are not either: a list of what to drop is never complete.

use std::net::IpAddr;

use domain::BaseUrl;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use ipnet::IpNet;

/// Request fields that pass. `accept-encoding` is not here: it depends on who reads the answer.
fn is_for_upstream(name: &str) -> bool {
    matches!(
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
            | "range"
            | "user-agent"
            | "x-client-request-id"
            | "x-request-id"
            | "x-title"
    ) || ["openai-", "anthropic-", "x-stainless-"].iter().any(|prefix| name.starts_with(prefix))
}

/// Answer fields that pass. The length is not here: it depends on whether the body is changed.
fn is_for_client(name: &str) -> bool {
    matches!(
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
            | "x-request-id"
            | "x-should-retry"
    ) || ["openai-", "anthropic-", "x-ratelimit-", "ratelimit"].iter().any(|prefix| name.starts_with(prefix))
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
/// nowhere else. `None` for a place that is not under the upstream's base URL, which is nothing for clients to know.
pub(crate) fn location(upstream: &HeaderValue, base: &BaseUrl) -> Option<HeaderValue> {
    let text = upstream.to_str().ok()?;
    let path = text.strip_prefix(base.origin()).unwrap_or(text);
    let tail = path.strip_prefix(base.prefix())?;
    let inside = tail.starts_with('/') && !tail.starts_with("//");
    inside.then(|| HeaderValue::try_from(format!("/v1{tail}")).ok())?
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
mod tests {
    use super::*;

    fn map(fields: &[(&str, &str)]) -> HeaderMap {
        let mut out = HeaderMap::new();
        for (name, value) in fields {
            out.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        out
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn only_listed_request_fields_reach_the_upstream() {
        let client = map(&[
            ("authorization", "Bearer x"),
            ("x-api-key", "x"),
            ("x-goog-api-key", "x"),
            ("api-key", "x"),
            ("cookie", "a=b"),
            ("host", "h"),
            ("content-length", "5"),
            ("transfer-encoding", "chunked"),
            ("te", "trailers"),
            ("upgrade", "h2c"),
            ("x-forwarded-for", "1.1.1.1"),
            ("forwarded", "for=1.1.1.1"),
            ("via", "p"),
            ("proxy-authorization", "x"),
            ("origin", "https://o"),
            ("referer", "https://o"),
            ("expect", "100-continue"),
            ("keep-alive", "1"),
            ("open_ai-beta", "x"),
            ("x-http-method-override", "DELETE"),
            ("x-keywright-request-id", "x"),
            ("content-encoding", "gzip"),
            ("sec-fetch-site", "none"),
            ("accept", "*/*"),
            ("accept-encoding", "gzip"),
            ("user-agent", "OpenAI/Python"),
            ("openai-beta", "a"),
            ("openai-organization", "org"),
            ("anthropic-version", "v"),
            ("x-stainless-lang", "python"),
            ("idempotency-key", "k"),
            ("content-type", "application/json"),
        ]);
        let expected = [
            "accept",
            "accept-encoding",
            "anthropic-version",
            "content-type",
            "idempotency-key",
            "openai-beta",
            "openai-organization",
            "user-agent",
            "x-stainless-lang",
        ];
        assert_eq!(names(&for_upstream(client.clone(), false)), expected);
        assert_eq!(for_upstream(client.clone(), true)["accept-encoding"], "identity");
        assert_eq!(for_upstream(HeaderMap::new(), true)["accept-encoding"], "identity");
    }

    #[test]
    fn only_listed_answer_fields_reach_the_client() {
        let upstream = map(&[
            ("set-cookie", "a=b"),
            ("server", "nginx"),
            ("location", "https://x"),
            ("access-control-allow-origin", "*"),
            ("connection", "keep-alive"),
            ("transfer-encoding", "chunked"),
            ("alt-svc", "h3"),
            ("cf-ray", "x"),
            ("strict-transport-security", "x"),
            ("www-authenticate", "x"),
            ("x-keywright-request-id", "forged"),
            ("trailer", "x"),
            ("date", "x"),
            ("content-type", "text/event-stream"),
            ("content-length", "5"),
            ("x-request-id", "req"),
            ("etag", "e"),
            ("openai-processing-ms", "3"),
            ("x-ratelimit-remaining-requests", "3"),
            ("retry-after", "1"),
        ]);
        let expected = [
            "content-type",
            "etag",
            "openai-processing-ms",
            "retry-after",
            "x-ratelimit-remaining-requests",
            "x-request-id",
        ];
        assert_eq!(names(&for_client(upstream.clone(), false)), expected);
        let rewritten = for_client(upstream.clone(), true);
        assert!(!rewritten.contains_key("content-length") && !rewritten.contains_key("etag"));
    }

    #[test]
    fn a_location_is_rewritten_as_the_client_reaches_it() {
        let of = |base: &str, place: &str| {
            location(&place.parse().unwrap(), &base.parse().unwrap()).map(|value| value.to_str().unwrap().to_owned())
        };
        for (base, place, expected) in [
            ("https://api.openai.com/v1", "/v1/realtime/calls/rtc_1", Some("/v1/realtime/calls/rtc_1")),
            (
                "https://api.openai.com/v1",
                "https://api.openai.com/v1/realtime/calls/rtc_1",
                Some("/v1/realtime/calls/rtc_1"),
            ),
            ("https://h.example/openai/v1", "/openai/v1/x?y=1", Some("/v1/x?y=1")),
            ("http://127.0.0.1:9", "/x", Some("/v1/x")),
            ("https://api.openai.com/v1", "https://internal.example/v1/x", None),
            ("https://api.openai.com/v1", "https://api.openai.com.evil.example/v1/x", None),
            ("https://api.openai.com/v1", "//evil.example/v1/x", None),
            ("http://127.0.0.1:9", "//evil.example/x", None),
            ("https://api.openai.com/v1", "/v2/x", None),
            ("https://api.openai.com/v1", "/v1x", None),
            ("https://api.openai.com/v1", "relative", None),
        ] {
            assert_eq!(of(base, place).as_deref(), expected, "{base} {place}");
        }
    }

    #[test]
    fn a_length_counts_once_and_not_beside_chunks() {
        for (fields, expected) in [
            (&[("content-length", "5")][..], Some("5")),
            (&[("content-length", "5"), ("content-length", "5")], Some("5")),
            (&[("content-length", "5, 05")], Some("5")),
            (&[("content-length", "5, 6")], None),
            (&[("content-length", "x")], None),
            (&[("content-length", "5"), ("transfer-encoding", "chunked")], None),
            (&[], None),
        ] {
            let out = for_client(map(fields), false);
            let found: Vec<_> = out.get_all("content-length").iter().map(|value| value.to_str().unwrap()).collect();
            assert_eq!(found, Vec::from_iter(expected), "{fields:?}");
        }
    }

    #[test]
    fn what_connection_names_is_dropped_though_listed() {
        let client = map(&[
            ("connection", "close, X-Stainless-Lang"),
            ("connection", "accept-encoding"),
            ("x-stainless-lang", "a"),
            ("accept-encoding", "gzip"),
            ("x-stainless-os", "b"),
        ]);
        assert_eq!(names(&for_upstream(client.clone(), false)), ["x-stainless-os"]);
        assert_eq!(names(&for_client(map(&[("connection", "etag"), ("etag", "e")]), false)), Vec::<&str>::new());
    }

    #[test]
    fn fields_given_twice_pass_twice() {
        let out = for_upstream(map(&[("openai-beta", "a"), ("openai-beta", "b")]), false);
        assert_eq!(out.get_all("openai-beta").iter().count(), 2);
    }

    #[test]
    fn forwarding_counts_only_from_trusted_proxies() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        for (peer, forwarded, expected) in [
            ("1.2.3.4", &["9.9.9.9"][..], "1.2.3.4"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["9.9.9.9"], "9.9.9.9"),
            ("::ffff:10.0.0.1", &["9.9.9.9"], "9.9.9.9"),
            ("10.0.0.1", &["6.6.6.6, 9.9.9.9, 10.0.0.2"], "9.9.9.9"),
            ("10.0.0.1", &["6.6.6.6", "9.9.9.9:443,10.0.0.2"], "9.9.9.9"),
            ("10.0.0.1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("10.0.0.1", &["::ffff:9.9.9.9"], "9.9.9.9"),
            ("10.0.0.1", &["9.9.9.9, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["9.9.9.9, nonsense, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            let headers = map(&forwarded.iter().map(|value| ("x-forwarded-for", *value)).collect::<Vec<_>>());
            let found = client_address(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{peer} {forwarded:?}");
        }
    }
}
