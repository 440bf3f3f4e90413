//! Buffered write half of one stream, shared by its owner and the tick that it waits for.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
};

use parking_lot::Mutex;
use tokio::{io::AsyncWrite, net::tcp::OwnedWriteHalf};

use crate::{Gate, tick};

/// Bytes that are kept at most. More are worth a write of their own, and cost more to copy than is saved.
const KEPT_MAX: usize = 8 * 1024;
/// The memory that a write half keeps for its next turn, bytes: a head and a short body.
const CAPACITY_KEPT: usize = 4 * 1024;

/// The writing side of one stream.
#[derive(Debug)]
pub(crate) struct WriteHalf(Mutex<WriteBuffer>);

struct WriteBuffer {
    socket: OwnedWriteHalf,
    gate: Option<Arc<dyn Gate>>,
    /// What is still to be written.
    kept: Vec<u8>,
    /// A turn has this line in its list. Where it has not, and something is kept, the socket was full.
    waits: bool,
    large: LargeWrite,
    /// Why what was kept could not be written.
    failure: Option<io::Error>,
    /// The last writer: to be notified if the tick could not write all of it.
    writer: Option<Waker>,
}

impl std::fmt::Debug for WriteBuffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Side").field("socket", &self.socket).field("kept", &self.kept.len()).finish_non_exhaustive()
    }
}

/// How far a write is that is too large to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LargeWrite {
    No,
    /// Its writer waits for the end of the tick.
    Waits,
    /// The turn is over: the writer was woken.
    Due,
}

impl WriteHalf {
    pub(crate) fn new(socket: OwnedWriteHalf, gate: Option<Arc<dyn Gate>>) -> Self {
        let large = LargeWrite::No;
        Self(Mutex::new(WriteBuffer {
            socket,
            gate,
            kept: Vec::new(),
            waits: false,
            large,
            failure: None,
            writer: None,
        }))
    }

    pub(crate) fn poll_write(self: &Arc<Self>, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let mut side = self.0.lock();
        side.check()?;
        let length = bufs.iter().map(|buf| buf.len()).sum::<usize>();
        let stuck = !side.kept.is_empty() && !side.waits;
        let fits = side.kept.len() + length <= KEPT_MAX;
        if stuck || side.large == LargeWrite::Due {
            return side.poll_past(cx, bufs);
        }
        if fits {
            for buf in bufs {
                side.kept.extend_from_slice(buf);
            }
        } else {
            side.large = LargeWrite::Waits;
        }
        side.written_by(cx);
        let joins = !std::mem::replace(&mut side.waits, true);
        drop(side);
        if joins {
            tick::join(self.clone());
        }
        if fits { Poll::Ready(Ok(length)) } else { Poll::Pending }
    }

    /// Waits for a full socket, but not for the end of the tick.
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
    pub(crate) fn end_of_tick(&self) {
        let mut side = self.0.lock();
        side.waits = false;
        let side = &mut *side;
        if !side.kept.is_empty() {
            match side.pass().and_then(|()| side.socket.try_write(&side.kept)) {
                Ok(written) => side.wrote(written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => side.fail(error),
            }
        }
        let large = side.large == LargeWrite::Waits;
        if large {
            side.large = LargeWrite::Due;
        }
        if (large || side.failure.is_some() || !side.kept.is_empty())
            && let Some(writer) = side.writer.take()
        {
            writer.wake();
        }
    }
}

impl WriteBuffer {
    fn pass(&self) -> io::Result<()> {
        self.gate.as_ref().map_or(Ok(()), |gate| gate.pass())
    }

    fn check(&mut self) -> io::Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }

    fn written_by(&mut self, cx: &Context<'_>) {
        if !self.writer.as_ref().is_some_and(|writer| writer.will_wake(cx.waker())) {
            self.writer = Some(cx.waker().clone());
        }
    }

    /// Writes past what is kept, behind it.
    fn poll_past(&mut self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        // Whoever finds the socket full has had its turn.
        self.large = LargeWrite::Due;
        ready!(self.poll_kept(cx))?;
        self.pass()?;
        let written = ready!(Pin::new(&mut self.socket).poll_write_vectored(cx, bufs));
        self.large = LargeWrite::No;
        Poll::Ready(written)
    }

    fn poll_kept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.kept.is_empty() {
            self.pass()?;
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
        if self.kept.is_empty() && self.kept.capacity() > CAPACITY_KEPT {
            self.kept = Vec::new();
        }
    }

    fn fail(&mut self, error: io::Error) {
        self.failure = Some(error);
        self.kept = Vec::new();
    }
}
