//! Request line tests: method, target, version.

use super::case::{Case, On, case, line};

const THEME: &str = "Request line";

pub fn cases() -> Vec<Case> {
    let mut all = targets();
    all.extend(methods());
    all.extend(versions());
    all
}

fn targets() -> Vec<Case> {
    let odd = |sent: &str, on: On, target: &str| {
        case(THEME, sent, on, line(&format!("GET {target} HTTP/1.1")), 400, "invalid_target").stays()
    };
    let bare = |sent: &str, target: &str| case(THEME, sent, On::Both, line(&format!("GET {target} HTTP/1.1")), 400, "");
    let mut all = vec![
        odd("the absolute form, with our own name", On::Both, "http://<host><path>"),
        odd("the absolute form, with another name", On::Both, "http://evil.example<path>"),
        odd("the absolute form, with another scheme", On::Both, "https://<host><path>"),
        odd("the authority form", On::Both, "evil.example:443"),
        odd("the asterisk form", On::Both, "*"),
        odd("`//v1/models`, `//keys`: an empty first segment", On::Both, "/<path>"),
        odd("a host as an empty first segment", On::Both, "//evil.example<path>"),
        odd("an empty segment in the middle", On::Both, "<path>//x"),
        odd("two slashes at the end", On::Both, "<path>//"),
        odd("an empty last segment", On::Gateway, "<path>/"),
        odd("`/v1/` alone", On::Gateway, "/v1/"),
        odd("a host in the middle", On::Gateway, "/v1///evil.example/x"),
        odd("a scheme without slashes", On::Both, "http:evil.example"),
        odd("`/..`", On::Both, "/.."),
    ];
    // Every spelling of what steps out, or reads otherwise elsewhere, once it is decoded.
    for segment in [
        ".",
        "..",
        "%2e",
        "%2E%2E",
        ".%2e",
        "%2e.",
        "a%2f..%2fb",
        "..%2fx",
        "x%2f..",
        "x%2F.%2fy",
        "%2e%2e%2f",
        "%5c",
        "a%5Cb",
        "%5c%5cevil.example",
        "..%5c",
        "%00",
        "a%00b",
        "%09",
        "%0a",
        "%0d%0aX-A:b",
        "%1f",
        "%7f",
        "%C2%85",
        "%",
        "%2",
        "%zz",
        "%%",
        "%u002e",
        "a%",
        "a|b",
        "a\"b",
        "a^b",
        "{b}",
        "\\",
        "..\\x",
        "a[b]",
    ] {
        all.push(odd(&format!("a segment `{segment}`"), On::Both, &format!("<path>/{segment}")));
        if segment.contains("..") && !segment.contains(['/', '\\']) || segment.starts_with("%2e") || segment == "%2E%2E"
        {
            all.push(odd(&format!("`{segment}` in the middle"), On::Both, &format!("<path>/{segment}/x")));
        }
    }
    all.push(odd("a segment with raw UTF-8", On::Both, "<path>/\u{e4}"));
    all.extend([
        bare("a fragment", "<path>#fragment"),
        bare("a fragment behind a query", "<path>?a=b#fragment"),
        bare("an absolute form with a fragment", "http://<host><path>#fragment"),
        bare("a space in the target", "<path>/a b"),
        bare("a tab in the target", "<path>/a\tb"),
        bare("NUL in the target", "<path>/a\0b"),
        bare("DEL in the target", "<path>/a\x7fb"),
        bare("no slash before the path", "v1/models/x"),
        bare("an absolute form without a host", "http:///x"),
        bare("`<` in the target", "<path>/<b>"),
        bare("a backquote in the target", "<path>/a`b"),
    ]);
    all
}

fn methods() -> Vec<Case> {
    let refused =
        |sent: &str, on: On, request: &str| case(THEME, sent, on, line(request), 405, "method_not_allowed").stays();
    let long = "A".repeat(5000);
    let mut all: Vec<Case> = ["TRACE", "PROPFIND", "BREW", "get", "Get", "PATCHY", "G!T", "PURGE", "LINK"]
        .iter()
        .map(|method| refused(&format!("method `{method}`"), On::Both, &format!("{method} <path> HTTP/1.1")))
        .collect();
    all.extend([
        refused("a method of 5,000 characters", On::Both, &format!("{long} <path> HTTP/1.1")),
        refused("CONNECT to somewhere else", On::Both, "CONNECT evil.example:443 HTTP/1.1"),
        refused("CONNECT to ourselves", On::Both, "CONNECT <host> HTTP/1.1"),
        refused("CONNECT with a path", On::Both, "CONNECT <path> HTTP/1.1"),
        case(THEME, "a method with a control character", On::Both, line("G\x01ET <path> HTTP/1.1"), 400, ""),
        case(THEME, "a method in quotes", On::Both, line("\"GET\" <path> HTTP/1.1"), 400, ""),
        case(THEME, "no method", On::Both, line(" <path> HTTP/1.1"), 400, ""),
    ]);
    all
}

fn versions() -> Vec<Case> {
    let bare = |sent: &str, bytes: &[u8]| case(THEME, sent, On::Both, bytes, 400, "");
    let mut all: Vec<Case> =
        ["HTTP/1.2", "HTTP/2.0", "HTTP/3", "HTTP/0.9", "HTTP/1", "HTTP/1.10", "http/1.1", "HTTQ/1.1", "HTTP/1.1 x"]
            .iter()
            .map(|version| bare(&format!("version `{version}`"), &line(&format!("GET <path> {version}"))))
            .collect();
    all.extend([
        bare("HTTP/0.9: a target and nothing else", b"GET <path>\r\n\r\n"),
        bare("two spaces in the request line", &line("GET  <path> HTTP/1.1")),
        bare("a tab in the request line", &line("GET\t<path> HTTP/1.1")),
        bare("white space before the request line", &line(" GET <path> HTTP/1.1")),
        bare("no target", &line("GET HTTP/1.1")),
        bare("bytes that are no HTTP", b"\xff\xfe\xfd\xfc\r\n\r\n"),
        bare("a TLS handshake", TLS_HELLO),
        bare("a greeting of another protocol", b"SSH-2.0-OpenSSH_9.9\r\n\r\n"),
        case(THEME, "the preface of HTTP/2", On::Both, *b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, ""),
    ]);
    all
}

/// The begin of a `ClientHello`.
const TLS_HELLO: &[u8] =
    b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03\x11\x22\x33\x44\x55\x66\x77\x88\x99\x00\x00\x02\x13\x01\x01\x00";
