//! How long an upstream may take: one timer for the first byte, for silence within an answer, and for all of it.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::config::GatewayConfig;

/// The time that is left for an answer.
///
/// Every request has one, and most are over long before any of it matters. So there is one timer, which is not moved
/// when something is heard, but looks when it fires how long ago that was.
pub(crate) struct Patience {
    timer: Pin<Box<Sleep>>,
    /// When the answer has to be over.
    deadline: Instant,
    /// How long silence may last.
    silence: Duration,
    /// When something was heard last.
    heard: Instant,
    /// What silence may last once the answer has begun.
    idle: Duration,
}

impl Patience {
    /// From sending the request on: the next thing to be heard is the answer's first byte.
    pub(crate) fn new(config: &GatewayConfig) -> Self {
        let now = now();
        let deadline = now + config.total_timeout;
        let silence = config.first_byte_timeout;
        Self {
            timer: Box::pin(sleep_until(deadline.min(now + silence))),
            deadline,
            silence,
            heard: now,
            idle: config.idle_timeout,
        }
    }

    /// Something came.
    pub(crate) fn heard(&mut self) {
        self.heard = now();
        self.silence = self.idle;
    }

    /// Is ready when there was silence for too long, or the whole took too long.
    pub(crate) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let until = self.deadline.min(self.heard + self.silence);
            if self.timer.deadline() > until {
                self.timer.as_mut().reset(until);
            }
            ready!(self.timer.as_mut().poll(cx));
            if now() >= until {
                return Poll::Ready(());
            }
            // It was set before the last thing was heard.
            self.timer.as_mut().reset(until);
        }
    }

    /// Waits until [`Patience::poll_over`] is ready.
    pub(crate) async fn over(&mut self) {
        std::future::poll_fn(|cx| self.poll_over(cx)).await;
    }
}

/// A socket timer: it measures how long an upstream really keeps us waiting, whatever the house's clock says.
#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patience() -> Patience {
        Patience::new(&GatewayConfig {
            first_byte_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(2),
            total_timeout: Duration::from_secs(15),
            ..GatewayConfig::default()
        })
    }

    async fn lasts(patience: &mut Patience) -> Duration {
        let before = now();
        patience.over().await;
        now() - before
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_byte_has_its_time_and_silence_has_its_own() {
        assert_eq!(lasts(&mut patience()).await, Duration::from_secs(10));
        let mut patience = patience();
        tokio::time::advance(Duration::from_secs(5)).await;
        patience.heard();
        assert_eq!(lasts(&mut patience).await, Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_goes_on_talking_has_the_whole_time_and_no_more() {
        let mut patience = patience();
        for _ in 0..14 {
            patience.heard();
            let second = tokio::time::timeout(Duration::from_secs(1), patience.over()).await;
            assert!(second.is_err());
        }
        patience.heard();
        assert_eq!(lasts(&mut patience).await, Duration::from_secs(1));
    }
}
