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
    /// How long silence may last.
    silence: Duration,
    /// When data arrived last.
    last_data: Instant,
    /// What silence may last once the answer has begun.
    idle: Duration,
}

impl UpstreamTimeouts {
    /// From sending the request on: the next data is the answer's first byte.
    pub(crate) fn new(config: &GatewayConfig) -> Self {
        let now = now();
        let deadline = now + config.total_timeout;
        let silence = config.first_byte_timeout;
        Self {
            timer: Box::pin(sleep_until(deadline.min(now + silence))),
            deadline,
            silence,
            last_data: now,
            idle: config.idle_timeout,
        }
    }

    /// Something came.
    pub(crate) fn restart_idle(&mut self) {
        self.last_data = now();
        self.silence = self.idle;
    }

    /// Is ready when there was silence for too long, or the whole took too long.
    pub(crate) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let until = self.deadline.min(self.last_data + self.silence);
            if self.timer.deadline() > until {
                self.timer.as_mut().reset(until);
            }
            ready!(self.timer.as_mut().poll(cx));
            if now() >= until {
                return Poll::Ready(());
            }
            // It was set before the last data arrived.
            self.timer.as_mut().reset(until);
        }
    }

    /// Waits until [`UpstreamTimeouts::poll_over`] is ready.
    pub(crate) async fn over(&mut self) {
        std::future::poll_fn(|cx| self.poll_over(cx)).await;
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

    fn timeouts() -> UpstreamTimeouts {
        UpstreamTimeouts::new(&GatewayConfig {
            first_byte_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(2),
            total_timeout: Duration::from_secs(15),
            ..GatewayConfig::default()
        })
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
}
