//! Upstream timeouts: one timer for the first byte, for silence within an answer, and for all of it.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::config::GatewayConfig;

/// The time that is left for an answer.
///
/// Every request has one, and most are over long before any of it matters. So there is one timer, which is not reset
/// when data arrives, but looks when it fires how long ago that was.
pub(crate) struct UpstreamTimeouts {
    timer: Pin<Box<Sleep>>,
    /// When the answer has to be over.
    deadline: Instant,
    /// When the key's time is over.
    key_ends: Option<Instant>,
    /// How long silence may last.
    silence: Duration,
    /// When data arrived last.
    last_data: Instant,
    /// What silence may last once the answer has begun.
    idle: Duration,
    first_byte: Duration,
}

/// What an answer has no time left for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeOver {
    /// It was silent for too long, or took too long in all.
    Upstream,
    /// The key's time is over.
    Key,
}

/// How long the answers of an upstream may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    /// To the first byte.
    pub first_byte: Duration,
    /// Of silence.
    pub idle: Duration,
    /// In all.
    pub total: Duration,
}

impl Patience {
    /// As configured.
    pub(crate) const fn new(config: &GatewayConfig) -> Self {
        Self { first_byte: config.first_byte_timeout, idle: config.idle_timeout, total: config.total_timeout }
    }

    /// With what an upstream has of its own.
    pub(crate) fn of(self, upstream: &domain::upstream::UpstreamTimeouts) -> Self {
        let or = |own: Option<u32>, usual| own.map_or(usual, |seconds| Duration::from_secs(seconds.into()));
        Self {
            first_byte: or(upstream.first_byte, self.first_byte),
            idle: or(upstream.idle, self.idle),
            total: or(upstream.total, self.total),
        }
    }
}

impl UpstreamTimeouts {
    /// From sending the request on: the next data is the answer's first byte. `key_left`: how long the key is still good for.
    pub(crate) fn new(patience: Patience, key_left: Option<Duration>) -> Self {
        let now = now();
        let deadline = now + patience.total;
        let key_ends = key_left.and_then(|left| now.checked_add(left));
        let first = deadline.min(now + patience.first_byte);
        Self {
            timer: Box::pin(sleep_until(key_ends.map_or(first, |ends| first.min(ends)))),
            deadline,
            key_ends,
            silence: patience.first_byte,
            last_data: now,
            idle: patience.idle,
            first_byte: patience.first_byte,
        }
    }

    /// The head of the answer came.
    pub(crate) fn head_came(&mut self) {
        self.restart_idle();
    }

    /// Something came.
    pub(crate) fn restart_idle(&mut self) {
        self.last_data = now();
        self.silence = self.idle;
    }

    /// Nothing but a preamble came so far: the model may think as long as before its first byte.
    pub(crate) fn still_preamble(&mut self) {
        self.silence = self.idle.max(self.first_byte);
    }

    /// What is over although data flows.
    pub(crate) fn over_now(&self) -> Option<TimeOver> {
        // `last_data` is now, or a moment ago.
        if self.key_ends.is_some_and(|ends| self.last_data >= ends) {
            return Some(TimeOver::Key);
        }
        (self.last_data >= self.deadline).then_some(TimeOver::Upstream)
    }

    /// Is ready when there was silence for too long, the whole took too long, or the key's time is over.
    pub(crate) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<TimeOver> {
        loop {
            let answer = self.deadline.min(self.last_data + self.silence);
            let until = self.key_ends.map_or(answer, |ends| answer.min(ends));
            if self.timer.deadline() > until {
                self.timer.as_mut().reset(until);
            }
            ready!(self.timer.as_mut().poll(cx));
            let now = now();
            if self.key_ends.is_some_and(|ends| now >= ends) {
                return Poll::Ready(TimeOver::Key);
            }
            if now >= until {
                return Poll::Ready(TimeOver::Upstream);
            }
            // It was set before the last data arrived.
            self.timer.as_mut().reset(until);
        }
    }

    /// Waits until [`UpstreamTimeouts::poll_over`] is ready.
    pub(crate) async fn over(&mut self) -> TimeOver {
        std::future::poll_fn(|cx| self.poll_over(cx)).await
    }
}

/// A socket timer: it measures how long an upstream really keeps us waiting, whatever the injected clock says.
#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patience() -> Patience {
        let seconds = Duration::from_secs;
        Patience { first_byte: seconds(10), idle: seconds(2), total: seconds(15) }
    }

    fn timeouts() -> UpstreamTimeouts {
        UpstreamTimeouts::new(patience(), None)
    }

    async fn lasts(timeouts: &mut UpstreamTimeouts) -> Duration {
        let before = now();
        timeouts.over().await;
        now() - before
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_byte_has_its_time_and_silence_has_its_own() {
        assert_eq!(lasts(&mut timeouts()).await, Duration::from_secs(10));
        let mut timeouts = timeouts();
        tokio::time::advance(Duration::from_secs(5)).await;
        timeouts.restart_idle();
        assert_eq!(lasts(&mut timeouts).await, Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn an_upstream_that_keeps_sending_has_the_whole_time_and_no_more() {
        let mut timeouts = timeouts();
        for _ in 0..14 {
            timeouts.restart_idle();
            let second = tokio::time::timeout(Duration::from_secs(1), timeouts.over()).await;
            assert!(second.is_err());
        }
        timeouts.restart_idle();
        assert_eq!(lasts(&mut timeouts).await, Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_whole_time_holds_while_data_flows() {
        let mut timeouts = timeouts();
        assert_eq!(timeouts.over_now(), None);
        tokio::time::advance(Duration::from_secs(16)).await;
        timeouts.restart_idle();
        assert_eq!(timeouts.over_now(), Some(TimeOver::Upstream));
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_that_expires_ends_its_answers() {
        let mut timeouts = UpstreamTimeouts::new(patience(), Some(Duration::from_secs(3)));
        assert_eq!(timeouts.over().await, TimeOver::Key);
        timeouts.restart_idle();
        assert_eq!(timeouts.over_now(), Some(TimeOver::Key));
    }

    /// C11: a stream that began with its preamble may be silent as long as before its first byte.
    #[tokio::test(start_paused = true)]
    async fn a_preamble_does_not_shorten_the_wait() {
        let mut timeouts = timeouts();
        timeouts.restart_idle();
        timeouts.still_preamble();
        assert_eq!(lasts(&mut timeouts).await, Duration::from_secs(10));
    }
}
