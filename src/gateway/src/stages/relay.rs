//! Stage `relay` (streaming): frame by frame, nothing buffered, and settled before the last frame is sent.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::body::Body;
use bytes::Bytes;
use domain::{Dialect, ErrorClass, RequestId, Timestamp, media_type};
use http::{Method, Response, StatusCode, header};
use http_body::{Frame, SizeHint};
use providers::{ErrorText, Grammar};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::{
    answer::{Answer, Places, Source},
    settle::{CLIENT_GONE, End, Settlement},
};
use crate::{
    claims::Reservation,
    directory::StreamGuard,
    exchange::Exchange,
    ledger::Committed,
    media_type::{coding, essence},
    metering::{Ending, Metering},
    rates,
    refusal::{Refusal, stamp},
    upstream_timeouts::{TimeOver, UpstreamTimeouts},
};

/// Turns an answer into a response whose body relays, meters and settles.
pub(crate) async fn relay(answer: Answer, now: Timestamp) -> Response<Body> {
    let Answer { exchange, status, mut headers, source, metering, timeouts, places } = answer;
    let Exchange { stream_guard, mut settlement, id, method, target, reservation, rates, .. } = *exchange;
    stamp(&mut headers, &id);
    rates::put(&mut headers, target.dialect, &rates, now);
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let bodiless = method == Method::HEAD || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if bodiless || source.is_over() {
        settlement.first_byte();
        settlement.end(End { status: status.as_u16(), class: class_of(status), ..End::default() });
        if let Some(committed) = settlement.committed()
            && !committed.await
        {
            return Refusal::StoreUnavailable.answer(&id, target.dialect, false);
        }
    } else {
        // Into packed bytes or a known length nothing can be put.
        let plain = length.is_none() && coding(&headers).is_none_or(|coding| coding == "identity");
        let events = plain && essence(&headers).as_deref() == Some(media_type::EVENT_STREAM);
        *response.body_mut() = Body::new(Relay {
            source,
            metering,
            settlement,
            status,
            remaining: length,
            events,
            over: false,
            pending: None,
            polled: false,
            timeouts,
            wake: None,
            ended: stream_guard.ended(),
            stream_guard,
            id,
            dialect: target.dialect,
            grammar: target.operation.grammar,
            _places: places,
            _reservation: reservation,
        });
    }
    *response.headers_mut() = headers;
    response
}

/// The upstream's own no, passed on as it came.
fn class_of(status: StatusCode) -> Option<ErrorClass> {
    (status.as_u16() >= 400).then_some(ErrorClass::UpstreamError)
}

const fn class_of_time(over: TimeOver) -> ErrorClass {
    match over {
        TimeOver::Upstream => ErrorClass::UpstreamTimeout,
        TimeOver::Key => ErrorClass::ExpiredMidStream,
    }
}

/// The body broke off; the connection has to end without a proper end of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the upstream broke off in mid-answer")]
pub(crate) struct TruncatedStream;

/// An answer's body on its way to the client.
struct Relay {
    source: Source,
    metering: Metering,
    settlement: Settlement,
    status: StatusCode,
    /// Bytes to come, where the length is known.
    remaining: Option<u64>,
    /// An error can be said in the stream itself.
    events: bool,
    over: bool,
    /// The last word, until the row is on the disk.
    pending: Option<(Committed, Next)>,
    polled: bool,
    timeouts: UpstreamTimeouts,
    ended: CancellationToken,
    wake: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    // Its key is watched for as long as the answer lasts.
    stream_guard: Arc<StreamGuard>,
    id: RequestId,
    dialect: Dialect,
    grammar: Option<Grammar>,
    /// Given back when the answer has ended.
    _places: Places,
    _reservation: Option<Reservation>,
}

type Next = Option<Result<Frame<Bytes>, TruncatedStream>>;
type Polled = Poll<Next>;

impl Relay {
    fn settle(&mut self, class: Option<ErrorClass>) {
        if !self.settlement.is_settled() {
            let facts = self.metering.facts();
            self.settlement.end(End { status: self.status.as_u16(), class, facts });
        }
    }

    /// Why an answer that ends here did not end well.
    fn class_of_end(&mut self) -> Option<ErrorClass> {
        class_of(self.status).or_else(|| match self.metering.ending() {
            Ending::Failed => Some(ErrorClass::UpstreamStreamError),
            Ending::Open => Some(ErrorClass::UpstreamTruncated),
            Ending::Good | Ending::Unsaid => None,
        })
    }

    fn piece(&mut self, piece: Bytes) -> Option<Bytes> {
        if !piece.is_empty() {
            self.settlement.first_byte();
        }
        if let Some(remaining) = &mut self.remaining {
            *remaining = remaining.saturating_sub(piece.len() as u64);
        }
        let output = self.metering.feed(piece);
        // The row is in the spool before the client can know that its answer is whole (R1).
        if self.metering.is_in_preamble() {
            self.timeouts.still_preamble();
        }
        if output.completes || self.remaining == Some(0) {
            let class = self.class_of_end();
            self.settle(class);
        }
        (!output.forward.is_empty()).then_some(output.forward)
    }

    fn end(&mut self) -> Polled {
        self.over = true;
        let rest = self.metering.finish().forward;
        let class = self.class_of_end();
        self.settle(class);
        Poll::Ready((!rest.is_empty()).then(|| Ok(Frame::data(rest))))
    }

    /// Ends the answer before its time: with an error event where there can be one, otherwise by breaking it off.
    fn break_off(&mut self, class: ErrorClass) -> Polled {
        self.over = true;
        if self.settlement.is_settled() {
            // The last word is out already; whatever comes after it changes nothing.
            return Poll::Ready(None);
        }
        self.settle(Some(class));
        if !self.events {
            return Poll::Ready(Some(Err(TruncatedStream)));
        }
        let (status, code, message) = match class {
            ErrorClass::RevokedMidStream => {
                (401, "invalid_api_key", "The API key lost its access while the answer streamed.")
            }
            ErrorClass::ExpiredMidStream => (401, "invalid_api_key", "The API key expired while the answer streamed."),
            ErrorClass::Interrupted => (503, "interrupted", "The gateway is shutting down. Send the request again."),
            ErrorClass::UpstreamTimeout => (504, "upstream_timeout", "The upstream stopped answering in mid-stream."),
            _ => (502, "upstream_unavailable", "The upstream broke off in mid-stream."),
        };
        let event = providers::of(self.dialect).stream_error(
            self.grammar,
            &ErrorText { status, code, message, param: None, request_id: self.id.as_str(), retry_after: None },
        );
        Poll::Ready(Some(Ok(Frame::data(event.into()))))
    }

    /// Whether something ends the wait for the next frame.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<ErrorClass> {
        // Most answers are there at once: only who waits needs to be woken.
        let ended = &self.ended;
        let wake = self.wake.get_or_insert_with(|| Box::pin(ended.clone().cancelled_owned()));
        if wake.as_mut().poll(cx).is_ready() {
            return Poll::Ready(self.stream_guard.reason());
        }
        self.timeouts.poll_over(cx).map(class_of_time)
    }
}

impl http_body::Body for Relay {
    type Data = Bytes;
    type Error = TruncatedStream;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        self.polled = true;
        if self.pending.is_none() {
            let frame = ready!(self.poll_next(cx));
            let Some(committed) = self.settlement.committed() else { return Poll::Ready(frame) };
            self.pending = Some((committed, frame));
        }
        let Some((committed, _)) = &mut self.pending else { return Poll::Ready(None) };
        let committed = ready!(committed.as_mut().poll(cx));
        let frame = self.pending.take().and_then(|(_, frame)| frame);
        if committed {
            return Poll::Ready(frame);
        }
        // A client that received the last frame may count on the row (R2).
        self.over = true;
        Poll::Ready(Some(Err(TruncatedStream)))
    }

    fn is_end_stream(&self) -> bool {
        self.over && self.pending.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.remaining.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Relay {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Polled {
        if self.over {
            return Poll::Ready(None);
        }
        // An upstream that always has something to say must not outrun a revoke.
        if self.ended.is_cancelled() {
            let reason = self.stream_guard.reason();
            return self.break_off(reason);
        }
        loop {
            match self.source.poll_piece(cx) {
                Poll::Ready(Some(Ok(piece))) => {
                    self.timeouts.restart_idle();
                    // An upstream that never pauses must not outlast its time, nor the key's.
                    if let Some(over) = self.timeouts.over_now() {
                        return self.break_off(class_of_time(over));
                    }
                    if let Some(forward) = self.piece(piece) {
                        return Poll::Ready(Some(Ok(Frame::data(forward))));
                    }
                }
                Poll::Ready(None) => return self.end(),
                Poll::Ready(Some(Err(()))) => return self.break_off(ErrorClass::UpstreamReset),
                Poll::Pending => {
                    return match self.poll_patience(cx) {
                        Poll::Ready(class) => self.break_off(class),
                        Poll::Pending => Poll::Pending,
                    };
                }
            }
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if self.settlement.is_settled() || std::thread::panicking() {
            return;
        }
        // Asked for at least once, the body had its head sent before it.
        let status = if self.polled { self.status.as_u16() } else { CLIENT_GONE };
        let class = if self.ended.is_cancelled() {
            Some(self.stream_guard.reason())
        } else if self.polled && self.metering.is_whole() {
            // It has all that matters: some clients do not wait for the end of the connection.
            class_of(self.status)
        } else {
            Some(ErrorClass::ClientGone)
        };
        let facts = self.metering.facts();
        self.settlement.end(End { status, class, facts });
    }
}

#[cfg(test)]
#[path = "relay_tests.rs"]
mod tests;
