//! Connection timeouts: a head that trickles in, a client that does not read, and one that does nothing.
//!
//! hyper has the last one, too, and makes it anew for every request.

use std::{
    future::Future as _,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use cork::Corked;
use http_body::{Body, Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep, sleep_until},
};

use super::framing::Framing;

const HEAD: u8 = 0;
const REQUEST: u8 = 1;
const IDLE: u8 = 2;

/// Where a connection stands: a head is being read, a request is being served, or nothing is going on.
#[derive(Debug)]
pub(super) struct Phase {
    at: AtomicU8,
    born: Instant,
    /// When it was idle last; microseconds since it was born.
    idle_since: AtomicU64,
}

impl Phase {
    /// A fresh connection owes us a head.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { at: AtomicU8::new(HEAD), born: now(), idle_since: AtomicU64::new(0) })
    }

    /// The head is whole.
    pub(super) fn head_is_read(&self) {
        self.at.store(REQUEST, Ordering::Release);
    }

    fn idles(&self) {
        let since = now().saturating_duration_since(self.born).as_micros();
        self.idle_since.store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.at.store(IDLE, Ordering::Release);
    }

    /// Since when it has been idle, if it is.
    fn idle_since(&self) -> Option<Instant> {
        self.is(IDLE).then(|| self.born + Duration::from_micros(self.idle_since.load(Ordering::Relaxed)))
    }

    fn is(&self, phase: u8) -> bool {
        self.at.load(Ordering::Acquire) == phase
    }
}

/// How long what may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    /// A head, from its first byte to its last.
    pub(super) head: Duration,
    /// A client that does not read.
    pub(super) write: Duration,
    /// A connection on which nothing happens.
    pub(super) idle: Duration,
}

/// A client's stream with its timers.
pub(super) struct TimedStream {
    inner: Corked,
    phase: Arc<Phase>,
    framing: Framing,
    timeouts: Timeouts,
    /// When the head at hand began.
    head_begun: Option<Instant>,
    head: Option<Pin<Box<Sleep>>>,
    write: Option<Pin<Box<Sleep>>>,
    idle: Option<Pin<Box<Sleep>>>,
}

impl TimedStream {
    /// Wraps an accepted stream.
    pub(super) const fn new(inner: Corked, phase: Arc<Phase>, framing: Framing, timeouts: Timeouts) -> Self {
        let (head_begun, head, write, idle) = (None, None, None, None);
        Self { inner, phase, framing, timeouts, head_begun, head, write, idle }
    }

    /// Is ready when the connection has been idle for too long. The timer is not reset for each request: it looks when
    /// it fires what happened meanwhile.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let timeout = self.timeouts.idle;
        let timer = self.idle.get_or_insert_with(|| Box::pin(sleep(timeout)));
        loop {
            ready!(timer.as_mut().poll(cx));
            let until = self.phase.idle_since().unwrap_or_else(now) + timeout;
            if timer.deadline() >= until {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            timer.as_mut().reset(until);
        }
    }

    fn stalled<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.write = None;
            return result;
        }
        let timeout = self.timeouts.write;
        let timer = self.write.get_or_insert_with(|| Box::pin(sleep(timeout)));
        match timer.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.inner).poll_read(cx, buf);
        self.framing.see(&mut buf.filled_mut()[before..]);
        if buf.filled().len() > before && self.phase.is(IDLE) {
            self.phase.at.store(HEAD, Ordering::Release);
            (self.head_begun, self.head) = (None, None);
        }
        if !self.phase.is(HEAD) {
            (self.head_begun, self.head) = (None, None);
            // Also while a request is served: once it is over, nothing may look here again.
            return if result.is_pending() { self.poll_idle(cx) } else { result };
        }
        // Bytes that arrive do not buy time: it runs from the first to the last one of a head.
        let begun = *self.head_begun.get_or_insert_with(now);
        if result.is_ready() && self.head.is_none() {
            // Most heads are whole with this very read, and then no task has to be woken.
            return result;
        }
        let until = begun + self.timeouts.head;
        let timer = self.head.get_or_insert_with(|| Box::pin(sleep_until(until)));
        match timer.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => result,
        }
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.stalled(cx, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.stalled(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.inner).poll_flush(cx);
        self.stalled(cx, result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// A socket timer: it measures how long a client really takes, whatever the injected clock says.
#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now()
}

/// An answer's body; once it is gone, the connection is idle again.
pub(super) struct PhasedBody {
    inner: axum::body::Body,
    phase: Arc<Phase>,
}

impl PhasedBody {
    /// Wraps an answer's body.
    pub(super) const fn new(inner: axum::body::Body, phase: Arc<Phase>) -> Self {
        Self { inner, phase }
    }
}

impl Body for PhasedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for PhasedBody {
    fn drop(&mut self) {
        self.phase.idles();
    }
}
