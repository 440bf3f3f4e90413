//! Streamed bodies: pieces sent at a pace, which record whether the client waited for their end.

use std::{collections::VecDeque, io, sync::Arc, time::Duration};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures_util::stream;

use super::record::Log;

/// How a body ends.
pub(super) enum End {
    /// With its last piece.
    Well,
    /// The connection breaks after it.
    Break,
    /// Never: the last piece comes again and again.
    Never,
    /// Never: nothing comes after the last piece.
    Silent,
}

/// Counts as cancelled when dropped before [`DisconnectCounter::done`].
pub(super) struct DisconnectCounter {
    log: Arc<Log>,
    done: bool,
}

impl DisconnectCounter {
    pub(super) fn new(log: &Arc<Log>) -> Self {
        Self { log: Arc::clone(log), done: false }
    }

    pub(super) fn done(&mut self) {
        self.done = true;
    }
}

impl Drop for DisconnectCounter {
    fn drop(&mut self) {
        if !self.done {
            self.log.add_cancelled();
        }
    }
}

/// A body of `pieces`, with `every` between them.
pub(super) fn body(log: &Arc<Log>, pieces: Vec<Bytes>, every: Duration, end: End) -> Body {
    struct State {
        pieces: VecDeque<Bytes>,
        waited: DisconnectCounter,
        begun: bool,
        broken: bool,
    }
    let state = State { pieces: pieces.into(), waited: DisconnectCounter::new(log), begun: false, broken: false };
    let end = Arc::new(end);
    Body::from_stream(stream::unfold(state, move |mut state| {
        let end = Arc::clone(&end);
        async move {
            if state.begun && !every.is_zero() {
                tokio::time::sleep(every).await;
            }
            state.begun = true;
            let piece = match state.pieces.front() {
                Some(last) if state.pieces.len() == 1 && matches!(*end, End::Never) => Some(last.clone()),
                _ => state.pieces.pop_front(),
            };
            if state.pieces.is_empty() && !matches!(*end, End::Break | End::Silent) {
                state.waited.done();
            }
            match piece {
                Some(piece) => Some((Ok(piece), state)),
                None if matches!(*end, End::Silent) => std::future::pending().await,
                None if matches!(*end, End::Break) && !state.broken => {
                    state.broken = true;
                    state.waited.done();
                    // What was sent is to be on the wire before the connection is gone.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), state))
                }
                None => None,
            }
        }
    }))
}

/// An event stream.
pub(super) fn events(body: Body) -> Response {
    let mut answer = Response::new(body);
    let value = axum::http::HeaderValue::from_static("text/event-stream; charset=utf-8");
    answer.headers_mut().insert(axum::http::header::CONTENT_TYPE, value);
    answer
}
