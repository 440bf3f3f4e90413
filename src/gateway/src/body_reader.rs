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

use crate::{directory::StreamGuard, pace::Pace};

/// Memory is given out in pieces of this many bytes.
const UNIT: u64 = 1024;
/// A body that does not say its length takes memory as it comes, in steps of this many units.
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
    /// The key's other requests hold as much memory as one key may.
    #[error("the key holds as much memory for request bodies as one key may")]
    KeyOverloaded,
}

/// A client's body under its limits. Only time during which the client keeps us waiting counts against it.
pub struct BodyReader {
    inner: Body,
    limit: u64,
    pace: Pace,
    /// How long it says that it is; 0 where it does not.
    declared: u64,
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
        let declared = inner.size_hint().exact().unwrap_or(0);
        Ok(Self { inner, limit, pace, declared, bytes: 0, waited: Duration::ZERO, waiting: None, failure })
    }

    /// Where the reason will stand if it fails while another task reads it.
    pub fn failure(&self) -> Arc<OnceLock<BodyError>> {
        self.failure.clone()
    }

    /// Reads all of it, within what `memory` has left. The memory is given back with the permit.
    ///
    /// What it says that it will need it takes at once, and waits for it while it holds nothing; a body that does not say so
    /// takes steps and never waits. So no two bodies wait for what the other holds.
    pub(crate) async fn whole(
        mut self,
        memory: &Memory,
        guard: &Arc<StreamGuard>,
    ) -> Result<(Bytes, MemoryPermit), BodyError> {
        let mut permit = MemoryPermit { guard: guard.clone(), bytes: 0, permit: None };
        let declared = self.inner.size_hint().exact().unwrap_or(0);
        if declared > 0 {
            permit.reserve(memory, declared, self.pace.idle()).await?;
        }
        let mut first = Bytes::new();
        let mut all = BytesMut::new();
        let mut total = 0;
        while let Some(piece) = self.frame().await {
            let Ok(piece) = piece?.into_data() else { continue };
            total += piece.len() as u64;
            permit.grow(memory, total)?;
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
        Ok((whole, permit))
    }

    fn fail(&mut self, error: BodyError) -> BodyError {
        let _ = self.failure.set(error);
        error
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let time_left = self.pace.time_left(self.bytes, self.declared, self.waited);
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

/// The memory for request bodies: of all keys together, and of one.
pub(crate) struct Memory {
    all: Arc<Semaphore>,
    per_key: u64,
}

impl Memory {
    /// So many bytes, of which one key may hold a quarter.
    pub(crate) fn of(bytes: u64) -> Self {
        let units = usize::try_from(bytes / UNIT).unwrap_or(Semaphore::MAX_PERMITS);
        Self { all: Arc::new(Semaphore::new(units.clamp(1, Semaphore::MAX_PERMITS))), per_key: (bytes / 4).max(UNIT) }
    }

    #[cfg(test)]
    pub(crate) fn available(&self) -> usize {
        self.all.available_permits()
    }
}

/// Memory that a body holds; dropping it gives it back.
pub(crate) struct MemoryPermit {
    guard: Arc<StreamGuard>,
    /// What the key's share was charged with.
    bytes: u64,
    permit: Option<OwnedSemaphorePermit>,
}

impl MemoryPermit {
    /// Takes all of it, waiting for others to end for so long.
    async fn reserve(&mut self, memory: &Memory, bytes: u64, patience: Duration) -> Result<(), BodyError> {
        let units = units(bytes);
        self.charge(memory, bytes)?;
        let permit = match memory.all.clone().try_acquire_many_owned(units) {
            Ok(permit) => permit,
            Err(_) => match tokio::time::timeout(patience, memory.all.clone().acquire_many_owned(units)).await {
                Ok(Ok(permit)) => permit,
                _ => return Err(BodyError::Overloaded),
            },
        };
        self.permit = Some(permit);
        Ok(())
    }

    /// Takes what is missing to hold so many bytes, at once or not at all.
    fn grow(&mut self, memory: &Memory, bytes: u64) -> Result<(), BodyError> {
        let needed = units(bytes);
        let has = self.permit.as_ref().map_or(0, |permit| u32::try_from(permit.num_permits()).unwrap_or(u32::MAX));
        if needed <= has {
            return Ok(());
        }
        // The first piece is taken as it is: most requests are small. Those that go on growing take steps.
        let more = if has == 0 { needed } else { (needed - has).max(STEP) };
        self.charge(memory, u64::from(more) * UNIT)?;
        let permit = memory.all.clone().try_acquire_many_owned(more).map_err(|_| BodyError::Overloaded)?;
        match &mut self.permit {
            Some(earlier) => earlier.merge(permit),
            None => self.permit = Some(permit),
        }
        Ok(())
    }

    fn charge(&mut self, memory: &Memory, bytes: u64) -> Result<(), BodyError> {
        if !self.guard.take_body_bytes(bytes, memory.per_key) {
            return Err(BodyError::KeyOverloaded);
        }
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for MemoryPermit {
    fn drop(&mut self) {
        self.guard.give_body_bytes(self.bytes);
    }
}

fn units(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "body_reader_tests.rs"]
mod tests;
