//! Request smuggling guard tests.

use super::*;

/// What becomes of `requests` heads, and of the bytes, when they come in pieces of `by`.
fn seen(bytes: &[u8], by: usize, requests: usize) -> (Vec<bool>, Vec<u8>) {
    let verdict = Verdict::new();
    let mut framing = Framing::new(verdict.clone());
    let mut bytes = bytes.to_vec();
    for piece in bytes.chunks_mut(by) {
        framing.see(piece);
    }
    ((0..requests).map(|_| verdict.refuses_next()).collect(), bytes)
}

fn refused(bytes: &str, requests: usize) -> Vec<bool> {
    let whole = seen(bytes.as_bytes(), usize::MAX, requests);
    for by in 1..12 {
        assert_eq!(seen(bytes.as_bytes(), by, requests), whole, "in pieces of {by}");
    }
    assert_eq!(whole.1, bytes.as_bytes(), "nothing is spoiled");
    whole.0
}

#[test]
fn plain_requests_pass_one_after_the_other() {
    let all = "\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n\
        POST /b HTTP/1.1\r\nContent-Length: 7\r\n\r\nPOST #\n\
        POST /c HTTP/1.1\r\ntransfer-encoding: Chunked \r\n\r\n5;a=b\r\n\n#\n\n\n\r\n2 \r\n\n\n\r\n0\r\nX: y\r\n\r\n\
        POST /d HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET /e HTTP/1.1\r\n\r\n";
    assert_eq!(refused(all, 5), [false; 5]);
}

#[test]
fn what_is_ambiguous_is_refused_with_all_that_follows() {
    for head in [
        "Content-Length: 3\r\nContent-Length: 3\r\n\r\n",
        "Content-Length: 3\r\nX: y\r\ncontent-length:4\r\n\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
        "X: y\n\r\n",
        "X: y\r\n\n",
    ] {
        let all = format!("POST /a HTTP/1.1\r\nContent-Length: 1\r\n\r\nxPOST /b HTTP/1.1\r\n{head}");
        assert_eq!(refused(&all, 3), [false, true, true], "{head}");
    }
    assert_eq!(refused("GET /a#b HTTP/1.1\r\n\r\n", 1), [true]);
    assert_eq!(refused("GET / HTTP/1.1\n\n", 1), [true]);
}

#[test]
fn what_hyper_or_the_planes_refuse_is_left_to_them() {
    for head in
        ["Content-Length: x\r\n\r\n", "Transfer-Encoding: gzip, chunked\r\n\r\n", "Transfer-Encoding : x\r\n\r\n"]
    {
        let all = format!("POST / HTTP/1.1\r\n{head}");
        assert_eq!(refused(&all, 1), [false], "{head}");
    }
}

#[test]
fn long_chunk_lines_are_spoiled_where_they_become_too_long() {
    let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (start, filler) in [("5;", "e"), ("5", " "), ("", "0")] {
        // The line end's CR counts, its LF does not.
        let line = |length: usize| format!("{head}{start}{}\r\n", filler.repeat(length - start.len() - 1));
        let (fits, long) = (line(4096), line(4097));
        for by in [1, 7, usize::MAX] {
            assert_eq!(seen(fits.as_bytes(), by, 1).1, fits.as_bytes());
            let (_, spoiled) = seen(long.as_bytes(), by, 1);
            let mut expected = long.clone().into_bytes();
            expected[head.len() + 4096] = b'\n';
            assert_eq!(spoiled, expected);
        }
    }
}

#[test]
fn a_long_chunk_line_is_not_ended_for_it() {
    let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    let smuggled = "0\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n";
    let all = format!("{head}5;{}\rX{smuggled}", "e".repeat(4093));
    for by in [1, 7, usize::MAX] {
        let (refused, spoiled) = seen(all.as_bytes(), by, 1);
        assert_eq!(refused, [false]);
        // A line end behind the CR would have made the line a good one, and the rest unseen requests.
        let mut expected = all.clone().into_bytes();
        expected[head.len() + 4096] = 0;
        assert_eq!(spoiled, expected);
    }
}

#[test]
fn trailers_with_lone_line_ends_are_spoiled() {
    let all = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\n\r\n";
    for by in [1, 5, usize::MAX] {
        assert_eq!(seen(all.as_bytes(), by, 1).1, all.replace("b\n", "b\0").as_bytes());
    }
}
