//! Body tests: size, compression, and what JSON may not be.

use super::case::{Case, On, case, chunked, get, json, post};

/// The limits of the servers of these tests: small, so that too much is sent fast.
pub const SETTINGS: [(&str, &str); 2] = [("max_body_bytes", "65536"), ("max_multipart_bytes", "131072")];

pub fn cases() -> Vec<Case> {
    let mut all = sizes();
    all.extend(codings());
    all.extend(shapes());
    all
}

/// One chunk of so many bytes, and the end.
fn chunk(length: usize) -> Vec<u8> {
    [format!("{length:x}\r\n").as_bytes(), &vec![b' '; length], b"\r\n0\r\n\r\n"].concat()
}

fn sizes() -> Vec<Case> {
    const THEME: &str = "Size of a body";
    let multipart = |fields: &str, body: &[u8]| {
        let head = format!(
            "POST /v1/files HTTP/1.1\r\nHost: <host>\r\n<auth>Content-Type: multipart/form-data; boundary=x\r\n{fields}\r\n"
        );
        [head.as_bytes(), body].concat()
    };
    let large = "request_too_large";
    vec![
        case(THEME, "a declared length of 33 MiB", On::Both, post("Content-Length: 34603008\r\n", "{"), 413, large),
        case(
            THEME,
            "a declared length of 2^63",
            On::Both,
            post("Content-Length: 9223372036854775808\r\n", "{"),
            413,
            large,
        ),
        case(
            THEME,
            "a declared length over the limit, with `Expect: 100-continue`",
            On::Both,
            post("Content-Length: 34603008\r\nExpect: 100-continue\r\n", ""),
            413,
            large,
        ),
        case(THEME, "chunks over `max_body_bytes`", On::Gateway, chunked(chunk(65_537)), 413, large),
        case(THEME, "chunks over 1 MiB", On::Admin, chunked(chunk(1024 * 1024 + 1)), 413, large),
        case(
            THEME,
            "a declared length over 1 MiB",
            On::Admin,
            post("Content-Length: 1048577\r\n", vec![b' '; 1024 * 1024 + 1]),
            413,
            large,
        ),
        case(
            THEME,
            "a sign-in form with a declared length over 16 KiB",
            On::Admin,
            "POST /login HTTP/1.1\r\nHost: <host>\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 16385\r\n\r\n",
            413,
            large,
        ),
        case(
            THEME,
            "a setup form in chunks over 16 KiB",
            On::Admin,
            [
                &b"POST /setup HTTP/1.1\r\nHost: <host>\r\nSec-Fetch-Site: same-origin\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"[..],
                &chunk(16 * 1024 + 1),
            ]
            .concat(),
            413,
            large,
        ),
        case(
            THEME,
            "a multipart form with a declared length over `max_multipart_bytes`",
            On::Gateway,
            multipart("Content-Length: 131073\r\n", b"--x"),
            413,
            large,
        ),
    ]
}

fn codings() -> Vec<Case> {
    let mut all = Vec::new();
    for coding in ["gzip", "GZIP", "br", "deflate", "zstd", "x-unknown", "gzip, identity", "identity, gzip"] {
        let fields = format!("Content-Encoding: {coding}\r\nContent-Length: 2\r\n");
        let sent = format!("a body with Content-Encoding `{coding}`");
        all.push(case("Compressed requests", sent, On::Both, post(&fields, "{}"), 415, "unsupported_encoding"));
    }
    all.push(case(
        "Compressed requests",
        "two Content-Encoding, the second unknown",
        On::Both,
        post("Content-Encoding: identity\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n", "{}"),
        415,
        "unsupported_encoding",
    ));
    all.push(
        case(
            "Compressed requests",
            "Content-Encoding without a body",
            On::Both,
            get("Content-Encoding: gzip\r\n"),
            415,
            "unsupported_encoding",
        )
        .stays(),
    );
    all
}

fn shapes() -> Vec<Case> {
    const THEME: &str = "JSON";
    let no = |sent: &str, body: &str, code: &'static str| case(THEME, sent, On::Both, json(body), 400, code).stays();
    let nested =
        |open: &str, close: &str, depth: usize| format!("{{\"name\":{}1{}}}", open.repeat(depth), close.repeat(depth));
    vec![
        no("lists nested deeper than 64", &nested("[", "]", 64), "invalid_json"),
        no("objects nested deeper than 64", &nested("{\"a\":", "}", 64), "invalid_json"),
        no("20,000 opening brackets", &"[".repeat(20_000), "invalid_json"),
        no("JSON that breaks off", "{\"name\": ", "invalid_json"),
        no("JSON with something behind it", "{} x", "invalid_json"),
        no("two JSON values", "{}{}", "invalid_json"),
        no("JSON with single quotes", "{'name': 1}", "invalid_json"),
        no("JSON with a trailing comma", "{\"name\": 1,}", "invalid_json"),
        no("JSON with a comment", "{\"name\": 1 /* x */}", "invalid_json"),
        no("JSON with NaN", "{\"name\": NaN}", "invalid_json"),
        no("JSON with a control character in a text", "{\"name\": \"a\nb\"}", "invalid_json"),
        no("JSON with an unknown escape", "{\"name\": \"\\x41\"}", "invalid_json"),
        no("white space alone", "   ", "invalid_json"),
        no("text that is no JSON", "name=x", "invalid_json"),
        no("a top-level field twice", "{\"name\":\"a\",\"name\":\"b\"}", "duplicate_field"),
        no("a top-level field twice, apart", "{\"name\":\"a\",\"x\":1,\"y\":[{}],\"name\":\"a\"}", "duplicate_field"),
        no("a top-level field twice, once with an escape", "{\"name\":\"a\",\"n\\u0061me\":\"b\"}", "duplicate_field"),
        no("the model twice, once with an escape", "{\"model\":\"a\",\"m\\u006fdel\":\"b\"}", "duplicate_field"),
        case(
            THEME,
            "the model twice, once in capitals",
            On::Gateway,
            json("{\"model\":\"a\",\"MODEL\":\"b\"}"),
            400,
            "duplicate_field",
        )
        .stays(),
    ]
}
