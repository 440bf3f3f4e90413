//! Operation fidelity: every operation of the public OpenAI API, in every way it is used.

use std::collections::BTreeSet;

use testkit::both_engines;

use super::exchange::{Answer, Body, FidelityFixture, Request};

/// How many operations there are. Documentation quotes it.
const OPERATIONS: usize = 279;
const TABLE: &str = include_str!("operations.tsv");

/// Bytes that a tidy reader would decode, encode, sort or drop.
const QUERY: &str = "after=a%2Fb&include[]=x&limit=20&q=%C3%A9+%20&empty=&flag&a=1&a=%31&&=";
/// Everything that may stand in a path segment, raw.
const ODD_ID: &str = "a%2Fb:c%20d~!$&'()*+,;=@%C3%a9..";
const BOUNDARY: &str = "----Key=wr'ight(1)+_,-./:=?";

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Operation {
    method: &'static str,
    path: &'static str,
    body: &'static str,
    answer: &'static str,
    stream: &'static str,
}

fn operations() -> Vec<Operation> {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            [method, path, body, answer, stream] => Operation { method, path, body, answer, stream },
            _ => panic!("a row has five columns: {line:?}"),
        })
        .collect()
}

#[test]
fn the_table_is_whole() {
    let operations = operations();
    assert_eq!(operations.len(), OPERATIONS);
    let unique: BTreeSet<String> =
        operations.iter().map(|row| format!("{} {}", row.method, row.without_names())).collect();
    assert_eq!(unique.len(), OPERATIONS, "an operation stands once");
    for row in &operations {
        assert!(["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&row.method), "{row:?}");
        assert!(["none", "json", "multipart", "bare"].contains(&row.body), "{row:?}");
        assert!(["json", "binary", "text", "none"].contains(&row.answer), "{row:?}");
        let stream_fits = match row.stream {
            "-" => true,
            "query" => row.body == "none",
            "json" => row.body == "json",
            "form" => row.body == "multipart",
            _ => false,
        };
        assert!(stream_fits && (row.method == "GET") == (row.body == "none"), "{row:?}");
        let word = |segment: &str| !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let plain = |segment: &str| {
            word(segment) || segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(word)
        };
        assert!(row.path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(plain)), "{row:?}");
    }
}

both_engines! {
    /// Asked and answered: with ids as they are and as odd as they may be, with a length and in chunks.
    async fn every_operation_passes(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        for operation in operations() {
            for odd in [false, true] {
                let request = operation.request(odd, false);
                fixture.pass(&request, &operation.answer(odd)).await;
            }
        }
        let rows = fixture.server.logs().await;
        assert_eq!(rows.len(), 500, "the page is full");
        assert!(rows.iter().all(|row| row["error_class"].is_null() && row["attempts"] == 1), "{rows:?}");
    }

    /// Whatever can stream does, event by event and byte for byte.
    async fn every_stream_passes(engine) {
        let mut fixture = FidelityFixture::open(engine).await;
        let streamed: Vec<Operation> = operations().into_iter().filter(|row| row.stream != "-").collect();
        assert_eq!(streamed.len(), 11);
        for operation in streamed {
            for size in [1, 7, 4096] {
                let answer = Answer::new(200, "text/event-stream; charset=utf-8", Body::chunks(EVENTS, size));
                fixture.pass(&operation.request(size == 7, true), &answer).await;
            }
        }
    }
}

/// Every kind of line and line end, usage that was asked for, events of all dialects of the API, and no line end last.
const EVENTS: &[u8] = b"\xef\xbb\xbf: a comment\r\n\r\nevent: thread.run.created\r\ndata: {\"id\":\"run_1\" , \"usage\":null}\r\n\r\n\
    data:{\"choices\":[{\"delta\":{\"content\":\"\\u00e9\"}}],\"usage\":null,\"obfuscation\":\"aB\"}\n\n\
    id: 7\rretry: 10\rdata: two\rdata: lines\r\r\
    data: {\"choices\":[],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10}}\n\n\
    event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":19}}}\n\n\
    data\nunknown field\n\ndata: [DONE]\n\n: after the end";

impl Operation {
    fn without_names(&self) -> String {
        let named = |segment: &'static str| if segment.starts_with('{') { "{}" } else { segment };
        self.path.split('/').map(named).collect::<Vec<_>>().join("/")
    }

    fn request(&self, odd: bool, stream: bool) -> Request {
        let filled: Vec<String> = self.path.split('/').map(|segment| id(segment, odd)).collect();
        let asks = if stream && self.stream == "query" { "stream=true&starting_after=3&" } else { "" };
        let query = if odd || !asks.is_empty() { format!("?{asks}{QUERY}") } else { String::new() };
        let mut request = Request::new(self.method, &format!("/v1{}{query}", filled.join("/")));
        if odd {
            request.credential = "x-api-key";
        }
        match self.body {
            "none" => request,
            "bare" => self.bare(request, odd),
            "json" => request.json(self.json(stream)),
            _ => self.multipart(request, odd, stream),
        }
    }

    /// A JSON content type and no body, as SDKs send it: a POST says that it is empty, a DELETE says nothing.
    fn bare(&self, request: Request, odd: bool) -> Request {
        let says = (self.method == "POST") != odd;
        let body = if says { Body::Whole(Vec::new()) } else { Body::Nothing };
        request.with("Content-Type", "application/json").sends(body)
    }

    fn json(&self, stream: bool) -> String {
        let Self { method, path, .. } = self;
        // With its own request for usage there is nothing for the gateway to ask.
        let usage_request = if stream { r#""stream" :true, "stream_options": { "include_usage":true }, "# } else { "" };
        format!(
            "\r\n{{ {usage_request}\"model\" : \"ft:gpt-4o:acme::7p4l\",\t\"op\":\"{method} {path}\",\"x_future\":[1,  2.50e+3,-0],\
             \"text\":\"\\u00e9\\ud83d\\ude00 \u{e9}\u{1f600} \\/\",\"nested\":{{\"a\":1,\"a\":2}},\"metadata\":null }}\n",
        )
    }

    fn multipart(&self, request: Request, odd: bool, stream: bool) -> Request {
        let part = |field: &str, value: &[u8]| {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n");
            [head.as_bytes(), value, b"\r\n"].concat()
        };
        let every_byte: Vec<u8> = (0..=255).collect();
        let asks = if stream { part("stream", b"true") } else { Vec::new() };
        let end = format!("--{BOUNDARY}--\r\nepilogue of {}", self.path).into_bytes();
        let body =
            [b"preamble\r\n".to_vec(), part("model", b"gpt-4o-transcribe"), asks, part("file", &every_byte), end]
                .concat();
        let kind = format!("multipart/form-data;  Boundary=\"{BOUNDARY}\"; x=y");
        let body = if odd { Body::chunks(&body, 100) } else { Body::Whole(body) };
        request.with("Content-Type", kind).sends(body)
    }

    fn answer(&self, odd: bool) -> Answer {
        let every_byte: Vec<u8> = (0..=255).cycle().take(3000).collect();
        let (status, kind, body) = match self.answer {
            "json" => (
                200,
                "application/json; charset=UTF-8",
                format!("{{ \"object\" :\"{}\",\r\n\t\"data\":[ ] }}", self.path).into_bytes(),
            ),
            "binary" => (200, "audio/mpeg", every_byte),
            "text" => (201, "application/sdp", b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n".to_vec()),
            _ if self.method == "DELETE" => return Answer::bare(204, Body::Nothing),
            _ => return Answer::bare(200, Body::Whole(Vec::new())),
        };
        Answer::new(status, kind, if odd { Body::chunks(&body, 11) } else { Body::Whole(body) })
    }
}

/// A path segment with its parameter filled in.
fn id(segment: &str, odd: bool) -> String {
    let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return segment.to_owned();
    };
    match name {
        _ if odd => ODD_ID.to_owned(),
        "model" => "ft:gpt-4o-mini-2024-07-18:acme::7p4lURel".to_owned(),
        "checkpoint" => "ft:gpt-4o-mini-2024-07-18:acme::7p4lURel:ckpt-step-100".to_owned(),
        "version" => "2".to_owned(),
        "file_id" => "file-9Qx.jsonl".to_owned(),
        name => format!("{}_68a0f3d9e4", name.trim_end_matches("_id")),
    }
}
