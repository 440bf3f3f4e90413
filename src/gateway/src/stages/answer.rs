//! Upstream response head: what the relay takes from the dispatcher.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use dial::AnswerBody;
use http::{HeaderMap, StatusCode};
use http_body::Body as _;

use crate::{
    balance::{OpenPlace, Visit},
    exchange::Exchange,
    metering::Metering,
    upstream_timeouts::UpstreamTimeouts,
};

/// Where the frames of an answer come from.
pub(crate) enum Source {
    /// An upstream's connection.
    Upstream(AnswerBody),
    /// The same, of which the first bytes were looked at before.
    Begun(Option<Bytes>, AnswerBody),
    /// The built-in upstream.
    Frames(std::vec::IntoIter<Bytes>),
    /// An upstream that acts by a script.
    #[cfg(test)]
    Script(std::collections::VecDeque<Act>),
}

/// An answer whose head is there.
pub(crate) struct Answer {
    /// What goes along.
    pub exchange: Box<Exchange>,
    /// Its status.
    pub status: StatusCode,
    /// Its fields as the client gets them.
    pub headers: HeaderMap,
    /// Its body.
    pub source: Source,
    /// What its body is shown to.
    pub metering: Metering,
    /// How long it may take.
    pub timeouts: UpstreamTimeouts,
    /// What its end gives back.
    pub places: Places,
}

/// Places that a request holds at its upstream until its answer has ended.
#[derive(Default)]
#[allow(dead_code)] // given back when they are dropped
pub(crate) struct Places {
    /// Among those at a deployment.
    pub visit: Option<Visit>,
    /// Among the upstream's open ones.
    pub open: Option<OpenPlace>,
}

impl Source {
    /// Whether there is no body at all.
    pub(crate) fn is_over(&self) -> bool {
        match self {
            Self::Upstream(body) | Self::Begun(None, body) => body.is_end_stream(),
            Self::Begun(Some(_), _) => false,
            Self::Frames(frames) => frames.len() == 0,
            #[cfg(test)]
            Self::Script(acts) => acts.is_empty(),
        }
    }

    /// The next bytes. What is wrong with a connection that broke does not matter any more.
    pub(crate) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, ()>>> {
        if let Self::Begun(first, _) = self
            && let Some(first) = first.take()
        {
            return Poll::Ready(Some(Ok(first)));
        }
        match self {
            Self::Upstream(body) | Self::Begun(_, body) => loop {
                match ready!(Pin::new(&mut *body).poll_frame(cx)) {
                    None => return Poll::Ready(None),
                    Some(Err(_)) => return Poll::Ready(Some(Err(()))),
                    // Trailers are for one hop.
                    Some(Ok(frame)) => {
                        if let Ok(data) = frame.into_data() {
                            return Poll::Ready(Some(Ok(data)));
                        }
                    }
                }
            },
            Self::Frames(frames) => Poll::Ready(frames.next().map(Ok)),
            #[cfg(test)]
            Self::Script(acts) => match acts.pop_front() {
                None => Poll::Ready(None),
                Some(Act::Piece(text)) => Poll::Ready(Some(Ok(text.into()))),
                Some(Act::Reset) => Poll::Ready(Some(Err(()))),
                Some(Act::Silence) => {
                    acts.push_front(Act::Silence);
                    Poll::Pending
                }
            },
        }
    }
}

/// What a scripted upstream does.
#[cfg(test)]
pub(crate) enum Act {
    /// Sends this.
    Piece(&'static str),
    /// Breaks off.
    Reset,
    /// Says nothing.
    Silence,
}
