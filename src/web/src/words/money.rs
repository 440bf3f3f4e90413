//! Money formatting by language: nano-dollars as people write dollars.

use super::number::{count, decimals};
use crate::texts::t;

/// Nano-dollars in a dollar.
const DOLLAR: i64 = 1_000_000_000;

/// `$1,234.57`; below a cent with as many decimals as it takes to show two figures, to a millionth: `$0.0012`.
pub(crate) fn dollars(nano: i64) -> String {
    let (sign, nano) = (if nano < 0 { "−" } else { "" }, nano.unsigned_abs());
    let small = nano > 0 && nano < u64::try_from(DOLLAR / 100).unwrap_or(0);
    let places = if small { places(nano) } else { 2 };
    // Half up at the last place shown.
    let unit = 10_u64.pow(9 - places);
    let rounded = (u128::from(nano) + u128::from(unit / 2)) / u128::from(unit);
    let one = 10_u128.pow(places);
    let whole = count(i64::try_from(rounded / one).unwrap_or(i64::MAX));
    let rest = decimals(u64::try_from(rounded % one).unwrap_or(0), places);
    t!("money-dollars", sign = sign, amount = format!("{whole}{rest}"))
}

/// Decimals for an amount below a cent: two figures behind the zeros, six at most.
fn places(nano: u64) -> u32 {
    let digits = nano.ilog10() + 1;
    (9 - digits + 2).clamp(3, 6)
}

#[cfg(test)]
mod tests {
    use super::dollars;

    #[test]
    fn amounts() {
        for (nano, text) in [
            (0, "$0.00"),
            (1_000_000_000, "$1.00"),
            (1_234_567_891_000, "$1,234.57"),
            (999_999_999, "$1.00"),
            (10_000_000, "$0.01"),
            (1_230_000, "$0.0012"),
            (999, "$0.000001"),
            (-2_500_000_000, "−$2.50"),
            (i64::MAX, "$9,223,372,036.85"),
        ] {
            assert_eq!(dollars(nano), text, "{nano}");
        }
    }
}
