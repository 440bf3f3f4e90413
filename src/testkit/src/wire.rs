//! HTTP/1.1 codec for tests: messages read and written as bytes, without a library that would normalise them.
//!
//! What a library hides (order and spelling of fields, framing, trailers, informational answers) is what the tests of
//! a gateway have to look at.

use std::{future::Future, io, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::raw::{TIMEOUT, find};

/// Waits for something that has to happen.
///
/// # Panics
/// Where it does not happen in time: the test has failed.
pub(crate) async fn soon<T>(what: &str, event: impl Future<Output = T>) -> T {
    timeout(TIMEOUT, event).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

/// The head of a message as it came, up to and with its blank line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head(Vec<u8>);

impl Head {
    /// Every byte of it.
    pub fn raw(&self) -> &[u8] {
        &self.0
    }

    /// The request or status line.
    pub fn start_line(&self) -> String {
        String::from_utf8_lossy(self.split().next().unwrap_or_default()).into_owned()
    }

    /// The status of an answer.
    pub fn status(&self) -> u16 {
        self.start_line().split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// Names as they are spelled and values without the blanks around them, in order.
    pub fn fields(&self) -> Vec<(String, Vec<u8>)> {
        self.split()
            .skip(1)
            .filter(|line| !line.is_empty())
            .map(|line| {
                let colon = line.iter().position(|b| *b == b':').unwrap_or(line.len());
                let value = line.get(colon + 1..).unwrap_or_default().trim_ascii();
                (String::from_utf8_lossy(&line[..colon]).into_owned(), value.to_vec())
            })
            .collect()
    }

    /// Every value of a field, in order.
    pub fn values(&self, name: &str) -> Vec<Vec<u8>> {
        self.fields()
            .into_iter()
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }

    fn split(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// How the body behind it is framed, by its fields alone.
    fn declared(&self) -> Option<Framing> {
        if self.values("transfer-encoding").iter().any(|coding| coding.eq_ignore_ascii_case(b"chunked")) {
            return Some(Framing::Chunked);
        }
        let length = self.values("content-length").into_iter().next()?;
        String::from_utf8(length).ok()?.parse().ok().map(Framing::Length)
    }
}

/// How the end of a body is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is no body, and nothing says so.
    Nothing,
    /// `Content-Length`.
    Length(u64),
    /// `Transfer-Encoding: chunked`.
    Chunked,
    /// The connection ends.
    Close,
}

/// A body on its way in.
#[derive(Debug)]
pub struct Incoming {
    /// How its end is marked.
    pub framing: Framing,
    /// What came behind the last chunk, raw.
    pub trailers: Vec<u8>,
    left: u64,
    over: bool,
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct RawResponse {
    /// 1xx answers that came before it.
    pub informational: Vec<Head>,
    /// Its head.
    pub head: Head,
    /// How its end was marked.
    pub framing: Framing,
    /// Its body, out of its chunks.
    pub body: Vec<u8>,
    /// What came behind the last chunk, raw.
    pub trailers: Vec<u8>,
}

/// One end of a connection.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    /// Read, but not looked at yet.
    ahead: Vec<u8>,
}

impl Wire {
    /// Over a connection that stands.
    pub fn new(stream: TcpStream) -> Self {
        // Pieces are to arrive as they are sent. Where that cannot be, they arrive later.
        let _ = stream.set_nodelay(true);
        Self { stream, ahead: Vec::new() }
    }

    /// To a server.
    pub async fn connect(address: SocketAddr) -> Self {
        Self::new(soon("a connection", TcpStream::connect(address)).await.unwrap())
    }

    /// Sends exactly these bytes.
    pub async fn send(&mut self, bytes: &[u8]) {
        soon("the server to read", self.stream.write_all(bytes)).await.unwrap();
    }

    /// Sends exactly these bytes to a peer that may be gone.
    pub(crate) async fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// The head of the next answer, informational or not.
    pub async fn answer_head(&mut self) -> Head {
        soon("the head of an answer", self.head()).await.unwrap().expect("the server closed the connection unasked")
    }

    /// The body behind `head`, which answers a request with `method`.
    pub fn answer_body(method: &str, head: &Head) -> Incoming {
        let none = method == "HEAD" || matches!(head.status(), 100..=199 | 204 | 304);
        Incoming::new(if none { Framing::Nothing } else { head.declared().unwrap_or(Framing::Close) })
    }

    /// The next bytes of a body; `None` at its end.
    pub async fn answer_piece(&mut self, body: &mut Incoming) -> Option<Vec<u8>> {
        soon("a piece of an answer", self.piece(body)).await.expect("an answer that breaks off")
    }

    /// The final answer to a request with `method`, whole.
    pub async fn answer(&mut self, method: &str) -> RawResponse {
        let mut informational = Vec::new();
        let head = loop {
            let head = self.answer_head().await;
            if !(100..200).contains(&head.status()) {
                break head;
            }
            informational.push(head);
        };
        let mut incoming = Self::answer_body(method, &head);
        let mut body = Vec::new();
        while let Some(piece) = self.answer_piece(&mut incoming).await {
            body.extend(piece);
        }
        RawResponse { informational, head, framing: incoming.framing, body, trailers: incoming.trailers }
    }

    /// The next head; `None` where the connection ends before one.
    pub(crate) async fn head(&mut self) -> io::Result<Option<Head>> {
        loop {
            if let Some(end) = find(&self.ahead, 0, b"\r\n\r\n") {
                return Ok(Some(Head(self.take(end + 4))));
            }
            if !self.more().await? {
                return if self.ahead.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    /// The body behind the head of a request.
    pub(crate) fn request_body(head: &Head) -> Incoming {
        Incoming::new(head.declared().unwrap_or(Framing::Nothing))
    }

    /// The next bytes of a body, as much as is there; of a chunked one the next chunk. `None` at the end.
    pub(crate) async fn piece(&mut self, body: &mut Incoming) -> io::Result<Option<Vec<u8>>> {
        if body.over {
            return Ok(None);
        }
        match body.framing {
            Framing::Chunked => self.chunk(body).await,
            Framing::Nothing => Ok(None),
            Framing::Length(_) | Framing::Close => {
                if self.ahead.is_empty() && !self.more().await? {
                    body.over = true;
                    let is_end = body.framing == Framing::Close;
                    return if is_end { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
                }
                let here = self.ahead.len().min(usize::try_from(body.left).unwrap_or(usize::MAX));
                body.left -= here as u64;
                body.over = body.left == 0;
                Ok(Some(self.take(here)))
            }
        }
    }

    async fn chunk(&mut self, body: &mut Incoming) -> io::Result<Option<Vec<u8>>> {
        let line = self.line().await?;
        let size = line.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
        let size = std::str::from_utf8(size).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
        let size = size.ok_or(io::ErrorKind::InvalidData)?;
        if size == 0 {
            body.over = true;
            loop {
                let line = self.line().await?;
                if line == b"\r\n" {
                    return Ok(None);
                }
                body.trailers.extend(line);
            }
        }
        while self.ahead.len() < size + 2 {
            self.must_have_more().await?;
        }
        let chunk = self.take(size);
        if self.take(2) == b"\r\n" { Ok(Some(chunk)) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// The next line with its end.
    async fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = find(&self.ahead, 0, b"\r\n") {
                return Ok(self.take(end + 2));
            }
            self.must_have_more().await?;
        }
    }

    async fn more(&mut self) -> io::Result<bool> {
        // Otherwise it would be as little as fits by chance.
        self.ahead.reserve(16 << 10);
        Ok(self.stream.read_buf(&mut self.ahead).await? > 0)
    }

    async fn must_have_more(&mut self) -> io::Result<()> {
        if self.more().await? { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let rest = self.ahead.split_off(count);
        std::mem::replace(&mut self.ahead, rest)
    }
}

impl Incoming {
    fn new(framing: Framing) -> Self {
        let left = if let Framing::Length(length) = framing { length } else { u64::MAX };
        let over = matches!(framing, Framing::Nothing | Framing::Length(0));
        Self { framing, trailers: Vec::new(), left, over }
    }
}
