//! Minimum transfer rate of a body: how long its next piece may take.

use std::time::Duration;

use crate::config::GatewayConfig;

/// All of a body may take so long whatever its length.
const WHOLE: Duration = Duration::from_secs(30);
/// A longer one may take as long as so many bytes per second need.
const WHOLE_RATE: u64 = 64 * 1024;

/// How slow a body may be.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    idle: Duration,
    min_rate: u64,
    grace: Duration,
}

impl Pace {
    /// As configured.
    pub(crate) const fn new(config: &GatewayConfig) -> Self {
        Self::of(config.body_idle, config.body_min_rate, config.body_grace)
    }

    /// Silent for `idle` at most, and at least `min_rate` bytes per second on average, but for `grace`.
    pub const fn of(idle: Duration, min_rate: u64, grace: Duration) -> Self {
        Self { idle, min_rate, grace }
    }

    /// How long silence may last.
    pub(crate) const fn idle(&self) -> Duration {
        self.idle
    }

    /// How long the next piece may take after `bytes` came and the client was waited for during `waited`. `length`: how many
    /// bytes it said there would be; all of it may take half a minute, or as long as the slowest line that is served needs
    /// for it.
    pub(crate) fn time_left(&self, bytes: u64, length: u64, waited: Duration) -> Duration {
        let earned = Duration::from_secs_f64(precise(bytes) / precise(self.min_rate.max(1)));
        let whole = WHOLE.max(Duration::from_secs(bytes.max(length) / WHOLE_RATE));
        self.idle.min((self.grace + earned).saturating_sub(waited)).min(whole.saturating_sub(waited))
    }
}

/// Sizes are far below the 2^53 that a float holds exactly.
#[allow(clippy::cast_precision_loss)]
fn precise(n: u64) -> f64 {
    n as f64
}
