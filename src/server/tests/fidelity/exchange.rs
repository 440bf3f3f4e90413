//! Fidelity fixture: one exchange through the gateway, seen from both ends, and what has to be the same at both.

use std::fmt;

use reqwest::Method;
use serde_json::json;
use testkit::{
    Engine, Key, Recorded, Recorder, Script, TestServer,
    wire::{Framing, RawResponse, Wire},
};

use super::fields::{CLIENT_PASSES, CLIENT_STOPS, Field, VENDOR_PASSES, VENDOR_STOPS};

/// The upstream's base path, in all the characters that one may have. It stands where clients say `/v1`.
pub(super) const BASE: &str = "/gate.way/Open~AI_2/v1";
/// The upstream's secret.
pub(super) const SECRET: &str = "sk-recorder-Secret-0123456789abcdef";

/// A body, and how its end is marked.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// None, and nothing that says so.
    Nothing,
    /// With its length; may be empty.
    Whole(Vec<u8>),
    /// In these chunks.
    Chunks(Vec<Vec<u8>>),
}

impl Body {
    /// The text in chunks of so many bytes.
    pub(super) fn chunks(text: &[u8], size: usize) -> Self {
        Self::Chunks(text.chunks(size).map(<[u8]>::to_vec).collect())
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Whole(bytes) => bytes.clone(),
            Self::Chunks(chunks) => chunks.concat(),
        }
    }

    pub(super) fn framing(&self) -> Framing {
        match self {
            Self::Nothing => Framing::Nothing,
            Self::Whole(bytes) => Framing::Length(bytes.len() as u64),
            Self::Chunks(_) => Framing::Chunked,
        }
    }

    /// As it goes over the wire.
    fn framed(&self) -> Vec<u8> {
        let Self::Chunks(chunks) = self else { return self.bytes() };
        let mut out = Vec::new();
        for chunk in chunks {
            out.extend(format!("{:X}\r\n", chunk.len()).into_bytes());
            out.extend(chunk);
            out.extend(b"\r\n");
        }
        out.extend(b"0\r\n\r\n");
        out
    }
}

type Fields = Vec<(String, Vec<u8>)>;

fn owned(fields: &[Field]) -> Fields {
    fields.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec())).collect()
}

/// A request as a client sends it.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query as the client writes them.
    pub(super) target: String,
    /// Sent, and to be received.
    pub(super) passes: Fields,
    /// Sent, and not to be received.
    pub(super) stops: Fields,
    /// Not sent, and to be received.
    pub(super) added: Fields,
    pub(super) body: Body,
    /// The body that has to arrive, where it is not the one that was sent.
    pub(super) arrives: Option<Body>,
    /// The field that carries the key.
    pub(super) credential: &'static str,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?}", self.method, self.target, self.body.framing())
    }
}

impl Request {
    /// With no fields but those that must be.
    pub(super) fn bare(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            passes: Vec::new(),
            stops: Vec::new(),
            added: Vec::new(),
            body: Body::Nothing,
            arrives: None,
            credential: "Authorization",
        }
    }

    /// With everything that clients send.
    pub(super) fn new(method: &str, target: &str) -> Self {
        Self { passes: owned(&CLIENT_PASSES), stops: owned(&CLIENT_STOPS), ..Self::bare(method, target) }
    }

    pub(super) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.passes.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub(super) fn sends(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// A JSON body with its length.
    pub(super) fn json(self, body: impl AsRef<[u8]>) -> Self {
        self.with("Content-Type", "application/json").sends(Body::Whole(body.as_ref().to_vec()))
    }

    /// Another body has to arrive, and an answer that can be read has to be asked for.
    pub(super) fn arrives_spliced(mut self, body: impl AsRef<[u8]>) -> Self {
        let (stops, passes) =
            self.passes.into_iter().partition(|(name, _)| name.eq_ignore_ascii_case("accept-encoding"));
        self.passes = passes;
        self.stops.extend::<Fields>(stops);
        self.added.push(("accept-encoding".to_owned(), b"identity".to_vec()));
        self.arrives = Some(Body::Whole(body.as_ref().to_vec()));
        self
    }

    /// The head as it goes over the wire.
    pub(super) fn head(&self, key: &Key) -> Vec<u8> {
        let mut out = format!("{} {} HTTP/1.1\r\nHost: gateway.example\r\n", self.method, self.target).into_bytes();
        let scheme = if self.credential == "Authorization" { "Bearer " } else { "" };
        let credential = (self.credential.to_owned(), format!("{scheme}{}", key.secret).into_bytes());
        let framing = framing_field(self.body.framing());
        for (name, value) in self.passes.iter().chain(&self.stops).chain([&credential]).chain(&framing) {
            out.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        out.extend(b"\r\n");
        out
    }

    /// Holds what came against what was sent.
    pub(super) fn assert_received(&self, received: &Recorded, fixture: &FidelityFixture) {
        let tail = self.target.strip_prefix("/v1").expect("targets begin with /v1");
        assert_eq!(received.head.start_line(), format!("{} {BASE}{tail} HTTP/1.1", self.method), "{self}");
        let arrives = self.arrives.as_ref().unwrap_or(&self.body);
        let own = [
            ("host".to_owned(), fixture.recorder.authority().into_bytes()),
            ("authorization".to_owned(), format!("Bearer {SECRET}").into_bytes()),
        ];
        let expected: Fields = [&self.passes[..], &self.added, &own, &framing_field(arrives.framing())].concat();
        // Says which installation it came through, so that it does not come back to it.
        let (hops, fields): (Fields, Fields) =
            received.head.fields().into_iter().partition(|(name, _)| name == "x-keywright-hop");
        assert_eq!(hops.len(), 1, "{self}");
        assert_same(fields, expected, self);
        assert_eq!(received.framing, arrives.framing(), "{self}");
        assert!(received.body == arrives.bytes(), "body of {self}: {}", String::from_utf8_lossy(&received.body));
        assert!(received.trailers.is_empty(), "{self}");
        for part in [received.head.raw(), &received.body] {
            assert!(!holds(part, fixture.key.secret.as_bytes()), "the client's key reached the upstream: {self}");
        }
    }
}

/// An answer as an upstream sends it.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) passes: Fields,
    pub(super) stops: Fields,
    pub(super) body: Body,
    /// What the client has to get, where it is not what was sent.
    pub(super) arrives: Option<Body>,
}

impl Answer {
    /// With everything that vendors send.
    pub(super) fn new(status: u16, kind: &str, body: Body) -> Self {
        Self { passes: owned(&VENDOR_PASSES), stops: owned(&VENDOR_STOPS), ..Self::bare(status, body) }
            .with("Content-Type", kind)
    }

    /// With no fields but those that must be.
    pub(super) fn bare(status: u16, body: Body) -> Self {
        Self { status, passes: Vec::new(), stops: Vec::new(), body, arrives: None }
    }

    pub(super) fn json(status: u16, body: impl AsRef<[u8]>) -> Self {
        Self::new(status, "application/json", Body::Whole(body.as_ref().to_vec()))
    }

    pub(super) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.passes.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// The head as it goes over the wire.
    pub(super) fn head(&self) -> Vec<u8> {
        let mut out = format!("HTTP/1.1 {} Whatever\r\n", self.status).into_bytes();
        for (name, value) in self.passes.iter().chain(&self.stops).chain(&framing_field(self.body.framing())) {
            out.extend([name.as_bytes(), b":", value, b"\r\n"].concat());
        }
        out.extend(b"\r\n");
        out
    }

    /// What the upstream sends.
    pub(super) fn script(&self) -> Script {
        Script::of(self.head()).then(self.body.framed())
    }

    /// Holds what the client got against what the upstream sent.
    pub(super) fn assert_received(&self, received: &RawResponse, request: &Request) {
        assert_eq!(received.head.status(), self.status, "{request}: {}", String::from_utf8_lossy(&received.body));
        let (own, mut fields): (Fields, Fields) = received
            .head
            .fields()
            .into_iter()
            .partition(|(name, _)| matches!(&name[..], "date" | "x-keywright-request-id"));
        let nosniff = ("x-content-type-options".to_owned(), b"nosniff".to_vec());
        // What the upstream does not say itself is said for it.
        if !self.passes.iter().any(|(name, _)| name.eq_ignore_ascii_case(&nosniff.0)) {
            let at = fields.iter().position(|field| *field == nosniff);
            fields.remove(at.unwrap_or_else(|| panic!("{request}: {}", String::from_utf8_lossy(received.head.raw()))));
        }
        let own = shown(own);
        assert!(own.len() == 2 && own[1].1.starts_with("req_") && own[1].1 != "req_forged", "{request}: {own:?}");
        assert!(!own[0].1.contains("1970"), "{request}: {own:?}");
        let arrives = self.arrives.as_ref().unwrap_or(&self.body);
        let expected: Fields = [&self.passes[..], &framing_field(arrives.framing())].concat();
        assert_same(fields, expected, request);
        assert_eq!(received.framing, arrives.framing(), "{request}");
        let body = String::from_utf8_lossy(&received.body);
        assert!(received.body == arrives.bytes(), "body of the answer to {request}: {body}");
        assert!(received.trailers.is_empty(), "{request}");
        for part in [received.head.raw(), &received.body] {
            assert!(!holds(part, SECRET.as_bytes()), "the upstream's secret reached the client: {request}");
        }
    }
}

/// A gateway with a recording upstream behind it, a key, and a client's connection.
pub(super) struct FidelityFixture {
    pub(super) server: TestServer,
    pub(super) recorder: Recorder,
    pub(super) key: Key,
    wire: Option<Wire>,
}

impl FidelityFixture {
    pub(super) async fn open(engine: Engine) -> Self {
        let (server, recorder) = (TestServer::start(engine).await, Recorder::start().await);
        let base = format!("http://{}{BASE}", recorder.authority());
        let body = json!({ "name": "recorder", "provider": "openai_compatible", "base_url": base, "api_key": SECRET });
        let (status, view) = server.rest(Method::POST, "/upstreams", Some(body)).await;
        assert_eq!(status, 201, "{view}");
        // Every scope: what administers an account at a provider is no key's by default.
        let scopes: Vec<&str> = domain::Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        let key = server.key(json!({ "scopes": scopes })).await;
        Self { server, recorder, key, wire: None }
    }

    /// A connection of its own.
    pub(super) async fn wire(&self) -> Wire {
        Wire::connect(self.server.gateway_address()).await
    }

    /// Sends a request over the connection that earlier ones left, and reads its answer.
    pub(super) async fn ask(&mut self, request: &Request) -> RawResponse {
        let mut wire = match self.wire.take() {
            Some(wire) => wire,
            None => self.wire().await,
        };
        wire.send(&[request.head(&self.key), request.body.framed()].concat()).await;
        let answered = wire.answer(&request.method).await;
        if answered.head.values("connection").is_empty() {
            self.wire = Some(wire);
        }
        answered
    }

    /// The only request that reached the upstream.
    pub(super) fn received(&self, request: &Request) -> Recorded {
        let mut received = self.recorder.take();
        assert_eq!(received.len(), 1, "requests at the upstream for {request}");
        received.remove(0)
    }

    /// Lets a request and its answer pass, and holds both against what was sent.
    pub(super) async fn pass(&mut self, request: &Request, answer: &Answer) {
        self.recorder.answer(answer.script());
        let answered = self.ask(request).await;
        answer.assert_received(&answered, request);
        request.assert_received(&self.received(request), self);
    }

    /// Lets a request pass whose answer does not matter.
    pub(super) async fn pass_request(&mut self, request: &Request) {
        self.pass(request, &Answer::json(200, "{}")).await;
    }
}

fn framing_field(framing: Framing) -> Fields {
    match framing {
        Framing::Length(length) => vec![("content-length".to_owned(), length.to_string().into_bytes())],
        Framing::Chunked => vec![("transfer-encoding".to_owned(), b"chunked".to_vec())],
        Framing::Nothing | Framing::Close => Vec::new(),
    }
}

/// Exactly the same fields with the same values. Only what differs is reported.
fn assert_same(found: Fields, expected: Fields, request: &Request) {
    let (found, expected) = (shown(found), shown(expected));
    let lacking: Vec<_> = expected.iter().filter(|field| !found.contains(field)).collect();
    let surplus: Vec<_> = found.iter().filter(|field| !expected.contains(field)).collect();
    assert!(found == expected, "{request}\n  lacking: {lacking:?}\n  surplus: {surplus:?}\n  order: {found:?}");
}

/// Fields by name, those with one name in their order, to be compared and to be read by people.
fn shown(mut fields: Fields) -> Vec<(String, String)> {
    for (name, _) in &mut fields {
        name.make_ascii_lowercase();
    }
    fields.sort_by(|(a, _), (b, _)| a.cmp(b));
    fields.into_iter().map(|(name, value)| (name, value.escape_ascii().to_string())).collect()
}

pub(super) fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
