//! Header tests: which fields pass, and whose address counts.

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
        ("x-session-id", "s"),
        ("session_id", "t"),
        ("x-claude-code-agent-id", "a"),
        ("x-goog-api-client", "genai"),
        ("x-goog-iam-authorization-token", "x"),
        ("anthropic-api-key", "x"),
        ("openai-api-key", "x"),
        ("x-codex-turn-metadata", "m"),
    ]);
    let expected = [
        "accept",
        "accept-encoding",
        "anthropic-version",
        "content-type",
        "idempotency-key",
        "openai-beta",
        "openai-organization",
        "session_id",
        "user-agent",
        "x-claude-code-agent-id",
        "x-codex-turn-metadata",
        "x-goog-api-client",
        "x-session-id",
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
        ("openai-organization", "acme"),
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
        location(&place.parse().unwrap(), &base.parse().unwrap(), "/v1").map(|value| value.to_str().unwrap().to_owned())
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
