//! Decimal amounts: money as providers write it in JSON, to integers, without floating point.

/// Nano-units of a JSON number (RFC 8259, 6), rounded half up; `None` for what is no number, is negative, or does not fit.
/// `scale`: how many decimal places the number's own unit stands below one (0 for dollars, 10 for ticks of 10⁻¹⁰).
pub(super) fn nano(text: &[u8], scale: u32) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = whole.len() + fraction.len();
    if whole.is_empty() || digits > 30 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: u128 = whole.bytes().chain(fraction.bytes()).fold(0, |n, b| n * 10 + u128::from(b - b'0'));
    let places = 9 + exponent - i32::try_from(fraction.len()).ok()? - i32::try_from(scale).ok()?;
    let power = 10_u128.checked_pow(places.unsigned_abs().min(38))?;
    let amount = if places >= 0 { number.checked_mul(power)? } else { (number + power / 2) / power };
    i64::try_from(amount).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        for (text, scale, expected) in [
            ("0.00014", 0, Some(140_000)),
            ("1.4e-4", 0, Some(140_000)),
            ("1.4E-04", 0, Some(140_000)),
            ("0", 0, Some(0)),
            ("12", 0, Some(12_000_000_000)),
            ("0.0000000004", 0, Some(0)),
            ("0.0000000005", 0, Some(1)),
            ("37756000", 10, Some(3_775_600)),
            ("1e-60", 0, Some(0)),
            ("-1", 0, None),
            ("1e40", 0, None),
            ("9223372037", 0, None),
            ("null", 0, None),
            ("\"1\"", 0, None),
            ("", 0, None),
            (".5", 0, None),
        ] {
            assert_eq!(nano(text.as_bytes(), scale), expected, "{text}");
        }
    }
}
