//! Clock and random source traits: what callers must inject. Nothing in this crate calls a clock.

use crate::Timestamp;

/// The time. Tests move it by hand.
pub trait Clock: Send + Sync + 'static {
    /// Wall clock, UTC.
    fn now(&self) -> Timestamp;
    /// Nanoseconds on an axis that never goes back; only differences mean anything.
    fn monotonic_ns(&self) -> u64;
}

/// A cryptographically secure source of random bytes.
pub trait Random: Send + Sync + 'static {
    /// Fills `out`.
    fn fill(&self, out: &mut [u8]);
}

impl dyn Random {
    /// So many random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}
