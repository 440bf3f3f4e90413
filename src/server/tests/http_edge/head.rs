//! Head tests: host, expectation, and size limits.

use super::case::{Case, On, case, fields, get, line, post};

pub fn cases() -> Vec<Case> {
    let mut all = hosts();
    all.extend(foreign_names());
    all.extend(limits());
    all.extend(expectations());
    all
}

fn hosts() -> Vec<Case> {
    const THEME: &str = "Host";
    let odd = |sent: &str, fields: &str| {
        let bytes = format!("GET <path> HTTP/1.1\r\n{fields}<auth>\r\n");
        case(THEME, sent, On::Both, bytes, 400, "invalid_host").stays()
    };
    let mut all = vec![
        odd("no Host", ""),
        odd("two Host that differ", "Host: <host>\r\nHost: evil.example\r\n"),
        odd("two Host that are equal", "Host: <host>\r\nHost: <host>\r\n"),
        odd("an empty Host", "Host:\r\n"),
        case(THEME, "HTTP/1.0 without Host", On::Both, "GET <path> HTTP/1.0\r\n<auth>\r\n", 400, "invalid_host"),
    ];
    for (value, name) in [
        ("user@<host>", "with a user"),
        ("user:secret@<host>", "with user and password"),
        ("<host>/x", "with a path"),
        ("<host>?x", "with a query"),
        ("<host>#x", "with a fragment"),
        ("<host>\\x", "with a backslash"),
        ("<host>, evil.example", "that is a list"),
        ("<host> evil.example", "with a space"),
        ("http://<host>", "that is a URL"),
        (":<port>", "without a name"),
        ("<host>x", "with a port that is no number"),
        ("<host>:80", "with two ports"),
        ("localhost:-1", "with a negative port"),
        ("localhost:65536", "with a port over 65535"),
        ("[::1", "with an open bracket"),
        ("[::1]x", "with more behind its bracket"),
        ("[localhost]", "with a name in brackets"),
        ("::1", "with IPv6 outside of brackets"),
        ("local%68ost:<port>", "with a percent sign"),
        ("l\u{f6}calhost:<port>", "beyond ASCII"),
    ] {
        all.push(odd(&format!("a Host {name}"), &format!("Host: {value}\r\n")));
    }
    all
}

/// DNS rebinding: the admin app answers to its own names alone.
fn foreign_names() -> Vec<Case> {
    let mut all = Vec::new();
    for name in [
        "evil.example:<port>",
        "localhost.evil.example:<port>",
        "127.0.0.1.evil.example:<port>",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost",
        "127.0.0.2:<port>",
        "[::1]:<port>",
        "0.0.0.0:<port>",
    ] {
        for (path, more) in [("<path>", ""), ("/login", "Cookie: keywright=abc\r\n")] {
            let bytes = format!("GET {path} HTTP/1.1\r\nHost: {name}\r\n{more}\r\n");
            let sent = if path == "<path>" {
                format!("a Host `{}` that is not the admin app's", name.replace(":<port>", ":PORT"))
            } else {
                format!("the same `{}` with a cookie; none comes back", name.replace(":<port>", ":PORT"))
            };
            all.push(case("Host", sent, On::Admin, bytes, 421, "misdirected").stays());
        }
    }
    all
}

fn limits() -> Vec<Case> {
    const THEME: &str = "Size of a head";
    // Host and Authorization are two.
    let long = |length: usize| format!("GET <path>?{} HTTP/1.1", "q".repeat(length));
    vec![
        case(THEME, "65 header fields", On::Both, get(&fields(63)), 431, ""),
        case(THEME, "1,000 header fields", On::Both, get(&fields(998)), 431, ""),
        case(THEME, "a header of 17 KiB", On::Both, get(&format!("X-A: {}\r\n", "a".repeat(17 * 1024))), 431, ""),
        case(
            THEME,
            "headers of 17 KiB together",
            On::Both,
            get(&format!("X-A: {}\r\n", "a".repeat(350)).repeat(48)),
            431,
            "",
        ),
        case(
            THEME,
            "a header's name of 70,000 characters",
            On::Both,
            get(&format!("{}: y\r\n", "X".repeat(70_000))),
            431,
            "",
        ),
        case(THEME, "a target of 9 KiB", On::Gateway, line(&long(9 * 1024)), 414, "request_too_large").stays(),
        case(THEME, "a target of 9 KiB", On::Admin, line(&long(9 * 1024)), 414, "request_too_large").stays(),
        case(THEME, "a target of 20 KiB", On::Both, line(&long(20 * 1024)), 431, ""),
        case(THEME, "a target of 100 KiB", On::Both, line(&long(100 * 1024)), 431, ""),
    ]
}

fn expectations() -> Vec<Case> {
    const THEME: &str = "Expectations";
    let refused =
        |sent: &str, fields: &str| case(THEME, sent, On::Both, get(fields), 417, "expectation_failed").stays();
    vec![
        refused("`Expect: 200-ok`", "Expect: 200-ok\r\n"),
        refused("`Expect: 100-continue, x`", "Expect: 100-continue, x\r\n"),
        refused("two Expect, the second unknown", "Expect: 100-continue\r\nExpect: x\r\n"),
        refused("an empty Expect", "Expect:\r\n"),
        case(
            THEME,
            "an unknown Expect, and its body is waited for in vain",
            On::Both,
            post("Content-Length: 2\r\nExpect: x\r\n", ""),
            417,
            "expectation_failed",
        ),
    ]
}
