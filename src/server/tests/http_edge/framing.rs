//! Framing tests: where a request ends; what two readers could read in two ways.

use super::case::{Case, On, case, chunked, get, post};

const THEME: &str = "Framing";

pub fn cases() -> Vec<Case> {
    let mut all = lengths();
    all.extend(codings());
    all.extend(chunks());
    all.extend(fields());
    all
}

fn lengths() -> Vec<Case> {
    let bare = |sent: &str, fields: &str| case(THEME, sent, On::Both, post(fields, "{}   "), 400, "");
    let mut all = vec![
        bare("Content-Length, then Transfer-Encoding", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        bare("Transfer-Encoding, then Content-Length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
        bare("two Content-Length that are equal", "Content-Length: 5\r\nContent-Length: 5\r\n"),
        bare("two Content-Length that differ", "Content-Length: 5\r\nContent-Length: 0\r\n"),
    ];
    for value in ["5, 5", "5,5", "5,", "5 5", "+5", "-5", "0x5", "5.0", "1e1", "five", "", "99999999999999999999999"] {
        let name = if value.is_empty() { "that is empty".to_owned() } else { format!("`{value}`") };
        all.push(bare(&format!("a Content-Length {name}"), &format!("Content-Length: {value}\r\n")));
    }
    all
}

fn codings() -> Vec<Case> {
    let end = "0\r\n\r\n";
    let coded = |sent: &str, fields: &str| case(THEME, sent, On::Both, post(fields, end), 400, "invalid_framing");
    let bare = |sent: &str, fields: &str| case(THEME, sent, On::Both, post(fields, end), 400, "");
    vec![
        coded("Transfer-Encoding `gzip, chunked`", "Transfer-Encoding: gzip, chunked\r\n"),
        coded("Transfer-Encoding `identity, chunked`", "Transfer-Encoding: identity, chunked\r\n"),
        coded("Transfer-Encoding `chunked, chunked`", "Transfer-Encoding: chunked, chunked\r\n"),
        coded("Transfer-Encoding twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        coded(
            "Transfer-Encoding `identity`, then `chunked`",
            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        ),
        bare(
            "Transfer-Encoding `chunked`, then `identity`",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        ),
        bare("Transfer-Encoding `chunked, gzip`", "Transfer-Encoding: chunked, gzip\r\n"),
        bare("Transfer-Encoding `xchunked`", "Transfer-Encoding: xchunked\r\n"),
        bare("Transfer-Encoding `chunked;q=1`", "Transfer-Encoding: chunked;q=1\r\n"),
        bare("Transfer-Encoding `\"chunked\"`", "Transfer-Encoding: \"chunked\"\r\n"),
        bare("Transfer-Encoding `identity`", "Transfer-Encoding: identity\r\n"),
        bare("Transfer-Encoding that is empty", "Transfer-Encoding:\r\n"),
        bare("Transfer-Encoding on a folded line", "Transfer-Encoding:\r\n chunked\r\n"),
        bare("Transfer-Encoding with a vertical tab before its value", "Transfer-Encoding: \x0bchunked\r\n"),
        bare("Transfer-Encoding with a space before its colon", "Transfer-Encoding : chunked\r\n"),
        case(
            THEME,
            "Transfer-Encoding in HTTP/1.0",
            On::Both,
            format!("POST <post> HTTP/1.0\r\nHost: <host>\r\n<auth>Transfer-Encoding: chunked\r\n\r\n{end}"),
            400,
            "",
        ),
    ]
}

fn chunks() -> Vec<Case> {
    let broken = |sent: &str, body: &[u8]| case(THEME, sent, On::Both, chunked(body), 400, "invalid_framing");
    let long = "e".repeat(4 * 1024);
    vec![
        broken("a chunk size that is no number", b"g\r\n{}\r\n0\r\n\r\n"),
        broken("a chunk size that is missing", b"\r\n{}\r\n0\r\n\r\n"),
        broken("a chunk size with a sign", b"-2\r\n{}\r\n0\r\n\r\n"),
        broken("a chunk size with `+`", b"+2\r\n{}\r\n0\r\n\r\n"),
        broken("a chunk size `0x2`", b"0x2\r\n{}\r\n0\r\n\r\n"),
        broken("a chunk size with a space before it", b" 2\r\n{}\r\n0\r\n\r\n"),
        broken("a chunk size of two numbers", b"2 2\r\n{}\r\n0\r\n\r\n"),
        broken("a chunk size over 64 bit", b"10000000000000002\r\n{}\r\n0\r\n\r\n"),
        broken("a chunk size that ends in a lone LF", b"2\n{}\r\n0\r\n\r\n"),
        broken("a chunk longer than its size", b"2\r\n{} \r\n0\r\n\r\n"),
        broken("a chunk without its line end", b"2\r\n{}0\r\n\r\n"),
        broken("a chunk that ends in a lone LF", b"2\r\n{}\n0\r\n\r\n"),
        broken("a chunk extension over 4 KiB", format!("2;{long}\r\n{{}}\r\n0\r\n\r\n").as_bytes()),
        broken(
            "a chunk size with 4 KiB of zeros before it",
            format!("{}2\r\n{{}}\r\n0\r\n\r\n", "0".repeat(4096)).as_bytes(),
        ),
        broken("a chunk extension with a lone LF in it", b"2;a\nb\r\n{}\r\n0\r\n\r\n"),
        broken("a trailer that is no field", b"2\r\n{}\r\n0\r\nno field\r\n\r\n"),
        broken("a trailer without a name", b"2\r\n{}\r\n0\r\n: x\r\n\r\n"),
        broken("a trailer that ends in a lone LF", b"2\r\n{}\r\n0\r\na: b\n\r\n\r\n"),
        broken("a trailer over 16 KiB", format!("2\r\n{{}}\r\n0\r\na: {}\r\n\r\n", "b".repeat(17 * 1024)).as_bytes()),
        broken("more than 100 trailers", format!("2\r\n{{}}\r\n0\r\n{}\r\n", "a: b\r\n".repeat(101)).as_bytes()),
    ]
}

fn fields() -> Vec<Case> {
    let bare = |sent: &str, fields: &str| case(THEME, sent, On::Both, get(fields), 400, "");
    let mut all = vec![
        bare("a folded header line", "X-A: b\r\n c\r\n"),
        bare("a folded header line, by tab", "X-A: b\r\n\tc\r\n"),
        bare("a lone CR in a value", "X-A: b\rc\r\n"),
        bare("a lone CR in a name", "X-A\rX-B: c\r\n"),
        bare("NUL in a value", "X-A: b\0c\r\n"),
        bare("NUL in a name", "X\0A: b\r\n"),
        bare("another control character in a value", "X-A: b\x01c\r\n"),
        bare("DEL in a value", "X-A: b\x7fc\r\n"),
        bare("a space before a header's colon", "X-A : b\r\n"),
        bare("a tab before a header's colon", "X-A\t: b\r\n"),
        bare("a space in a header's name", "X A: b\r\n"),
        bare("a header without a name", ": b\r\n"),
        bare("a header without a colon", "X-A\r\n"),
        bare("a header's name with `(`", "X(A: b\r\n"),
        bare("a header's name beyond ASCII", "X-\u{e4}: b\r\n"),
        bare("a header line that ends in a lone LF", "X-A: b\n"),
    ];
    for (sent, bytes) in [
        ("white space before the first header", "GET <path> HTTP/1.1\r\n Host: <host>\r\n<auth>\r\n"),
        ("a request line that ends in a lone LF", "GET <path> HTTP/1.1\nHost: <host>\r\n<auth>\r\n"),
        ("lone LF at every line's end", "GET <path> HTTP/1.1\nHost: <host>\n\n"),
        ("a head that ends in a lone LF", "GET <path> HTTP/1.1\r\nHost: <host>\r\n<auth>\n"),
        ("lone CR at every line's end", "GET <path> HTTP/1.1\rHost: <host>\r\r\r\n\r\n"),
    ] {
        all.push(case(THEME, sent, On::Both, bytes, 400, ""));
    }
    all
}
