//! Number formatting with separators and units.

/// `54,124`
pub(crate) fn count(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        text.push('−');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `54,124` or, for something that was not counted, a dash.
pub(crate) fn optional(n: Option<i64>) -> String {
    n.map_or_else(|| "—".to_owned(), count)
}

/// `1 request`, `2 requests`.
pub(crate) fn counted(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// `4.2 k`, `1.8 M`: for figures whose last digits are not read.
pub(crate) fn compact(n: i64) -> String {
    let (unit, size) = match n.unsigned_abs() {
        0..=9_999 => return count(n),
        10_000..=999_999 => ("k", 1_000),
        1_000_000..=999_999_999 => ("M", 1_000_000),
        _ => ("G", 1_000_000_000),
    };
    let tenths = n / (size / 10);
    if tenths.abs() >= 1_000 {
        format!("{} {unit}", tenths / 10)
    } else {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    }
}

/// `0.42 %` of a whole; a dash when there is no whole.
pub(crate) fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "—".to_owned();
    }
    let hundredths = i128::from(part) * 10_000 / i128::from(whole);
    match hundredths {
        0 if part > 0 => "< 0.01 %".to_owned(),
        0 => "0 %".to_owned(),
        10_000 => "100 %".to_owned(),
        1..=999 => format!("{}.{:02} %", hundredths / 100, hundredths % 100),
        _ => format!("{}.{} %", hundredths / 100, hundredths % 100 / 10),
    }
}

/// Milliseconds without their unit, for a column that names it: `0.2`, `44`, `2,904`.
pub(crate) fn milliseconds(ms: f64) -> String {
    if ms < 9.95 { format!("{ms:.1}") } else { count(whole(ms)) }
}

/// A duration with the unit that fits it: `0.2 ms`, `386 ms`, `2.9 s`, `3 min`.
pub(crate) fn duration(ms: f64) -> String {
    if ms < 1_000.0 {
        format!("{} ms", milliseconds(ms))
    } else if ms < 120_000.0 {
        format!("{:.1} s", ms / 1_000.0)
    } else {
        format!("{} min", count(whole(ms / 60_000.0)))
    }
}

/// Durations are far below the range in which a float and an integer part ways.
#[allow(clippy::cast_possible_truncation)]
fn whole(value: f64) -> i64 {
    value.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(10_418_220), "10,418,220");
        assert_eq!(count(-4_200), "−4,200");
        assert_eq!(counted(1, "key", "keys"), "1 key");
        assert_eq!(counted(1_204, "request", "requests"), "1,204 requests");
    }

    #[test]
    fn units() {
        assert_eq!(
            (compact(9_999), compact(12_345), compact(1_850_000)),
            ("9,999".into(), "12.3 k".into(), "1.8 M".into())
        );
        assert_eq!(compact(999_999), "999 k");
        assert_eq!(
            (percent(42, 10_000), percent(0, 5), percent(5, 5)),
            ("0.42 %".into(), "0 %".into(), "100 %".into())
        );
        assert_eq!(
            (percent(1, 1_000_000), percent(1, 0), percent(123, 1_000)),
            ("< 0.01 %".into(), "—".into(), "12.3 %".into())
        );
        assert_eq!(
            (milliseconds(0.2), milliseconds(44.4), milliseconds(2_904.0)),
            ("0.2".into(), "44".into(), "2,904".into())
        );
        assert_eq!(
            (duration(386.0), duration(2_904.0), duration(180_000.0)),
            ("386 ms".into(), "2.9 s".into(), "3 min".into())
        );
    }
}
