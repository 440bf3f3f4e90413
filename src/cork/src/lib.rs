//! Write coalescing: small writes of one turn of the event loop leave together.
//!
//! Under load dozens of requests and answers are ready at one look at the sockets. Were each written as soon as it is
//! understood, its reader would be woken for each: it is done with one long before the next one comes. Waking another
//! core is the dearest part of a write. Kept until everything that is ready was looked at, and then written one right
//! behind the other, they find their readers awake (ADR 14). What is alone waits for one look at the sockets, some
//! microseconds.

mod tick;
mod write_half;

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, tcp::OwnedReadHalf},
};

use write_half::WriteHalf;

/// What has to be done before bytes leave, such as writing down what they are about.
pub trait Gate: Send + Sync + 'static {
    /// Called before each write to the kernel, so it must be quick where there is nothing to be done. On an error the
    /// bytes do not leave, and the stream is broken.
    fn pass(&self) -> io::Result<()>;
}

/// A TCP stream whose small writes leave together with those of others.
///
/// A write counts as done when it is kept, like one that the kernel keeps: an error shows at the next one, or at the
/// next flush. [`AsyncWrite::poll_flush`] does not wait for the tick's end; [`AsyncWrite::poll_shutdown`] leaves
/// nothing behind. What is kept when the stream is dropped is still written.
#[derive(Debug)]
pub struct Corked {
    read: OwnedReadHalf,
    write_half: Arc<WriteHalf>,
}

impl Corked {
    /// Takes a stream over. Its bytes leave through `gate`, if there is one.
    pub fn new(stream: TcpStream, gate: Option<Arc<dyn Gate>>) -> Self {
        let (read, write) = stream.into_split();
        Self { read, write_half: Arc::new(WriteHalf::new(write, gate)) }
    }
}

impl AsyncRead for Corked {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.read).poll_read(cx, buf)
    }
}

impl AsyncWrite for Corked {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.write_half.poll_write(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write_half.poll_write(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write_half.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write_half.poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
