//! System clock and system random source: the only place that asks the operating system for either.

use std::{
    sync::OnceLock,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use domain::{Clock, Random, Timestamp};
use rand::TryRng as _;

/// The operating system's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[allow(clippy::disallowed_methods)] // this is the exception that the lint names
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    fn monotonic_ns(&self) -> u64 {
        static START: OnceLock<Instant> = OnceLock::new();
        // One second in, so that "long ago" can be said without going below zero.
        let elapsed = START.get_or_init(Instant::now).elapsed().as_nanos() + 1_000_000_000;
        u64::try_from(elapsed).unwrap_or(u64::MAX)
    }
}

/// The operating system's CSPRNG (K1).
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, out: &mut [u8]) {
        if let Err(error) = rand::rngs::SysRng.try_fill_bytes(out) {
            // Without randomness no key, nonce or id is safe: there is nothing to fall back to.
            tracing::error!(%error, "the operating system gives no random bytes");
            std::process::abort();
        }
    }
}
