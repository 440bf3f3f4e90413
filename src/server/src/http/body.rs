//! Request bodies of the admin plane: read lazily, by whoever has found out who asks, under limits of size and pace
//! that do not depend on the reader.

use std::{
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use gateway::{BodyError, BodyReader, Pace};
use http::StatusCode;
use http_body::{Body as _, Frame, SizeHint};

use super::head::Refused;

/// Largest body of an authenticated caller; forms and JSON of people.
const BODY_MAX: u64 = 1024 * 1024;
/// Largest body where any caller may send one.
const OPEN_BODY_MAX: u64 = 16 * 1024;
/// Where any caller may send one: everywhere else who asks is found out first, by the head alone. The colour theme can
/// be chosen on the sign-in page as well.
const OPEN: [&str; 4] = ["/login", "/setup", "/theme", "/api/v1/auth/login"];
/// Bytes per second that a body must bring on average.
const MIN_RATE: u64 = 1024;

/// How slow a body may be.
#[derive(Clone, Copy, Debug)]
pub struct BodyPace {
    /// It may be silent for so long.
    pub idle: Duration,
    /// For so long it may be slower than 1 KiB/s.
    pub grace: Duration,
}

/// What became of a body.
pub(super) struct BodyOutcome {
    failure: Arc<OnceLock<BodyError>>,
    is_over: Arc<AtomicBool>,
}

impl BodyOutcome {
    /// Why it was not taken in, whatever its reader made of that.
    pub(super) fn refused(&self) -> Option<Refused> {
        self.failure.get().map(|error| refused(*error))
    }

    /// Whether all of it was read, so that its connection can be used again.
    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }
}

/// `body` of a request to `path` under its limits; one that says beforehand that it is too large is refused at once.
pub(super) fn limited(body: Body, path: &str, pace: BodyPace) -> Result<(Body, BodyOutcome), Refused> {
    let limit = if OPEN.contains(&path) { OPEN_BODY_MAX } else { BODY_MAX };
    let is_over = Arc::new(AtomicBool::new(body.is_end_stream()));
    let inner = BodyReader::new(body, limit, Pace::of(pace.idle, MIN_RATE, pace.grace)).map_err(refused)?;
    let outcome = BodyOutcome { failure: inner.failure(), is_over: is_over.clone() };
    Ok((Body::new(Limited { inner, is_over }), outcome))
}

fn refused(error: BodyError) -> Refused {
    match error {
        BodyError::TooLarge(OPEN_BODY_MAX) => {
            (StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", "send at most 16 KiB")
        }
        BodyError::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", "send at most 1 MiB"),
        BodyError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "request_timeout", "send the body at once, all of it"),
        BodyError::Broke | BodyError::Gone | BodyError::Overloaded | BodyError::KeyOverloaded => {
            (StatusCode::BAD_REQUEST, "invalid_framing", "the body is not what its framing says")
        }
    }
}

struct Limited {
    inner: BodyReader,
    is_over: Arc<AtomicBool>,
}

impl http_body::Body for Limited {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        if frame.is_none() || self.inner.is_end_stream() {
            self.is_over.store(true, Ordering::Release);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
