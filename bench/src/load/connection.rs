//! HTTP/1.1 load connection: one keep-alive connection of a client, and the little HTTP/1.1 it needs.

use std::{net::SocketAddr, time::Instant};

use anyhow::{Context as _, Result, bail};
use memchr::memmem;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A connection and what was read of its current answer.
pub struct Connection {
    stream: TcpStream,
    /// Read and not yet understood.
    pending: Vec<u8>,
    /// The answer's body, without its framing.
    body: Vec<u8>,
}

/// A whole answer.
pub struct Answer<'a> {
    pub status: u16,
    /// When the first byte of the body was there.
    pub first_byte: Instant,
    pub body: &'a [u8],
}

enum Framing {
    Length(usize),
    Chunked,
}

impl Connection {
    pub async fn open(at: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(at).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, pending: Vec::with_capacity(16 << 10), body: Vec::with_capacity(16 << 10) })
    }

    /// Sends a request and reads its whole answer. After an error the connection is of no more use.
    pub async fn call(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        let (status, framing) = self.head().await?;
        let first_byte = match framing {
            Framing::Length(length) => self.whole(length).await?,
            Framing::Chunked => self.chunks().await?,
        };
        Ok(Answer { status, first_byte, body: &self.body })
    }

    async fn fill(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.pending).await? == 0 {
            bail!("the connection was closed within an answer");
        }
        Ok(())
    }

    async fn head(&mut self) -> Result<(u16, Framing)> {
        let end = loop {
            if let Some(at) = memmem::find(&self.pending, b"\r\n\r\n") {
                break at + 4;
            }
            self.fill().await?;
        };
        let head = std::str::from_utf8(&self.pending[..end])?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let mut framing = None;
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                framing = Some(Framing::Length(value.trim().parse()?));
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                framing = Some(Framing::Chunked);
            }
        }
        let found = status.zip(framing).context("an answer without status or framing")?;
        self.pending.drain(..end);
        self.body.clear();
        Ok(found)
    }

    async fn whole(&mut self, length: usize) -> Result<Instant> {
        if self.pending.is_empty() && length > 0 {
            self.fill().await?;
        }
        let first_byte = Instant::now();
        while self.pending.len() < length {
            self.fill().await?;
        }
        self.body.extend(self.pending.drain(..length));
        Ok(first_byte)
    }

    async fn chunks(&mut self) -> Result<Instant> {
        let mut first_byte = None;
        loop {
            let size_end = loop {
                if let Some(at) = memmem::find(&self.pending, b"\r\n") {
                    break at;
                }
                self.fill().await?;
            };
            let size = std::str::from_utf8(&self.pending[..size_end])?;
            let size = usize::from_str_radix(size, 16).context("an odd chunk size")?;
            let (from, to) = (size_end + 2, size_end + 2 + size);
            // Trailers are not expected: an empty chunk and an empty line are the end.
            if size > 0 && self.pending.len() == from {
                self.fill().await?;
            }
            if first_byte.is_none() {
                first_byte = Some(Instant::now());
            }
            while self.pending.len() < to + 2 {
                self.fill().await?;
            }
            self.body.extend_from_slice(&self.pending[from..to]);
            self.pending.drain(..to + 2);
            if size == 0 {
                return first_byte.context("an answer without a body");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::Connection;

    /// The last answer of a server that says `text` so often, in pieces of `size` bytes, and then closes.
    async fn answered(text: &'static str, times: usize, size: usize) -> Result<(u16, Vec<u8>), String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut client, _) = listener.accept().await.unwrap();
            client.set_nodelay(true).unwrap();
            for _ in 0..times {
                client.read_exact(&mut [0; 4]).await.unwrap();
                for piece in text.as_bytes().chunks(size) {
                    client.write_all(piece).await.unwrap();
                    tokio::task::yield_now().await;
                }
            }
        });
        let mut connection = Connection::open(at).await.unwrap();
        for _ in 1..times {
            connection.call(b"more").await.map_err(|error| error.to_string())?;
        }
        let answer = connection.call(b"last").await.map_err(|error| error.to_string())?;
        Ok((answer.status, answer.body.to_vec()))
    }

    #[tokio::test]
    async fn answers_are_read_however_they_are_cut() {
        let length = "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nx: y\r\n\r\nhello";
        let chunked =
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\nA\r\nlo\r\n0\r\n\r\nx\r\n0\r\n\r\n";
        let empty = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
        for size in [1, 2, 7, 1000] {
            assert_eq!(answered(length, 2, size).await, Ok((201, b"hello".to_vec())));
            assert_eq!(answered(chunked, 2, size).await, Ok((200, b"hello\r\n0\r\n\r\nx".to_vec())));
            assert_eq!(answered(empty, 2, size).await, Ok((404, Vec::new())));
        }
    }

    #[tokio::test]
    async fn broken_answers_are_errors() {
        for text in [
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
            "nonsense\r\ncontent-length: 0\r\n\r\n",
        ] {
            assert!(answered(text, 1, 1000).await.is_err(), "{text}");
        }
    }
}
