//! Request smuggling tests: only what stands on its own is answered.

use testkit::{Raw, both_engines, raw::shown};

use super::{
    body,
    case::{Plane, fields, get, json, post},
    fixture::EdgeFixture,
};

both_engines! {
    /// A request in another one's body, or behind its end as another reader sees it, is never answered and never sent
    /// on.
    async fn hidden_requests_stay_hidden(engine) {
        let fixture = EdgeFixture::start(engine, &body::SETTINGS).await;
        for plane in [Plane::Gateway, Plane::Admin] {
            let hidden = b"GET /v1/smuggled HTTP/1.1\r\nHost: <host>\r\n<auth>\r\n";
            let framed = |fields: &str, before: &str| post(fields, [before.as_bytes(), hidden].concat());
            for (sent, bytes) in [
                ("CL.TE", framed("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
                ("TE.CL", framed("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "5c\r\n")),
                ("CL.CL", framed("Content-Length: 0\r\nContent-Length: 120\r\n", "")),
                ("CL.CL, equal", framed("Content-Length: 2\r\nContent-Length: 2\r\n", "{}")),
                ("TE.TE", framed("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")),
                ("TE with a space", framed("Transfer-Encoding : chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
                ("TE folded", framed("Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
                ("a chunk extension with LF", framed("Transfer-Encoding: chunked\r\n", "2;\n\r\n{}\r\n0\r\n\r\n")),
                ("a lone LF after a chunk", framed("Transfer-Encoding: chunked\r\n", "2\r\n{}\n0\r\n\r\n")),
                ("an unknown length", framed("Content-Length: +5\r\n", "{}   ")),
                ("HTTP/1.0 with chunks", [
                    &b"POST <post> HTTP/1.0\r\nHost: <host>\r\n<auth>Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"[..], hidden,
                ].concat()),
                ("a refused body", [
                    &b"POST <post> HTTP/1.1\r\nHost: <host>\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n"[..], hidden,
                ].concat()),
                ("a head with a lone LF", [&b"GET <path> HTTP/1.1\r\nHost: <host>\n\n"[..], hidden].concat()),
            ] {
                let before = fixture.upstream.counts();
                let mut raw = Raw::connect(fixture.entry_points.address(plane)).await;
                let answer = raw.ask(&fixture.entry_points.fill(plane, &bytes)).await.expect(sent);
                assert!((400..500).contains(&answer.status), "{plane:?} {sent}: {}", answer.head);
                let more = raw.rest().await;
                assert!(more.is_empty(), "{plane:?} {sent}: a second answer: {}", shown(&more));
                assert_eq!(fixture.upstream.counts(), before, "{plane:?} {sent}");
            }
        }
    }

    /// What is ambiguous is found however it comes, also byte by byte and behind good requests on the same connection,
    /// which are answered all the same.
    async fn ambiguity_is_found_behind_good_requests(engine) {
        let fixture = EdgeFixture::start(engine, &body::SETTINGS).await;
        for plane in [Plane::Gateway, Plane::Admin] {
            let good = fixture.entry_points.fill(plane, &get(""));
            let spaced = fixture.entry_points.fill(plane, &[b"\r\n", &get("")[..]].concat());
            let bad = fixture.entry_points.fill(plane, &post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"));
            let all = [&good[..], &spaced, &good, &bad, &good].concat();
            for by in [all.len(), 1, 7] {
                let mut raw = Raw::connect(fixture.entry_points.address(plane)).await;
                for piece in all.chunks(by) {
                    raw.send(piece).await;
                }
                let mut statuses = Vec::new();
                while let Some(answer) = raw.answer().await {
                    statuses.push(answer.status);
                }
                assert_eq!(statuses, [200, 200, 200, 400], "{plane:?}, in pieces of {by}");
            }
        }
    }

    /// Chunks, extensions, trailers and lengths that are in order pass, one request after the other on one connection,
    /// and reach the upstream without their framing.
    async fn plain_framing_passes(engine) {
        let fixture = EdgeFixture::start(engine, &body::SETTINGS).await;
        let mut raw = Raw::connect(fixture.entry_points.gateway).await;
        let body = r#"{"model":"m","messages":[]}"#;
        let (one, two) = body.split_at(9);
        let sent = [
            post(&format!("Content-Length: {}\r\n", body.len()), body),
            post("Transfer-Encoding: chunked\r\n", format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())),
            post("transfer-encoding:CHUNKED \r\n", format!("{:X};a=\"b\" \r\n{one}\r\n{:x} \r\n{two}\r\n0;z\r\n\r\n", one.len(), two.len())),
            post("Transfer-Encoding: chunked\r\n", format!("{:x};{}\r\n{body}\r\n0\r\nX-T: 1\r\nHost: evil.example\r\n\r\n", body.len(), "e".repeat(4000))),
            post(&format!("Expect: 100-continue\r\nContent-Length: {}\r\n", body.len()), body),
        ];
        for bytes in &sent {
            let answer = raw.ask(&fixture.entry_points.fill(Plane::Gateway, bytes)).await.unwrap();
            assert_eq!(answer.status, 200, "{}: {}", shown(bytes), answer.text());
        }
        let received = fixture.upstream.received();
        assert_eq!(received.len(), sent.len());
        for request in received {
            let text = String::from_utf8(request).unwrap().to_ascii_lowercase();
            let (head, passed) = text.split_once("\r\n\r\n").unwrap();
            assert_eq!(passed, body);
            assert_eq!(head.matches(&format!("content-length: {}", body.len())).count(), 1, "{head}");
            assert!(!head.contains("transfer-encoding") && !head.contains("x-t") && !head.contains("evil"), "{head}");
        }
    }

    /// A head that is too large is refused however it comes, and as soon as it is too large.
    async fn large_heads_are_refused_in_pieces_too(engine) {
        let fixture = EdgeFixture::start(engine, &body::SETTINGS).await;
        for plane in [Plane::Gateway, Plane::Admin] {
            for (length, by) in [(16 * 1024, 1000), (16 * 1024, 6000), (16 * 1024, 15 * 1024), (64 * 1024, 8000)] {
                let head = fixture.entry_points.fill(plane, &get(&format!("X-A: {}\r\n", "a".repeat(length))));
                let mut raw = Raw::connect(fixture.entry_points.address(plane)).await;
                for piece in head.chunks(by) {
                    raw.send(piece).await;
                }
                assert_eq!(raw.answer().await.map(|answer| answer.status), Some(431), "{plane:?}: {length} by {by}");
                assert!(raw.rest().await.is_empty());
            }
        }
    }

    /// The limits themselves still pass: 64 fields, a head just under 16 KiB, a target of 8 KiB, the largest body.
    async fn limits_themselves_pass(engine) {
        let fixture = EdgeFixture::start(engine, &body::SETTINGS).await;
        for plane in [Plane::Gateway, Plane::Admin] {
            let path = if plane == Plane::Gateway { "/v1/models" } else { "/api/v1/logs" };
            let target = if plane == Plane::Gateway {
                format!("{path}?{}", "q".repeat(8 * 1024 - path.len() - 1))
            } else {
                format!("/{}", "q".repeat(8 * 1024 - 1))
            };
            let filler = format!("X-A: {}\r\n", "a".repeat(16 * 1024 - 700));
            let served = if plane == Plane::Gateway { 200 } else { 404 };
            for (sent, bytes, status) in [
                ("64 fields", get(&fields(62)), 200),
                ("a head of nearly 16 KiB", get(&filler), 200),
                ("a target of 8 KiB", format!("GET {target} HTTP/1.1\r\nHost: <host>\r\n<auth>\r\n").into_bytes(), served),
            ] {
                let mut raw = Raw::connect(fixture.entry_points.address(plane)).await;
                let answer = raw.ask(&fixture.entry_points.fill(plane, &bytes)).await.unwrap();
                assert_eq!(answer.status, status, "{plane:?} {sent}: {}", answer.text());
                fixture.entry_points.good(plane, &mut raw, sent).await;
            }
        }
        let padded = |length: usize| {
            let start = r#"{"name":"n","description":"#;
            format!("{start}\"{}\"}}", " ".repeat(length - start.len() - 3))
        };
        for (plane, length, status) in [(Plane::Gateway, 65_536, 200), (Plane::Admin, 1024 * 1024, 422)] {
            let mut raw = Raw::connect(fixture.entry_points.address(plane)).await;
            let answer = raw.ask(&fixture.entry_points.fill(plane, &json(&padded(length)))).await.unwrap();
            assert_eq!(answer.status, status, "{plane:?}: {}", answer.text());
        }
    }
}
