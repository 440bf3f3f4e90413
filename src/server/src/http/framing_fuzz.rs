//! Fuzz target: HTTP/1.1 framing, against a reader that has all bytes before it begins.

use testkit_domain::fuzz::{cut, spell};

use super::*;

const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"GET / HTTP/1.1\r\n",
    b"POST /v1/x HTTP/1.1\r\n",
    b"GET /a#b HTTP/1.1\r\n",
    b"Host: h\r\n",
    b"Content-Length: 3\r\n",
    b"content-length:0\r\n",
    b"Content-Length: 18446744073709551616\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"transfer-encoding:  Chunked \r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Transfer-Encoding : chunked\r\n",
    b"X: y\n",
    b"\r\n\r\n",
    b"abc",
    b"0\r\n",
    b"0\r\n\r\n",
    b"3\r\nabc\r\n",
    b"1;a=b\r\nx\r\n",
    b"ffffffffffffffff\r\n",
    b"11111111111111111\r\n",
    b"g",
    b";",
    b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
    b"GET / HTTP/1.1\n\n",
    &[b'a'; 1500],
    &[b' '; 1500],
];

/// Which head is the first to be refused, counted from 0, and which byte is spoiled.
fn slow(bytes: &[u8]) -> (Option<usize>, Option<usize>) {
    let (mut at, mut heads) = (0, 0);
    loop {
        let mut lines: Vec<&[u8]> = Vec::new();
        loop {
            let Some(end) = bytes[at..].iter().position(|byte| *byte == b'\n') else { return (None, None) };
            let whole = &bytes[at..at + end];
            at += end + 1;
            match whole.strip_suffix(b"\r") {
                None if lines.is_empty() && whole.is_empty() => {}
                None => return (Some(heads), None),
                Some(b"") if lines.is_empty() => {}
                Some(line) if lines.is_empty() && line.contains(&b'#') => return (Some(heads), None),
                Some(b"") => break,
                Some(line) => lines.push(line),
            }
        }
        let values = |name: &str| {
            let named = lines[1..].iter().filter_map(|line| {
                let colon = line.iter().position(|byte| *byte == b':')?;
                line[..colon].eq_ignore_ascii_case(name.as_bytes()).then(|| line[colon + 1..].trim_ascii())
            });
            named.collect::<Vec<_>>()
        };
        let (lengths, codings) = (values("content-length"), values("transfer-encoding"));
        if lengths.len() > 1 || !lengths.is_empty() && !codings.is_empty() {
            return (Some(heads), None);
        }
        heads += 1;
        match (&lengths[..], &codings[..]) {
            ([], []) => {}
            ([length], []) => {
                let length = std::str::from_utf8(length).ok().and_then(|text| text.parse::<u64>().ok());
                let Some(length) = length else { return (None, None) };
                if length > (bytes.len() - at) as u64 {
                    return (None, None);
                }
                at += usize::try_from(length).unwrap();
            }
            ([], [coding]) if coding.eq_ignore_ascii_case(b"chunked") => match slow_chunks(bytes, at) {
                Ok(end) => at = end,
                Err(spoiled) => return (None, spoiled),
            },
            _ => return (None, None),
        }
    }
}

/// Where a chunked body ends; else which byte is spoiled, if one is.
fn slow_chunks(bytes: &[u8], mut at: usize) -> Result<usize, Option<usize>> {
    loop {
        let (start, mut size, mut extended) = (at, 0_u64, false);
        loop {
            let Some(byte) = bytes.get(at) else { return Err(None) };
            at += 1;
            match byte {
                b'\n' => break,
                _ if at - start > 4096 => return Err(Some(at - 1)),
                b';' => extended = true,
                b'\r' | b' ' | b'\t' => {}
                _ if extended => {}
                digit => {
                    let digit = char::from(*digit).to_digit(16).ok_or(None::<usize>)?;
                    size = size.checked_mul(16).and_then(|size| size.checked_add(digit.into())).ok_or(None::<usize>)?;
                }
            }
        }
        if size == 0 {
            break;
        }
        let behind = size.saturating_add(2);
        if behind > (bytes.len() - at) as u64 {
            return Err(None);
        }
        at += usize::try_from(behind).unwrap();
    }
    loop {
        let Some(end) = bytes[at..].iter().position(|byte| *byte == b'\n') else { return Err(None) };
        let line = &bytes[at..at + end];
        at += end + 1;
        match line.strip_suffix(b"\r") {
            None => return Err(Some(at - 1)),
            Some(b"") => return Ok(at),
            Some(_) => {}
        }
    }
}

fn seen(bytes: &[u8], sizes: &[u8]) -> (Vec<bool>, Vec<u8>) {
    let verdict = Verdict::new();
    let mut framing = Framing::new(verdict.clone());
    let mut out = Vec::new();
    for piece in cut(bytes, sizes) {
        let mut piece = piece.to_vec();
        framing.see(&mut piece);
        out.extend(piece);
    }
    ((0..8).map(|_| verdict.refuses_next()).collect(), out)
}

/// Any bytes, cut anywhere: the heads that the slow reader refuses are refused with all behind them, and the one byte
/// that makes a body inadmissible is spoiled.
#[test]
fn any_bytes_are_judged_as_by_a_slow_reader_however_they_are_cut() {
    bolero::check!(name = "framing").with_max_len(200).for_each(|input| {
        let (sizes, rest) = input.split_at(input.len().min(3));
        let bytes = spell(rest, WORDS);
        // Longer lines are left to hyper, by us as soon as so much of one has come without its end.
        if bytes.split(|byte| *byte == b'\n').any(|line| line.len() > LINE_MAX) {
            return;
        }
        let (refused, spoiled) = slow(&bytes);
        let expected: Vec<bool> = (0..8).map(|head| refused.is_some_and(|first| head >= first)).collect();
        for sizes in [&[][..], sizes, &[1]] {
            let (verdicts, out) = seen(&bytes, sizes);
            let shown = String::from_utf8_lossy(&bytes);
            assert_eq!(verdicts, expected, "{shown:?}");
            let changed: Vec<usize> = (0..bytes.len()).filter(|at| out[*at] != bytes[*at]).collect();
            assert_eq!(changed, Vec::from_iter(spoiled), "{shown:?}");
        }
    });
}
