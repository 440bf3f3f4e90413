//! Response bodies, each with the pooled connection that it comes from.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::Version;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::pool::Lease;

/// An answer's body. Read to its end it gives its connection back; dropped before, it closes it.
pub struct AnswerBody {
    inner: Incoming,
    lease: Option<Lease>,
    /// The connection may serve another request.
    reusable: bool,
}

impl AnswerBody {
    /// `version` is what the server answered in: to one that speaks HTTP/1.0 hyper would speak it too from then on, which
    /// has no word for a body of unknown length.
    pub(crate) fn new(inner: Incoming, version: Version, lease: Lease) -> Self {
        let mut body = Self { inner, lease: Some(lease), reusable: version >= Version::HTTP_11 };
        body.give_back_if_over();
        body
    }

    fn give_back_if_over(&mut self) {
        if self.inner.is_end_stream() {
            self.give_back();
        }
    }

    fn give_back(&mut self) {
        if let Some(lease) = self.lease.take()
            && self.reusable
        {
            lease.give_back();
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        match &polled {
            Poll::Ready(None) => self.give_back(),
            Poll::Ready(Some(Ok(_))) => self.give_back_if_over(),
            // It broke: the lease goes with the body, and the connection with it.
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
