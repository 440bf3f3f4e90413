//! Answer fidelity: answers in every form that HTTP/1.1 allows, and in some that only the world does.

use testkit::{Script, both_engines, wire::Framing};

use super::exchange::{Answer, Body, FidelityFixture, Request};

fn chat() -> Request {
    Request::new("POST", "/v1/chat/completions").json(r#"{"model":"m","messages":[]}"#)
}

fn every_byte() -> Vec<u8> {
    (0..=255).rev().cycle().take(70_000).collect()
}

both_engines! {
    /// Whatever they are called and whatever they are, metered or not.
    async fn bodies_pass_untouched(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        let binary = every_byte();
        for kind in ["application/json", "text/event-stream", "audio/mpeg", "application/octet-stream", "text/html", "nonsense", ""] {
            for body in [
                &b"\xef\xbb\xbf \r\n{ \"usage\" :\t{\"prompt_tokens\" : 19 , \"prompt_tokens\":20}, \"usage\":null , \"x\":1E400 }\n\n"[..],
                b"{\"model\":\"m\",\"model\":",
                b"<html>502 Bad Gateway</html>",
                b"data: {\"usage\":null,\"choices\":[]}",
                b"\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
                &binary,
            ] {
                for body in [Body::Whole(body.to_vec()), Body::chunks(body, 1 + body.len() / 5)] {
                    for request in [chat(), Request::new("GET", "/v1/files/file-1/content")] {
                        fixture.pass(&request, &Answer::new(200, kind, body.clone())).await;
                    }
                }
            }
        }
    }

    /// An answer that ends with its connection, as HTTP/1.0 and some others do.
    async fn ended_by_close(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for version in ["HTTP/1.1", "HTTP/1.0"] {
            for body in [every_byte(), b"{\"usage\":{\"prompt_tokens\":19}}".to_vec(), Vec::new()] {
                let head = format!("{version} 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
                fixture.recorder.answer(Script::of(head).then(body.clone()).close());
                let request = chat();
                let answered = fixture.ask(&request).await;
                request.assert_received(&fixture.received(&request), &fixture);
                let expected = Answer { arrives: Some(Body::chunks(&body, body.len().max(1))), ..Answer::bare(200, Body::Nothing) };
                expected.with("Content-Type", "application/json").assert_received(&answered, &request);
            }
        }
    }

    /// Trailers, chunk extensions and odd chunk sizes are for one hop; the body is not.
    async fn trailers_and_extensions_are_for_one_hop(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Request-Id\r\nContent-Type: text/plain\r\n\r\n";
        let chunks = "00005;name=value\r\nfirst\r\n1\r\n \r\nA\r\nand second\r\n0000\r\nX-Request-Id: late\r\nSet-Cookie: a=b\r\n\r\n";
        fixture.recorder.answer(Script::of(head).then(chunks));
        let request = chat();
        let answered = fixture.ask(&request).await;
        request.assert_received(&fixture.received(&request), &fixture);
        let expected = Answer::bare(200, Body::chunks(b"first and second", 4)).with("Content-Type", "text/plain");
        expected.assert_received(&answered, &request);
        // The upstream's connection is still in step.
        fixture.pass(&chat(), &Answer::json(200, "{}")).await;
    }

    /// Informational answers do not hide the final one.
    async fn informational_answers_come_before(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for before in [
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n",
            "HTTP/1.1 100 Continue\r\nX-Request-Id: early\r\n\r\nHTTP/1.1 103 Early Hints\r\nSet-Cookie: a=b\r\n\r\n",
        ] {
            let answer = Answer::json(200, "{ }");
            fixture.recorder.answer(Script::of(before).then(answer.head()).then(answer.body.bytes()));
            let request = chat();
            let answered = fixture.ask(&request).await;
            answer.assert_received(&answered, &request);
            request.assert_received(&fixture.received(&request), &fixture);
            assert!(answered.informational.is_empty(), "they are for one hop");
        }
    }

    /// HEAD has the fields of an answer without its body, its length among them.
    async fn head_and_options(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for target in ["/v1/models", "/v1/files/file-1/content?x=1"] {
            let request = Request::new("HEAD", target);
            for length in ["0", "5120"] {
                let answer = Answer::new(200, "application/json", Body::Nothing).with("Content-Length", length);
                fixture.pass(&request, &answer).await;
            }
            let answer = Answer::new(404, "application/json", Body::Nothing).with("Content-Length", "17");
            fixture.pass(&request, &answer).await;
            let request = Request::new("OPTIONS", target);
            fixture.pass(&request, &Answer::new(204, "text/plain", Body::Nothing)).await;
            fixture.pass(&request, &Answer::new(200, "text/plain", Body::Whole(b"GET, HEAD".to_vec()))).await;
        }
    }

    /// A length that is said twice is one, beside chunks it is none, and where it cannot be known which one holds there
    /// is no answer to pass.
    async fn odd_lengths(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        let request = Request::new("GET", "/v1/files/file-1/content");
        let (five, chunked) = (Body::Whole(b"abcde".to_vec()), Body::chunks(b"abcde", 5));
        for (framing, body, arrives) in [
            ("Content-Length: 5\r\nContent-Length: 5", "abcde", Some(&five)),
            ("Content-Length: 5, 5", "abcde", Some(&five)),
            ("Content-Length: 005", "abcde", Some(&five)),
            ("Content-Length: 3\r\nTransfer-Encoding: chunked", "5\r\nabcde\r\n0\r\n\r\n", Some(&chunked)),
            ("Transfer-Encoding: Chunked\r\nContent-Length: 30", "5\r\nabcde\r\n0\r\n\r\n", Some(&chunked)),
            ("Content-Length: 5\r\nContent-Length: 6", "abcdef", None),
            ("Content-Length: 5, 6", "abcdef", None),
            ("Content-Length: +5", "abcde", None),
            ("Transfer-Encoding: gzip, chunked", "5\r\nabcde\r\n0\r\n\r\n", None),
        ] {
            // Announced, so that the next request does not meet a connection that is about to close.
            let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n{framing}\r\n\r\n");
            fixture.recorder.answer(Script::of(head).then(body).close());
            let answered = fixture.ask(&request).await;
            request.assert_received(&fixture.received(&request), &fixture);
            if let Some(arrives) = arrives {
                Answer::bare(200, arrives.clone()).with("Content-Type", "text/plain").assert_received(&answered, &request);
            } else {
                let body = String::from_utf8_lossy(&answered.body);
                assert!(answered.head.status() == 502 && body.contains("upstream_invalid_response"), "{framing}: {body}");
            }
        }
    }

    /// A part of a file is a part: range, status and fields.
    async fn ranges(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        let request = Request::new("GET", "/v1/videos/video_1/content");
        let answer = Answer::new(206, "video/mp4", Body::Whole(every_byte())).with("Content-Range", "bytes 0-69999/700000");
        fixture.pass(&request, &answer).await;
        let answer = Answer::new(416, "text/plain", Body::Whole(Vec::new())).with("Content-Range", "bytes */700000");
        fixture.pass(&request, &answer).await;
    }

    /// A stream was asked for, and JSON is the answer: an error, or a vendor that does not stream. It is not touched,
    /// its own usage included.
    async fn json_in_answer_to_a_stream(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for (path, body, arrives) in [
            ("/v1/chat/completions", r#"{"model":"m","stream":true}"#, Some(r#"{"stream_options":{"include_usage":true},"model":"m","stream":true}"#)),
            ("/v1/completions", r#"{"model":"m","stream":true}"#, Some(r#"{"stream_options":{"include_usage":true},"model":"m","stream":true}"#)),
            ("/v1/responses", r#"{"model":"m","stream":true}"#, None),
        ] {
            let mut request = Request::new("POST", path).json(body);
            if let Some(arrives) = arrives {
                request = request.arrives_spliced(arrives);
            }
            let text = br#"{ "choices":[], "usage" : {"prompt_tokens":19,"completion_tokens":10} , "model":"m-1"}"#;
            for status in [200, 429, 500] {
                for body in [Body::Whole(text.to_vec()), Body::chunks(text, 10)] {
                    let mut answer = Answer::new(status, "application/json", body);
                    // Without a length it may be a stream from which something is taken out, so that no validator holds.
                    if arrives.is_some() && status == 200 && answer.body.framing() == Framing::Chunked {
                        let (tags, rest) = answer.passes.into_iter().partition(|(name, _)| name == "ETag");
                        (answer.stops, answer.passes) = ([answer.stops, tags].concat(), rest);
                    }
                    fixture.pass(&request, &answer).await;
                    let row = &fixture.server.logs().await[0];
                    assert_eq!((row["input_tokens"].as_i64(), row["streamed"].as_bool()), (Some(19), Some(true)), "{row}");
                }
            }
        }
    }

    /// The connection to the upstream and the one to the client are both kept from exchange to exchange.
    async fn framing_never_slips(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for round in 0..20 {
            let body = format!("{round}").repeat(round);
            let body = if round % 2 == 0 { Body::Whole(body.into_bytes()) } else { Body::chunks(body.as_bytes(), 3) };
            let answer = Answer::new(200, "text/plain", body);
            assert_ne!(answer.body.framing(), Framing::Nothing);
            fixture.pass(&Request::new("GET", "/v1/models"), &answer).await;
            fixture.pass(&chat(), &answer).await;
        }
    }
}
