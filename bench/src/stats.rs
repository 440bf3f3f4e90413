//! Statistics: percentiles, medians and ratios of samples.

/// The value below which so much of a hundred lies; of nothing: not a number.
pub fn percentile(values: &mut [f64], percent: f64) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    values.sort_by(f64::total_cmp);
    let last = values.len() - 1;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // between 0 and last
    let at = (last as f64 * percent / 100.0).round() as usize;
    values[at.min(last)]
}

/// Median, least and greatest of the rounds.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Spread {
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let half = values.len() / 2;
        let median =
            if values.len().is_multiple_of(2) { f64::midpoint(values[half - 1], values[half]) } else { values[half] };
        Some(Self { median, least, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_medians() {
        let mut values: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        for percent in [0.0, 50.0, 99.0, 100.0] {
            assert!((percentile(&mut values, percent) - percent).abs() < 1e-9);
        }
        assert!(percentile(&mut [], 50.0).is_nan());
        let spread = Spread::of([4.0, 1.0, f64::NAN, 2.0, 3.0]).unwrap();
        assert_eq!(format!("{spread:?}"), "Spread { median: 2.5, least: 1.0, most: 4.0 }");
        assert!(Spread::of([]).is_none());
    }
}
