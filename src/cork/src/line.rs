//! The writing side of one stream, shared by its owner and the turn that it waits for.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
};

use parking_lot::Mutex;
use tokio::{io::AsyncWrite, net::tcp::OwnedWriteHalf};

use crate::turn;

/// Bytes that are kept at most. More are worth a write of their own, and cost more to copy than is saved.
const KEPT_MAX: usize = 8 * 1024;
/// The memory that a line keeps for its next turn, bytes: a head and a short body.
const ROOM_KEPT: usize = 4 * 1024;

/// The writing side of one stream.
#[derive(Debug)]
pub(crate) struct Line(Mutex<Side>);

#[derive(Debug)]
struct Side {
    socket: OwnedWriteHalf,
    /// What is still to be written.
    kept: Vec<u8>,
    /// A turn has this line in its list. Where it has not, and something is kept, the socket was full.
    waits: bool,
    /// Why what was kept could not be written.
    failure: Option<io::Error>,
    /// Whoever wrote last: to be told if the turn could not write all of it.
    writer: Option<Waker>,
}

impl Line {
    pub(crate) const fn new(socket: OwnedWriteHalf) -> Self {
        Self(Mutex::new(Side { socket, kept: Vec::new(), waits: false, failure: None, writer: None }))
    }

    pub(crate) fn poll_write(self: &Arc<Self>, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let mut side = self.0.lock();
        side.check()?;
        let length = bufs.iter().map(|buf| buf.len()).sum::<usize>();
        let stuck = !side.kept.is_empty() && !side.waits;
        if stuck || side.kept.len() + length > KEPT_MAX {
            ready!(side.poll_kept(cx))?;
            return Pin::new(&mut side.socket).poll_write_vectored(cx, bufs);
        }
        for buf in bufs {
            side.kept.extend_from_slice(buf);
        }
        side.written_by(cx);
        let joins = !std::mem::replace(&mut side.waits, true);
        drop(side);
        if joins {
            turn::join(self.clone());
        }
        Poll::Ready(Ok(length))
    }

    /// Waits for a full socket, but not for the end of the turn.
    pub(crate) fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut side = self.0.lock();
        side.check()?;
        if side.waits {
            side.written_by(cx);
            return Poll::Ready(Ok(()));
        }
        side.poll_kept(cx)
    }

    pub(crate) fn poll_shutdown(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut side = self.0.lock();
        side.check()?;
        ready!(side.poll_kept(cx))?;
        Pin::new(&mut side.socket).poll_shutdown(cx)
    }

    /// Writes what is kept, as far as the socket takes it.
    pub(crate) fn end_of_turn(&self) {
        let mut side = self.0.lock();
        side.waits = false;
        let side = &mut *side;
        if side.kept.is_empty() {
            return;
        }
        match side.socket.try_write(&side.kept) {
            Ok(written) => side.wrote(written),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => side.fail(error),
        }
        if (side.failure.is_some() || !side.kept.is_empty())
            && let Some(writer) = side.writer.take()
        {
            writer.wake();
        }
    }
}

impl Side {
    fn check(&mut self) -> io::Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }

    fn written_by(&mut self, cx: &Context<'_>) {
        if !self.writer.as_ref().is_some_and(|writer| writer.will_wake(cx.waker())) {
            self.writer = Some(cx.waker().clone());
        }
    }

    fn poll_kept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.kept.is_empty() {
            match ready!(Pin::new(&mut self.socket).poll_write(cx, &self.kept)) {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Ok(written) => self.wrote(written),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }

    fn wrote(&mut self, written: usize) {
        self.kept.drain(..written);
        if self.kept.is_empty() && self.kept.capacity() > ROOM_KEPT {
            self.kept = Vec::new();
        }
    }

    fn fail(&mut self, error: io::Error) {
        self.failure = Some(error);
        self.kept = Vec::new();
    }
}
