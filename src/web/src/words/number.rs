//! Number formatting by language: separators, units, percentages (CLDR 46, decimal formats of `en`, `it` and `zh`).

use crate::texts::{Locale, current, t};

/// The separators of thousands and of decimals.
fn separators() -> (char, char) {
    match current() {
        Locale::English | Locale::Chinese | Locale::Pseudo => (',', '.'),
        Locale::Italian => ('.', ','),
    }
}

/// `54,124`
pub(crate) fn count(n: i64) -> String {
    let (thousands, _) = separators();
    let digits = n.unsigned_abs().to_string();
    // In Italian four digits stand together (CLDR: at least two digits before the first separator).
    let grouped = current() != Locale::Italian || digits.len() > 4;
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        text.push('−');
    }
    for (i, digit) in digits.chars().enumerate() {
        if grouped && i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(thousands);
        }
        text.push(digit);
    }
    text
}

/// `54,124` or, for something that was not counted, a dash.
pub(crate) fn optional(n: Option<i64>) -> String {
    n.map_or_else(|| "—".to_owned(), count)
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
    if tenths.abs() >= 1_000 { format!("{} {unit}", tenths / 10) } else { format!("{} {unit}", fraction(tenths, 1)) }
}

/// A number of tenths or hundredths with its decimals: `4.2`, `0.42`.
fn fraction(n: i64, decimals: u32) -> String {
    let (_, decimal) = separators();
    let one = 10_i64.pow(decimals);
    format!("{}{decimal}{:0width$}", n / one, (n % one).abs(), width = decimals as usize)
}

/// What stands behind a whole number: `.57`.
pub(super) fn decimals(n: u64, places: u32) -> String {
    let (_, decimal) = separators();
    format!("{decimal}{n:0width$}", width = places as usize)
}

/// `0.42 %` of a whole; a dash when there is no whole.
pub(crate) fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "—".to_owned();
    }
    let hundredths = i128::from(part) * 10_000 / i128::from(whole);
    let hundredths = i64::try_from(hundredths).unwrap_or(i64::MAX);
    match hundredths {
        0 if part > 0 => format!("< {} %", fraction(1, 2)),
        0 => "0 %".to_owned(),
        10_000 => "100 %".to_owned(),
        1..=999 => format!("{} %", fraction(hundredths, 2)),
        _ => format!("{} %", fraction(hundredths / 10, 1)),
    }
}

/// Milliseconds without their unit, for a column that names it: `0.2`, `44`, `2,904`.
pub(crate) fn milliseconds(ms: f64) -> String {
    if ms < 9.95 { fraction(whole(ms * 10.0), 1) } else { count(whole(ms)) }
}

/// A duration with the unit that fits it: `0.2 ms`, `386 ms`, `2.9 s`, `3 min`.
pub(crate) fn duration(ms: f64) -> String {
    if ms < 1_000.0 {
        t!("span-milliseconds", n = milliseconds(ms))
    } else if ms < 120_000.0 {
        t!("span-seconds", n = fraction(whole(ms / 100.0), 1))
    } else {
        t!("span-minutes", n = count(whole(ms / 60_000.0)))
    }
}

/// Durations are far below the range in which a float and an integer part ways.
#[allow(clippy::cast_possible_truncation)]
fn whole(value: f64) -> i64 {
    value.round() as i64
}

#[cfg(test)]
mod tests {
    use leptos::prelude::{Owner, provide_context};

    use super::*;
    use crate::texts::Reader;

    /// What `words` says in a language.
    fn in_language<T>(locale: Locale, words: impl FnOnce() -> T) -> T {
        Owner::new().with(|| {
            provide_context(Reader::new(locale, "UTC"));
            words()
        })
    }

    #[test]
    fn separators() {
        assert_eq!((count(0), count(999), count(1_000)), ("0".into(), "999".into(), "1,000".into()));
        assert_eq!((count(10_418_220), count(-4_200)), ("10,418,220".into(), "−4,200".into()));
        in_language(Locale::Italian, || {
            assert_eq!((count(1_000), count(10_418_220)), ("1000".into(), "10.418.220".into()));
            assert_eq!((percent(42, 10_000), compact(12_345)), ("0,42 %".into(), "12,3 k".into()));
        });
        in_language(Locale::Chinese, || assert_eq!(count(10_418_220), "10,418,220"));
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
