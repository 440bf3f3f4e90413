//! SIMD scanning: thirty-two bytes at once, with the vector instructions that every processor of its kind has.

use wide::u8x32;

/// Bytes of a block.
pub(super) const SIZE: usize = 32;

/// What stands in a block: a bit for each byte, the lowest for the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    /// Quotes and backslashes.
    pub(super) quotes: u32,
    /// Characters below the space, which no string may hold.
    pub(super) controls: u32,
    /// Parts of characters beyond ASCII.
    pub(super) beyond_ascii: u32,
}

/// Looks at a block.
#[inline]
pub(super) fn marks(block: &[u8; SIZE]) -> Marks {
    let bytes = u8x32::new(*block);
    let quotes = bytes.simd_eq(u8x32::splat(b'"')) | bytes.simd_eq(u8x32::splat(b'\\'));
    let controls = bytes.min(u8x32::splat(0x1f)).simd_eq(bytes);
    Marks { quotes: quotes.to_bitmask(), controls: controls.to_bitmask(), beyond_ascii: bytes.to_bitmask() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_bit_for_each_byte(block: [u8; SIZE]) {
            let bits = |is: fn(u8) -> bool| (0..SIZE).filter(|at| is(block[*at])).map(|at| 1_u32 << at).sum::<u32>();
            let expected = Marks {
                quotes: bits(|byte| matches!(byte, b'"' | b'\\')),
                controls: bits(|byte| byte < 0x20),
                beyond_ascii: bits(|byte| byte >= 0x80),
            };
            prop_assert_eq!(marks(&block), expected);
        }
    }
}
