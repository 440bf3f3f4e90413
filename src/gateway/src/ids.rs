//! Request ids in order of arrival, also within a millisecond: the log's newest-first page is a walk down the id.

use domain::{RequestId, Timestamp};
use parking_lot::Mutex;

/// Counts within a millisecond in the twelve bits that RFC 9562 (6.2, method 1) gives to it.
#[derive(Default)]
pub(crate) struct Ids(Mutex<(Timestamp, u16)>);

/// What twelve bits hold. Whoever gets here within a millisecond shares the last number.
const MOST: u16 = 0x0FFF;

impl Ids {
    /// The next id. What the counter does not take of `random` stays random.
    pub(crate) fn next(&self, at: Timestamp, mut random: [u8; 10]) -> RequestId {
        let count = {
            let mut last = self.0.lock();
            *last = if last.0 == at { (at, (last.1 + 1).min(MOST)) } else { (at, 0) };
            last.1
        };
        let [high, low] = count.to_be_bytes();
        (random[0], random[1]) = (high, low);
        RequestId::new(at, random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_millisecond_sort_as_they_came() {
        let ids = Ids::default();
        let made: Vec<_> =
            (0..5_000_u32).map(|n| ids.next(Timestamp(7), [u8::try_from(255 - n % 251).unwrap(); 10])).collect();
        assert!(made[..=usize::from(MOST)].is_sorted());
        assert!(made[0] < made[1] && made[1] < made[2]);
        assert!(ids.next(Timestamp(8), [0; 10]) > made[4_999]);
    }
}
