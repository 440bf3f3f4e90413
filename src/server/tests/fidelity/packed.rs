//! Compression fidelity: compressed answers pass packed as they are, with their header, and are metered all the same.

use serde_json::Value;
use testkit::{
    both_engines,
    packed::{deflate, gzip},
};

use super::exchange::{Answer, Body, FidelityFixture, Request};

const JSON: &[u8] =
    br#"{"id":"chatcmpl-1", "model":"gpt-5-2026","usage" : {"prompt_tokens":19,"completion_tokens":10}}"#;
/// [`JSON`] as brotli has it.
const BROTLI: &[u8] = b"\
    \x1b\x5e\x00\x40\x04\xa2\x6d\xa6\xfa\x5c\xfe\x07\x0d\x06\xbf\x15\x83\xc2\x18\x4c\xf6\x6c\x36\x11\x36\xe0\x44\
    \xfc\xc5\xc6\x69\xc4\xc1\x03\xc7\xe1\x73\x8e\xc4\x2a\x37\xf7\xc0\x91\x08\x7d\xc6\x63\x19\x15\x82\x1a\xe7\x8a\
    \x65\xc5\xbe\x64\x94\xf6\x8c\xb8\x6c\xe2\x7b\x67\xac\x26\xe1\xfd\x78\xae\xca\x84\x06\x28\x9d\x03";
/// [`JSON`] in a zstd frame that holds it as it is (RFC 8878): the gateway cannot unpack it.
const ZSTD_HEAD: &[u8] = b"\x28\xb5\x2f\xfd\x00\x58";

fn zstd() -> Vec<u8> {
    let size = u32::try_from(JSON.len()).unwrap();
    // A raw block, the last one.
    let block = (size << 3 | 1).to_le_bytes();
    [ZSTD_HEAD, &block[..3], JSON].concat()
}

/// One chat, streamed with its usage.
const EVENTS: &[u8] = b"data: {\"model\":\"gpt-5-2026\",\"choices\":[{}],\"usage\":null}\n\n\
    data: {\"choices\":[],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10}}\n\ndata: [DONE]\n\n";

fn counted(row: &Value) -> (Option<i64>, Option<i64>, Option<&str>) {
    (row["input_tokens"].as_i64(), row["output_tokens"].as_i64(), row["model_served"].as_str())
}

both_engines! {
    /// In every coding that clients take, whole, in chunks and cut anywhere.
    async fn pass_packed_and_are_metered(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        let request = Request::new("POST", "/v1/chat/completions").json(r#"{"model":"m","messages":[]}"#);
        let known = (Some(19), Some(10), Some("gpt-5-2026"));
        let (gzipped, deflated) = (gzip(JSON), deflate(JSON));
        let unreadable = [&gzipped[..20], &[0xff; 40]].concat();
        for (coding, bytes, tokens) in [
            ("gzip", &gzipped[..], known),
            ("GZip", &gzipped, known),
            ("x-gzip", &gzipped, known),
            ("deflate", &deflated, known),
            ("br", BROTLI, known),
            ("identity", JSON, known),
            ("zstd", &zstd(), known),
            ("gzip, br", &gzipped, (None, None, None)),
            ("gzip", &unreadable, (None, None, None)),
        ] {
            for body in [Body::Whole(bytes.to_vec()), Body::chunks(bytes, 1), Body::chunks(bytes, 50)] {
                let answer = Answer::new(200, "application/json", body).with("Content-Encoding", coding);
                fixture.pass(&request, &answer).await;
                assert_eq!(counted(&fixture.server.logs().await[0]), tokens, "{coding}");
            }
        }
    }

    /// Streams too, as long as the client asked for the usage itself.
    async fn streams_pass_packed(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        let body = r#"{"model":"m","stream":true,"stream_options":{"include_usage":true}}"#;
        let request = Request::new("POST", "/v1/chat/completions").json(body);
        for (coding, bytes) in [("gzip", gzip(EVENTS)), ("deflate", deflate(EVENTS))] {
            for size in [1, 4096] {
                let answer = Answer::new(200, "text/event-stream", Body::chunks(&bytes, size)).with("Content-Encoding", coding);
                fixture.pass(&request, &answer).await;
                assert_eq!(counted(&fixture.server.logs().await[0]), (Some(19), Some(10), Some("gpt-5-2026")), "{coding}");
            }
        }
    }
}
