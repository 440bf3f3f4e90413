//! Request body reader: limits of size, pace and memory.

use std::{
    error::Error,
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep},
};

use crate::pace::Pace;

/// Memory is given out in pieces of this many bytes.
const UNIT: u64 = 1024;
/// A body takes memory as it comes, so that no client reserves what it only announced; in steps of this many units.
const STEP: u32 = 64;

/// Why a body was not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More than so many bytes.
    #[error("over {0} bytes")]
    TooLarge(u64),
    /// Idle, or slower than it may be.
    #[error("too slow")]
    TooSlow,
    /// Its framing broke.
    #[error("broken off")]
    Broke,
    /// The client went away in the middle of it.
    #[error("the client went away")]
    Gone,
    /// No memory for it.
    #[error("no memory left for request bodies")]
    Overloaded,
}

/// A client's body under its limits. Only time during which the client keeps us waiting counts against it.
pub struct BodyReader {
    inner: Body,
    limit: u64,
    pace: Pace,
    bytes: u64,
    waited: Duration,
    waiting: Option<(Pin<Box<Sleep>>, Instant)>,
    failure: Arc<OnceLock<BodyError>>,
}

impl BodyReader {
    /// A body of at most `limit` bytes. One that says beforehand that it is larger is refused at once.
    pub fn new(inner: Body, limit: u64, pace: Pace) -> Result<Self, BodyError> {
        if inner.size_hint().lower() > limit {
            return Err(BodyError::TooLarge(limit));
        }
        let failure = Arc::default();
        Ok(Self { inner, limit, pace, bytes: 0, waited: Duration::ZERO, waiting: None, failure })
    }

    /// Where the reason will stand if it fails while another task reads it.
    pub fn failure(&self) -> Arc<OnceLock<BodyError>> {
        self.failure.clone()
    }

    /// Reads all of it, within what `memory` has left. The memory is given back with the permit.
    pub(crate) async fn whole(mut self, memory: &Arc<Semaphore>) -> Result<(Bytes, MemoryPermit), BodyError> {
        let mut memory_permit = MemoryPermit(None);
        let mut first = Bytes::new();
        let mut all = BytesMut::new();
        let mut total = 0;
        while let Some(piece) = self.frame().await {
            let Ok(piece) = piece?.into_data() else { continue };
            total += piece.len() as u64;
            memory_permit.grow(memory, total, self.pace.idle()).await?;
            // Most bodies come in one piece, which then needs no copy.
            if first.is_empty() && all.is_empty() {
                first = piece;
                continue;
            }
            if all.is_empty() {
                let expected = self.inner.size_hint().upper().map_or(0, |rest| usize::try_from(rest).unwrap_or(0));
                all.reserve((first.len() + piece.len()).max(expected.min(1 << 20)));
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&piece);
        }
        let whole = if all.is_empty() { first } else { all.freeze() };
        Ok((whole, memory_permit))
    }

    fn fail(&mut self, error: BodyError) -> BodyError {
        let _ = self.failure.set(error);
        error
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let time_left = self.pace.time_left(self.bytes, self.waited);
        let (timer, _) = self.waiting.get_or_insert_with(|| (Box::pin(sleep(time_left)), now()));
        timer.as_mut().poll(cx)
    }
}

/// A socket timer: it measures how long a client really keeps us waiting, whatever the injected clock says.
#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now()
}

/// A connection that ended is a client that left; anything else is bytes that are no body.
fn reason(error: &axum::Error) -> BodyError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(current) = cause {
        let left = match (current.downcast_ref::<io::Error>(), current.downcast_ref::<hyper::Error>()) {
            (Some(io), _) => matches!(
                io.kind(),
                io::ErrorKind::UnexpectedEof
                    | io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::TimedOut
            ),
            (_, Some(hyper)) => hyper.is_incomplete_message() || hyper.is_closed() || hyper.is_canceled(),
            _ => false,
        };
        if left {
            return BodyError::Gone;
        }
        cause = current.source();
    }
    BodyError::Broke
}

impl http_body::Body for BodyReader {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        loop {
            let frame = match Pin::new(&mut self.inner).poll_frame(cx) {
                Poll::Ready(frame) => frame,
                Poll::Pending => {
                    ready!(self.poll_timer(cx));
                    return Poll::Ready(Some(Err(self.fail(BodyError::TooSlow))));
                }
            };
            if let Some((_, since)) = self.waiting.take() {
                self.waited += now().saturating_duration_since(since);
            }
            let data = match frame {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(self.fail(reason(&error))))),
                // Trailers are for one hop.
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => data,
                    Err(_) => continue,
                },
            };
            self.bytes += data.len() as u64;
            if self.bytes > self.limit {
                let limit = self.limit;
                return Poll::Ready(Some(Err(self.fail(BodyError::TooLarge(limit)))));
            }
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Memory that a body holds; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct MemoryPermit(Option<OwnedSemaphorePermit>);

impl MemoryPermit {
    async fn grow(&mut self, memory: &Arc<Semaphore>, bytes: u64, time_left: Duration) -> Result<(), BodyError> {
        let needed = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let has = self.0.as_ref().map_or(0, |permit| u32::try_from(permit.num_permits()).unwrap_or(u32::MAX));
        if needed <= has {
            return Ok(());
        }
        // The first piece is taken as it is: most requests are small. Those that go on growing take steps.
        let more = if has == 0 { needed } else { (needed - has).max(STEP) };
        let permit = match memory.clone().try_acquire_many_owned(more) {
            Ok(permit) => permit,
            Err(_) => match tokio::time::timeout(time_left, memory.clone().acquire_many_owned(more)).await {
                Ok(Ok(permit)) => permit,
                _ => return Err(BodyError::Overloaded),
            },
        };
        match &mut self.0 {
            Some(memory_permit) => memory_permit.merge(permit),
            None => self.0 = Some(permit),
        }
        Ok(())
    }
}

/// A semaphore over so many bytes of memory.
pub(crate) fn memory(bytes: u64) -> Arc<Semaphore> {
    let units = usize::try_from(bytes / UNIT).unwrap_or(Semaphore::MAX_PERMITS);
    Arc::new(Semaphore::new(units.clamp(1, Semaphore::MAX_PERMITS)))
}

#[cfg(test)]
#[path = "body_reader_tests.rs"]
mod tests;
