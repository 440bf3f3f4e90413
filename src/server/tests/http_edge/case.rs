//! Test case of the edge tables: the bytes that are sent, and the expected outcome.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use testkit::raw::{Answer, Raw, find, shown};

/// How long a server may take to close a connection after its answer.
const CLOSING: Duration = Duration::from_secs(5);

/// Which listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plane {
    Gateway,
    Admin,
}

/// Which of them a case is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Gateway,
    Admin,
    Both,
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The server closes it.
    Closes,
    /// The request was read whole: the next one on the same connection is served.
    Stays,
}

/// What a row of `docs/refusals.md` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub theme: &'static str,
    pub sent: String,
    pub on: On,
    /// 0: the connection is closed without an answer.
    pub status: u16,
    /// Empty: the answer has no body to say one in.
    pub code: &'static str,
}

/// A row with the bytes that prove it.
#[derive(Clone, Debug)]
pub struct Case {
    pub row: Row,
    pub bytes: Vec<u8>,
    pub then: Then,
}

/// Bytes in which `<host>`, `<auth>`, `<path>`, `<post>`, `<key>`, `<packed>` (the key, percent-encoded),
/// `<other>` and `<port>` stand for what a listener has.
pub fn case(
    theme: &'static str,
    sent: impl Into<String>,
    on: On,
    bytes: impl Into<Vec<u8>>,
    status: u16,
    code: &'static str,
) -> Case {
    Case { row: Row { theme, sent: sent.into(), on, status, code }, bytes: bytes.into(), then: Then::Closes }
}

impl Case {
    pub fn stays(mut self) -> Self {
        self.then = Then::Stays;
        self
    }

    pub fn planes(&self) -> &'static [Plane] {
        match self.row.on {
            On::Gateway => &[Plane::Gateway],
            On::Admin => &[Plane::Admin],
            On::Both => &[Plane::Gateway, Plane::Admin],
        }
    }
}

/// So many header fields.
pub fn fields(count: usize) -> String {
    (0..count).map(|n| format!("X-{n}: y\r\n")).collect::<Vec<_>>().concat()
}

/// A request with this request line.
pub fn line(line: &str) -> Vec<u8> {
    format!("{line}\r\nHost: <host>\r\n<auth>\r\n").into_bytes()
}

/// A GET with these fields, each with its line end.
pub fn get(fields: &str) -> Vec<u8> {
    format!("GET <path> HTTP/1.1\r\nHost: <host>\r\n<auth>{fields}\r\n").into_bytes()
}

/// A POST of JSON with these fields, each with its line end, and these bytes behind its head.
pub fn post(fields: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!("POST <post> HTTP/1.1\r\nHost: <host>\r\n<auth>Content-Type: application/json\r\n{fields}\r\n");
    [head.as_bytes(), body.as_ref()].concat()
}

/// A POST of this JSON.
pub fn json(body: &str) -> Vec<u8> {
    post(&format!("Content-Length: {}\r\n", body.len()), body)
}

/// A POST in chunks.
pub fn chunked(body: impl AsRef<[u8]>) -> Vec<u8> {
    post("Transfer-Encoding: chunked\r\n", body)
}

/// Addresses and credentials of the listeners.
#[derive(Clone, Debug)]
pub struct EntryPoints {
    pub gateway: SocketAddr,
    pub admin: SocketAddr,
    pub key: String,
    /// Another good key.
    pub other: String,
    pub token: String,
    /// Where connections come from: wrong bearers are slowed per address.
    pub source: IpAddr,
}

impl EntryPoints {
    pub fn address(&self, plane: Plane) -> SocketAddr {
        match plane {
            Plane::Gateway => self.gateway,
            Plane::Admin => self.admin,
        }
    }

    /// `bytes` with everything filled in.
    pub fn fill(&self, plane: Plane, bytes: &[u8]) -> Vec<u8> {
        let address = self.address(plane);
        let (secret, path, posts_to) = match plane {
            Plane::Gateway => (&self.key, "/v1/models", "/v1/chat/completions"),
            Plane::Admin => (&self.token, "/api/v1/keys", "/api/v1/keys"),
        };
        let auth = format!("Authorization: Bearer {secret}\r\n");
        let (host, port) = (address.to_string(), address.port().to_string());
        let packed = self.key.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
        let mut out = bytes.to_vec();
        for (name, value) in [
            ("<host>", host.as_str()),
            ("<port>", &port),
            ("<auth>", &auth),
            ("<path>", path),
            ("<post>", posts_to),
            ("<key>", &self.key),
            ("<packed>", &packed),
            ("<other>", &self.other),
        ] {
            let mut from = 0;
            while let Some(at) = find(&out, from, name.as_bytes()) {
                out.splice(at..at + name.len(), value.bytes());
                from = at + value.len();
            }
        }
        out
    }

    /// Sends a request that is in order; fails unless it is served.
    pub async fn good(&self, plane: Plane, raw: &mut Raw, after: &str) {
        self.served(plane, raw).await.unwrap_or_else(|why| panic!("{plane:?}: a good request after: {after}: {why}"));
    }

    async fn served(&self, plane: Plane, raw: &mut Raw) -> Result<(), String> {
        match raw.ask(&self.fill(plane, &get(""))).await {
            Some(answer) if answer.status == 200 => Ok(()),
            Some(answer) => Err(format!("{}{}", answer.head, answer.text())),
            None => Err("hung up".to_owned()),
        }
    }

    /// Sends the case to one plane and holds what comes back against it: status, code, shape, and what becomes of the
    /// connection. Returns everything that was heard, or what is not as it should be.
    pub async fn hold(&self, plane: Plane, case: &Case) -> Result<Vec<u8>, String> {
        let bytes = self.fill(plane, &case.bytes);
        let wrong = |why: String| format!("{plane:?}: {}: {why}\n    sent: {}", case.row.sent, shown(&bytes));
        let mut raw = Raw::connect_from(self.source, self.address(plane)).await;
        let answer = raw.ask(&bytes).await;
        let (status, code) = answer.as_ref().map_or((0, String::new()), |answer| (answer.status, answer.code()));
        if (status, code.as_str()) != (case.row.status, case.row.code) {
            return Err(wrong(format!("{status} {code:?} and not {} {:?}", case.row.status, case.row.code)));
        }
        let mut received = Vec::new();
        if let Some(answer) = answer {
            shape(plane, &answer).map_err(wrong)?;
            received.extend(answer.head.as_bytes());
            received.extend(&answer.body);
        }
        match case.then {
            Then::Stays => {
                self.served(plane, &mut raw)
                    .await
                    .map_err(|why| wrong(format!("the connection does not stay: {why}")))?;
            }
            Then::Closes => {
                let more = raw.until_closed(CLOSING).await;
                let more = more.ok_or_else(|| wrong("the connection stays open".to_owned()))?;
                if !more.is_empty() {
                    return Err(wrong(format!("a second answer: {}", shown(&more))));
                }
            }
        }
        Ok(received)
    }
}

/// What every refusal of ours is like, whatever it refuses.
fn shape(plane: Plane, answer: &Answer) -> Result<(), String> {
    let wrong = |why: &str| Err(format!("{why}: {}{}", answer.head, answer.text()));
    if !answer.whole {
        return wrong("half an answer");
    }
    if ["server", "location", "access-control-allow-origin"].iter().any(|name| answer.field(name).is_some()) {
        return wrong("a field that no refusal has");
    }
    // A cookie that means nothing is taken back, and that is all.
    if answer.field("set-cookie").is_some_and(|cookie| answer.status != 401 || !cookie.contains("Max-Age=0")) {
        return wrong("a cookie");
    }
    if answer.code().is_empty() {
        return if answer.body.is_empty() { Ok(()) } else { wrong("neither a code nor the status alone") };
    }
    if !answer.field("x-keywright-request-id").is_some_and(|id| id.starts_with("req_")) {
        return wrong("no request id");
    }
    if answer.field("x-content-type-options") != Some("nosniff") {
        return wrong("a browser may guess what it is");
    }
    // SDKs show the vendor's field.
    if plane == Plane::Gateway && answer.field("x-request-id") != answer.field("x-keywright-request-id") {
        return wrong("no request id in the vendor's field");
    }
    let expected = match plane {
        Plane::Gateway => "application/json",
        Plane::Admin => "application/problem+json",
    };
    if answer.field("content-type") == Some(expected) { Ok(()) } else { wrong("another media type") }
}
