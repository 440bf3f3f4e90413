//! Request id generator: ids in order of arrival, also within a millisecond; the log's newest-first page is a walk down
//! the id.

use domain::{Random, RequestId, Timestamp};
use parking_lot::Mutex;

/// Counts within a millisecond in the twelve bits that RFC 9562 (6.2, method 1) gives to it.
#[derive(Default)]
pub(crate) struct Ids(Mutex<Last>);

#[derive(Default)]
struct Last {
    at: Timestamp,
    count: u16,
    /// Random bytes for the next ids: asking the system for them one by one would cost each request a call.
    random: Vec<[u8; 10]>,
}

/// Ids whose random bytes are asked for at once.
const BULK: usize = 64;

/// What twelve bits hold. Whoever gets here within a millisecond shares the last number.
const MOST: u16 = 0x0FFF;

impl Ids {
    /// The next id. What the counter does not take of the random bytes stays random.
    pub(crate) fn next(&self, at: Timestamp, source: &dyn Random) -> RequestId {
        let (count, mut random) = {
            let mut last = self.0.lock();
            last.count = if last.at == at { (last.count + 1).min(MOST) } else { 0 };
            last.at = at;
            let random = last.random.pop().unwrap_or_else(|| {
                last.random.resize(BULK, [0; 10]);
                source.fill(last.random.as_flattened_mut());
                source.bytes()
            });
            (last.count, random)
        };
        let [high, low] = count.to_be_bytes();
        (random[0], random[1]) = (high, low);
        RequestId::new(at, random)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    /// Every byte is smaller than the one before it.
    struct Falling(AtomicU8);
    impl Random for Falling {
        fn fill(&self, out: &mut [u8]) {
            out.fill_with(|| self.0.fetch_sub(1, Ordering::Relaxed));
        }
    }

    #[test]
    fn ids_of_one_millisecond_sort_as_they_came() {
        let ids = Ids::default();
        let made: Vec<_> = (0..5_000_u32).map(|_| ids.next(Timestamp(7), &Falling(AtomicU8::new(u8::MAX)))).collect();
        assert!(made[..=usize::from(MOST)].is_sorted());
        assert!(made[0] < made[1] && made[1] < made[2]);
        assert!(ids.next(Timestamp(8), &Falling(AtomicU8::new(u8::MAX))) > made[4_999]);
    }
}
