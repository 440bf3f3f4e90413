//! Raw HTTP client over a bare socket: exact bytes out, exact bytes back, and what became of the connection.
//!
//! Nothing here understands more of HTTP than where an answer ends, so that what a client library would mend or hide
//! reaches the test. Every wait is bounded: a test fails rather than hangs.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// How long the other side may keep a test waiting.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// A connection.
pub struct Raw {
    stream: TcpStream,
    unread: Vec<u8>,
    ended: bool,
}

/// An answer, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Every byte of the head, status line and blank line included.
    pub head: String,
    /// The fields in their order, names in lower case.
    pub fields: Vec<(String, String)>,
    /// The body without its framing.
    pub body: Vec<u8>,
    /// Whether the body came to the end that its framing says.
    pub whole: bool,
}

impl Answer {
    /// The first field of that name.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The code of a refusal, as either plane writes it; empty where the answer has no body to say it in.
    pub fn code(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        [&body["error"]["code"], &body["code"]].into_iter().find_map(Value::as_str).unwrap_or_default().to_owned()
    }
}

impl Raw {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Self {
        Self::connect_from([127, 0, 0, 1].into(), address).await
    }

    /// Connects from one of the machine's own addresses, with small buffers for what it does not read.
    pub async fn connect_from(source: IpAddr, address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((source, 0).into()).unwrap();
        socket.set_recv_buffer_size(64 * 1024).unwrap();
        let stream = timeout(TIMEOUT, socket.connect(address)).await.expect("a connection in time").unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, unread: Vec::new(), ended: false }
    }

    /// Sends `bytes`. A server may hang up in the middle of them: what it says is found by reading.
    pub async fn send(&mut self, bytes: &[u8]) {
        let sent = timeout(TIMEOUT, self.stream.write_all(bytes)).await;
        drop(sent.expect("the server takes bytes, or hangs up"));
    }

    /// Sends `bytes`, listening meanwhile, and reads the answer. `None`: the connection ended without one.
    pub async fn ask(&mut self, bytes: &[u8]) -> Option<Answer> {
        let bodiless = bytes.starts_with(b"HEAD ");
        let mut rest = bytes;
        let asked = async {
            while !rest.is_empty() && !self.ended && find(&self.unread, 0, b"\r\n\r\n").is_none() {
                let (mut reader, mut writer) = self.stream.split();
                tokio::select! {
                    read = reader.read_buf(&mut self.unread) => self.ended = !matches!(read, Ok(1..)),
                    written = writer.write(rest) => match written {
                        Ok(written) => rest = &rest[written..],
                        // Whatever it said before it hung up is still to be read.
                        Err(_) => rest = &[],
                    },
                }
            }
            self.read_answer(bodiless).await
        };
        timeout(TIMEOUT, asked).await.unwrap_or_else(|_| panic!("no answer in time to {}", shown(bytes)))
    }

    /// Reads the next answer. `None`: the connection ended without one.
    pub async fn answer(&mut self) -> Option<Answer> {
        timeout(TIMEOUT, self.read_answer(false)).await.expect("an answer in time")
    }

    /// Reads the head of the next answer and leaves its body on the wire.
    pub async fn head(&mut self) -> Option<String> {
        timeout(TIMEOUT, self.read_head()).await.expect("an answer's head in time")
    }

    /// Sends `bytes` one by one, listening for `every` after each, until the server answers or hangs up. Bytes run
    /// out: the last one comes again and again. `None`: it hung up.
    pub async fn trickle(&mut self, bytes: &[u8], every: Duration) -> Option<Answer> {
        let trickled = async {
            let mut at = 0;
            while !self.ended && self.unread.is_empty() {
                let byte = &bytes[at.min(bytes.len() - 1)..][..1];
                at += 1;
                if self.stream.write_all(byte).await.is_err() {
                    break;
                }
                // Nothing heard: that is what the time was for.
                drop(timeout(every, self.more()).await);
            }
            self.read_answer(false).await
        };
        timeout(TIMEOUT, trickled).await.expect("the server loses patience first")
    }

    /// Listens for so long; whether the connection was open and silent all the while.
    pub async fn receives_nothing(&mut self, during: Duration) -> bool {
        self.unread.is_empty() && timeout(during, self.more()).await.is_err()
    }

    /// Reads so many bytes and forgets them.
    pub async fn skip(&mut self, bytes: usize) {
        let mut left = bytes;
        let skipped = async {
            while left > 0 {
                assert!(!self.unread.is_empty() || self.more().await, "{left} bytes are missing");
                let there = self.unread.len().min(left);
                self.unread.drain(..there);
                left -= there;
            }
        };
        timeout(TIMEOUT, skipped).await.expect("so many bytes in time");
    }

    /// Reads until the server closes, and returns what else it said before.
    pub async fn rest(&mut self) -> Vec<u8> {
        self.until_closed(TIMEOUT).await.expect("the server closes the connection")
    }

    /// The same; `None`: it did not close in time.
    pub async fn until_closed(&mut self, patience: Duration) -> Option<Vec<u8>> {
        let ended = async { while self.more().await {} };
        timeout(patience, ended).await.ok()?;
        Some(std::mem::take(&mut self.unread))
    }

    /// No more bytes will come from here; reading goes on.
    pub async fn finish(&mut self) {
        drop(self.stream.shutdown().await);
    }

    /// Reads some more. `false`: the server has closed, gently or not.
    async fn more(&mut self) -> bool {
        if !self.ended {
            let read = self.stream.read_buf(&mut self.unread).await;
            self.ended = !matches!(read, Ok(1..));
        }
        !self.ended
    }

    async fn read_head(&mut self) -> Option<String> {
        loop {
            if let Some(end) = find(&self.unread, 0, b"\r\n\r\n") {
                let head: Vec<u8> = self.unread.drain(..end + 4).collect();
                // Interim answers are not what was asked for.
                if !head.starts_with(b"HTTP/1.1 1") || head.starts_with(b"HTTP/1.1 101") {
                    return Some(String::from_utf8_lossy(&head).into_owned());
                }
            } else if !self.more().await {
                assert!(self.unread.is_empty(), "half an answer: {}", shown(&self.unread));
                return None;
            }
        }
    }

    async fn read_answer(&mut self, bodiless: bool) -> Option<Answer> {
        let head = self.read_head().await?;
        let mut lines = head.lines();
        let line = lines.next().unwrap_or_default();
        let status: u16 = line
            .strip_prefix("HTTP/1.1 ")
            .or(line.strip_prefix("HTTP/1.0 "))
            .and_then(|rest| rest.get(..3)?.parse().ok())
            .unwrap_or_else(|| panic!("a status line: {line}"));
        let fields: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut answer = Answer { status, head, fields, body: Vec::new(), whole: true };
        if bodiless || matches!(status, 204 | 304) {
            return Some(answer);
        }
        (answer.body, answer.whole) = match (answer.field("transfer-encoding"), answer.field("content-length")) {
            (Some("chunked"), None) => self.chunks().await,
            (None, Some(length)) => self.length(length.parse().expect("a length")).await,
            (None, None) => {
                while self.more().await {}
                (std::mem::take(&mut self.unread), true)
            }
            both => panic!("one framing: {both:?}"),
        };
        Some(answer)
    }

    async fn length(&mut self, length: usize) -> (Vec<u8>, bool) {
        while self.unread.len() < length && self.more().await {}
        let there = self.unread.len().min(length);
        (self.unread.drain(..there).collect(), there == length)
    }

    async fn chunks(&mut self) -> (Vec<u8>, bool) {
        let mut body = Vec::new();
        loop {
            let Some(line) = self.line().await else { return (body, false) };
            let size = usize::from_str_radix(line.trim(), 16).expect("a chunk's size");
            let (piece, whole) = self.length(size + 2).await;
            if !whole {
                return (body, false);
            }
            body.extend_from_slice(&piece[..size]);
            assert_eq!(&piece[size..], b"\r\n", "a chunk ends where its size says");
            if size == 0 {
                return (body, true);
            }
        }
    }

    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = find(&self.unread, 0, b"\r\n") {
                let line: Vec<u8> = self.unread.drain(..end + 2).collect();
                return Some(String::from_utf8_lossy(&line).into_owned());
            }
            if !self.more().await {
                return None;
            }
        }
    }
}

/// Where `needle` stands in `haystack`, from `from` on.
pub fn find(haystack: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    haystack.get(from..)?.windows(needle.len()).position(|window| window == needle).map(|at| from + at)
}

/// Bytes for people: escaped, and cut.
pub fn shown(bytes: &[u8]) -> String {
    bytes[..bytes.len().min(400)].escape_ascii().to_string()
}
