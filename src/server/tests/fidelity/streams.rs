//! Stream fidelity: streams byte for byte, but for the usage that the gateway asked for itself.

use std::sync::Arc;

use testkit::{Script, both_engines, wire::Wire};
use tokio::sync::Notify;

use super::exchange::{Answer, Body, FidelityFixture, Request};

/// A stream in parts: those that the client gets, and those that it must not.
const PARTS: [(bool, &str); 15] = [
    (true, ": ping\r\n\r\nevent: message\r\nid: 1\r\n"),
    (true, "data: {\"id\":\"c\" , \"model\":\"m-1\",\"choices\":[{\"delta\":{\"content\":\"\\u00e9 \"}}]"),
    (false, ",\"usage\":null"),
    (true, "}\r\n\r\ndata:{"),
    (false, "\"usage\" : null, "),
    (true, "\"choices\":[{\"delta\":{\"content\":\",\\\"usage\\\":null\"}}],  \"obfuscation\":\"aBc\"}\n\n"),
    (true, "data: {\"choices\":[{\"delta\":{},\"usage\":null}]"),
    (false, ", \"usage\":{\"prompt_tokens\":1}"),
    (true, " , \"x\":[1,  2]}\n\n"),
    (true, "data: {\"choices\":[]}\n\n"),
    (false, "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10}}\n\n"),
    (true, "data: not json\n\n: pong\n\n"),
    (true, "data: [DONE]\n\n"),
    (true, "\n: late\n"),
    (true, "data: an event without an end"),
];

fn text(all: bool) -> Vec<u8> {
    PARTS.iter().filter(|(shown, _)| all || *shown).map(|(_, text)| *text).collect::<String>().into_bytes()
}

/// What clients send, and what arrives.
const SPLICED: [(&str, &str); 6] = [
    (
        "\r\n{ \"stream\" :true,\"model\":\"m\"}\n",
        "\r\n{\"stream_options\":{\"include_usage\":true}, \"stream\" :true,\"model\":\"m\"}\n",
    ),
    (
        r#"{"stream":true,"stream_options": null ,"model":"m"}"#,
        r#"{"stream":true,"stream_options": {"include_usage":true} ,"model":"m"}"#,
    ),
    (r#"{"stream_options":{ },"stream":true}"#, r#"{"stream_options":{"include_usage":true },"stream":true}"#),
    (
        r#"{"stream":true,"stream_options":{"include_usage" : false,"include_obfuscation":false}}"#,
        r#"{"stream":true,"stream_options":{"include_usage" : true,"include_obfuscation":false}}"#,
    ),
    (
        r#"{"stream":true,"stream_options":{"include_obfuscation":false}}"#,
        r#"{"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}"#,
    ),
    (
        "\u{feff}{\"x\":{\"stream_options\":1},\"stream\":true,\"stream_options\":{\"include_usage\":null}}",
        "\u{feff}{\"x\":{\"stream_options\":1},\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
    ),
];

both_engines! {
    /// Usage that only the gateway asked for is metered and taken out; every other byte stays, however it is cut.
    async fn only_our_own_usage_is_taken_out(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for path in ["/v1/chat/completions", "/v1/completions"] {
            for (sent, arrives) in SPLICED {
                let request = Request::new("POST", path).json(sent).arrives_spliced(arrives);
                for size in [1, 2, 13, 10_000] {
                    let mut answer = Answer::new(200, "text/event-stream", Body::chunks(&text(true), size));
                    answer.arrives = Some(Body::chunks(&text(false), 1));
                    // It names bytes that are no longer there.
                    let (stops, passes) = answer.passes.into_iter().partition(|(name, _)| name == "ETag");
                    answer.passes = passes;
                    answer.stops.extend::<Vec<_>>(stops);
                    fixture.pass(&request, &answer).await;
                }
                let row = &fixture.server.logs().await[0];
                let counted = (row["input_tokens"].as_i64(), row["output_tokens"].as_i64(), row["model_served"].as_str());
                assert_eq!(counted, (Some(19), Some(10), Some("m-1")), "{row}");
            }
        }
    }

    /// Where the client asked, or where what it says is for the upstream to judge, nothing is spliced and nothing taken out.
    async fn what_was_asked_for_is_shown(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for (path, body) in [
            ("/v1/chat/completions", r#"{"stream":true,"stream_options":{"include_usage":true}}"#),
            ("/v1/completions", r#"{"stream":true,"stream_options":{"include_usage":true,"x":1}}"#),
            ("/v1/chat/completions", r#"{"stream":true,"stream_options":"all"}"#),
            ("/v1/chat/completions", r#"{"stream":true,"stream_options":{"include_usage":"yes"}}"#),
            ("/v1/responses", r#"{"stream":true}"#),
            ("/v1/images/generations", r#"{"stream":true}"#),
            ("/v1/threads/thread_1/runs", r#"{"stream":true}"#),
            ("/v1/an/endpoint/of/the/future", r#"{"stream":true}"#),
        ] {
            for size in [1, 13, 10_000] {
                let answer = Answer::new(200, "text/event-stream", Body::chunks(&text(true), size));
                fixture.pass(&Request::new("POST", path).json(body), &answer).await;
            }
        }
    }

    /// Nothing is buffered: what the upstream has sent is with the client before the upstream goes on.
    async fn pieces_pass_at_once(engine) {
        let fixture = FidelityFixture::open(engine).await;
        for (path, body, kind, pieces) in [
            ("/v1/chat/completions", r#"{"stream":true,"stream_options":{"include_usage":true}}"#, "text/event-stream", ["data: {\"a\":1}", "\n\ndata: {"]),
            ("/v1/chat/completions", r#"{"stream":true}"#, "text/event-stream", ["data: {\"a\":1}\n\n", ": ping\n\nevent: x\n"]),
            ("/v1/responses", r#"{"stream":true}"#, "text/event-stream", ["e", "vent: "]),
            ("/v1/audio/speech", "{}", "audio/mpeg", ["\u{0}\u{1}", "ID3"]),
            ("/v1/chat/completions", "{}", "application/json", ["{\"choices\"", ":[]"]),
        ] {
            let mut request = Request::new("POST", path).json(body);
            if body == r#"{"stream":true}"# && path == "/v1/chat/completions" {
                request = request.arrives_spliced(r#"{"stream_options":{"include_usage":true},"stream":true}"#);
            }
            let gate = Arc::new(Notify::new());
            let answer = Answer::bare(200, Body::chunks(b"the framing alone counts", 1)).with("Content-Type", kind);
            let mut script = Script::of(answer.head());
            for piece in pieces {
                script = script.wait(&gate).then(format!("{:x}\r\n{piece}\r\n", piece.len()));
            }
            fixture.recorder.answer(script.wait(&gate).then("0\r\n\r\n"));

            let mut wire = fixture.wire().await;
            wire.send(&[request.head(&fixture.key), request.body.bytes()].concat()).await;
            let head = wire.answer_head().await;
            assert_eq!(head.status(), 200);
            let mut incoming = Wire::answer_body("POST", &head);
            for piece in pieces {
                gate.notify_one();
                let mut came = Vec::new();
                while came.len() < piece.len() {
                    came.extend(wire.answer_piece(&mut incoming).await.expect("the stream goes on"));
                }
                assert_eq!(came, piece.as_bytes(), "{path}");
            }
            gate.notify_one();
            assert_eq!(wire.answer_piece(&mut incoming).await, None, "{path}");
            request.assert_received(&fixture.received(&request), &fixture);
        }
    }
}
