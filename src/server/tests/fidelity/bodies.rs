//! Request fidelity: targets and bodies that a tidy reader would change, and requests that hardly have any.

use serde_json::json;
use testkit::both_engines;

use super::exchange::{Answer, Body, FidelityFixture, Request};

both_engines! {
    /// Path and query are never decoded, encoded, joined or sorted.
    async fn targets_pass_raw(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for target in [
            "/v1/models/ft:gpt-4o:acme::7p4l",
            "/v1/models/meta-llama%2fLlama-3",
            "/v1/models/a%2FB%2Fc",
            "/v1/files/%E2%9C%93%e2%9c%93",
            "/v1/%66iles/%41",
            "/v1/files/%2F",
            "/v1/files/a;b=1,2/...",
            "/v1/an/endpoint/of/the/future",
            "/v1/files?",
            "/v1/files??",
            "/v1/files?&",
            "/v1/files?=",
            "/v1/files?flag",
            "/v1/files?a=b?c=/../d//e/./",
            "/v1/files?after=a%2Fb&include[]=x&limit=20&q=%C3%A9+%20&empty=&flag",
            "/v1/files?b=2&a=1&b=1&a=2",
            "/v1/files?q=%&r=%zz&s=%0a%00",
            "/v1/files?{a:[1]}|\\^`'()*!~@:;,",
            "/v1/files/file-1?x=%2561&y=%26&z=%3D",
        ] {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
                fixture.pass_request(&Request::new(method, target)).await;
            }
        }
    }

    /// JSON is looked at and left alone.
    async fn json_passes_untouched(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        let deep = format!(r#"{{"model":"m","deep":{}{}}}"#, "[".repeat(63), "]".repeat(63));
        let long = format!(r#"{{"model":"m","messages":[{{"role":"user","content":"{}"}}]}}"#, "\u{1f600}\\n".repeat(100_000));
        for body in [
            "\u{feff}{\"model\":\"m\",\"messages\":[]}",
            " \r\n\t{ \"model\"\t:\r\n\"m\" ,\"messages\" : [ ] }\r\n \n",
            r#"{"mod\u0065l":"gpt\u002d5","\u006dessages":["\ud83d\ude00\/\b\f\u0000"]}"#,
            r#"{"model":"m","content":"half a pair \ud800 and \udfff"}"#,
            r#"{"model":"m","tools":[{"a":1,"a":2,"model":"x","model":"y"}],"Messages":1,"messages":2}"#,
            r#"{"model":"m","n":[1E400,-0,0.10,1e+05,123456789012345678901234567890,0.30000000000000004]}"#,
            r#"{"z":1,"model":"m","":{},"y":"","x":null,"a":[[],{}]}"#,
            "{\"model\":\"m\",\"text\":\"\u{2028}\u{7f}\u{85}\u{fffe}\u{10ffff}\"}",
            r#"{"model":"m","stream":"true"}"#,
            r#"{"model":"m","stream":false,"stream_options":null}"#,
            "[]",
            "[{\"model\":\"m\"}]",
            "null",
            "7",
            "\"text\"",
            "{}",
            &deep,
            &long,
        ] {
            for path in ["/v1/chat/completions", "/v1/responses", "/v1/files"] {
                let request = Request::new("POST", path);
                fixture.pass_request(&request.clone().json(body)).await;
                // What is read whole goes on with its length.
                let mut chunked = request.with("Content-Type", "Application/JSON ;charset=\"UTF-8\"");
                chunked.body = Body::chunks(body.as_bytes(), 1 + body.len() / 3);
                chunked.arrives = Some(Body::Whole(body.as_bytes().to_vec()));
                fixture.pass_request(&chunked).await;
            }
        }
    }

    /// Bodies that are no JSON are not looked at.
    async fn other_bodies_pass_untouched(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        let every_byte: Vec<u8> = (0..=255).collect();
        for kind in [
            Some("application/octet-stream"),
            Some("application/x-www-form-urlencoded"),
            Some("application/x-ndjson"),
            Some("audio/wav"),
            Some("text/plain; charset=latin-1"),
            Some("application/sdp"),
            Some("application/jsonl"),
            Some("nonsense"),
            Some("multipart/form-data"),
            Some(""),
            None,
        ] {
            for body in [Body::Whole(every_byte.clone()), Body::chunks(&every_byte, 100)] {
                let mut request = Request::new("POST", "/v1/uploads/upload_1/parts").sends(body);
                if let Some(kind) = kind {
                    request = request.with("Content-Type", kind);
                }
                fixture.pass_request(&request).await;
            }
        }
    }

    /// Whatever the model is, and whether there is one, is the upstream's to judge. It goes to the default upstream.
    async fn odd_models_and_none(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        let form = b"--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--x--\r\n";
        let requests = [
            Request::new("POST", "/v1/chat/completions").json(r#"{"model":{"name":"m","version":2},"messages":[]}"#),
            Request::new("POST", "/v1/chat/completions").json(r#"{"model":["m"]}"#),
            Request::new("POST", "/v1/chat/completions").json(r#"{"model":null}"#),
            Request::new("POST", "/v1/responses").json(r#"{"prompt":{"id":"pmpt_1"}}"#),
            Request::new("POST", "/v1/moderations").json(r#"{"input":"text"}"#),
            Request::new("POST", "/v1/batches").json(r#"{"input_file_id":"file-1","endpoint":"/v1/chat/completions"}"#),
            Request::new("POST", "/v1/audio/transcriptions")
                .with("Content-Type", "multipart/form-data; boundary=x")
                .sends(Body::Whole(form.to_vec())),
            Request::new("GET", "/v1/files"),
        ];
        for request in requests {
            fixture.pass_request(&request).await;
            let row = &fixture.server.logs().await[0];
            assert!(row["model"].is_null() && row["upstream"] == "recorder", "{request}: {row}");
        }
    }

    /// A JSON content type and no body: DELETE, cancel and archive calls. Who says that the body is empty is heard
    /// saying so (some servers insist on a length), and who says nothing is not given words.
    async fn no_body(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for (method, target) in [
            ("DELETE", "/v1/files/file-1"),
            ("DELETE", "/v1/models/ft:gpt-4o:acme::7p4l"),
            ("POST", "/v1/batches/batch_1/cancel"),
            ("POST", "/v1/responses/resp_1/cancel"),
            ("POST", "/v1/organization/projects/proj_1/archive"),
            ("POST", "/v1/chat/completions"),
            ("PUT", "/v1/files/file-1"),
            ("PATCH", "/v1/files/file-1"),
            ("GET", "/v1/files"),
            ("OPTIONS", "/v1/files"),
        ] {
            for kind in ["application/json", "multipart/form-data; boundary=x", "text/plain"] {
                let request = Request::new(method, target).with("Content-Type", kind);
                fixture.pass_request(&request.clone().sends(Body::Nothing)).await;
                fixture.pass_request(&request.clone().sends(Body::Whole(Vec::new()))).await;
                let mut chunked = request.sends(Body::Chunks(Vec::new()));
                let is_read = kind == "application/json" || target == "/v1/chat/completions";
                if is_read && ["POST", "PUT", "PATCH"].contains(&method) {
                    chunked.arrives = Some(Body::Whole(Vec::new()));
                }
                fixture.pass_request(&chunked).await;
            }
        }
    }

    /// Bodies of methods that seldom have one, with a length and in chunks.
    async fn bodies_where_few_expect_them(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for method in ["GET", "DELETE", "OPTIONS", "PUT", "PATCH"] {
            for body in [Body::Whole(b"{ \"query\":1}".to_vec()), Body::chunks(b"{ \"query\":1}", 5)] {
                let mut request = Request::new(method, "/v1/vector_stores/vs_1/search").with("Content-Type", "application/json");
                if ["PUT", "PATCH"].contains(&method) {
                    request.arrives = Some(Body::Whole(body.bytes()));
                }
                fixture.pass_request(&request.sends(body)).await;
            }
        }
    }

    /// The bodies of a key that may use some models only are read whatever they call themselves, and pass as they are.
    async fn bodies_that_are_read_for_their_model(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        fixture.key = fixture.server.key(json!({ "allowed_models": ["gpt-*"] })).await;
        for (method, kind, body) in [
            ("POST", "text/plain", &b"\xef\xbb\xbf { \"model\" :\"gpt-5\",\"a\":{\"b\":1,\"b\":2} }\n"[..]),
            ("GET", "application/json", b"{\"model\":\"gpt\\u002d5\"}"),
            ("DELETE", "application/json", b"{\"model\":\"gpt-5\"}"),
        ] {
            for body in [Body::Whole(body.to_vec()), Body::chunks(body, 5)] {
                let mut request = Request::new(method, "/v1/responses").with("Content-Type", kind);
                request.arrives = Some(Body::Whole(body.bytes()));
                fixture.pass_request(&request.sends(body)).await;
            }
        }
    }

    /// The gateway signs nothing: what the client does not say, the upstream does not get.
    async fn nothing_is_added(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for request in [
            Request::bare("GET", "/v1/models"),
            Request::bare("DELETE", "/v1/models/m"),
            Request::bare("POST", "/v1/chat/completions").json(r#"{"model":"m"}"#),
            Request::bare("POST", "/v1/files").sends(Body::chunks(b"no content type", 4)),
        ] {
            fixture.pass(&request, &Answer::bare(200, Body::Whole(b"no content type".to_vec()))).await;
            fixture.pass(&request, &Answer::bare(200, Body::chunks(b"no content type", 4))).await;
        }
    }
}
