//! Scales of charts: round figures at their tops, and heights in the drawing's own units.

/// Height of a drawing in its own units; its width is [`STEP`] units a point.
pub(super) const HEIGHT: i64 = 1_000;

/// Width of one point.
pub(super) const STEP: i64 = 100;

/// In units of the drawing; something that is there is seen, however little it is.
pub(super) fn height(n: i64, top: i64) -> i64 {
    if n <= 0 { 0 } else { (n.saturating_mul(HEIGHT) / top.max(1)).max(12) }
}

/// The round figure at the top of the scale: 2, 4, 6, 8 or 10 times a power of ten, so that its half is whole.
pub(super) fn top_of(highest: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for step in [2, 4, 6, 8, 10] {
            if highest <= step * power {
                return step * power;
            }
        }
        match power.checked_mul(10) {
            Some(next) if next < i64::MAX / 100 => power = next,
            _ => return highest,
        }
    }
}

/// The place of the `i`th point.
pub(super) fn x(i: usize) -> i64 {
    i64::try_from(i).unwrap_or(0) * STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round() {
        for (highest, top) in [(0, 2), (1, 2), (3, 4), (10, 10), (11, 20), (3_204, 4_000), (99_999, 100_000)] {
            assert_eq!(top_of(highest), top, "{highest}");
        }
    }

    #[test]
    fn little_is_still_seen_and_nothing_is_not() {
        assert_eq!((height(0, 4_000), height(1, 4_000), height(4_000, 4_000)), (0, 12, HEIGHT));
    }
}
