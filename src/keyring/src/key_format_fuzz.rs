//! Fuzz target: key format (K1).

use secrecy::ExposeSecret as _;
use testkit_domain::{CountedRandom, fuzz::spell};

use super::*;

const WORDS: &[&[u8]] = &[
    b"sk-auto-",
    b"hk_",
    b"live",
    b"test",
    b"-",
    b"_",
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd",
    b"000000",
    b"zzzzzz",
    "…".as_bytes(),
    b"\xff",
];

/// CRC-32/ISO-HDLC, bit by bit.
fn slow_crc(text: &[u8]) -> u64 {
    let mut crc = u32::MAX;
    for byte in text {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    u64::from(!crc)
}

/// The sentence of K1, read from its end to its begin.
fn slow_fits(prefix: &str, text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let Some(before) = characters.len().checked_sub(46) else { return false };
    let head: String = characters[..before].iter().collect();
    let separator = prefix.chars().last().unwrap();
    if ![format!("{prefix}live{separator}"), format!("{prefix}test{separator}")].contains(&head) {
        return false;
    }
    let digits: Option<Vec<u64>> = characters[before..]
        .iter()
        .map(|c| match c {
            '0'..='9' => Some(u64::from(*c) - u64::from('0')),
            'A'..='Z' => Some(u64::from(*c) - u64::from('A') + 10),
            'a'..='z' => Some(u64::from(*c) - u64::from('a') + 36),
            _ => None,
        })
        .collect();
    let Some(digits) = digits else { return false };
    let stated = digits[40..].iter().fold(0, |number, digit| number * 62 + digit);
    stated == slow_crc(&text.as_bytes()[..text.len() - 6])
}

/// Any text is judged as the slow reader judges it, and so is the same text with its right checksum.
#[test]
fn any_text_is_judged_as_by_a_slow_reader() {
    let format = KeyFormat::default();
    bolero::check!(name = "key-format-text").for_each(|bytes| {
        let text = String::from_utf8_lossy(&spell(bytes, WORDS)).into_owned();
        assert_eq!(format.fits(&text), slow_fits("sk-auto-", &text), "{text:?}");
        let mended = format!("{text}{}", String::from_utf8_lossy(&checksum(text.as_bytes())));
        assert_eq!(format.fits(&mended), slow_fits("sk-auto-", &mended), "{mended:?}");
        let body: String = text.chars().filter(char::is_ascii_alphanumeric).cycle().take(40).collect();
        if body.len() == 40 {
            let before = format!("sk-auto-live-{body}");
            let whole = format!("{before}{}", String::from_utf8_lossy(&checksum(before.as_bytes())));
            assert!(format.fits(&whole) && slow_fits("sk-auto-", &whole), "{whole:?}");
        }
    });
}

/// Whatever prefix is taken, its keys are known again, and by the slow reader too; one changed character is noticed.
#[test]
fn any_prefix_that_is_taken_makes_keys_that_are_known_again() {
    bolero::check!(name = "key-format-prefix").for_each(|bytes| {
        let [at, seed, rest @ ..] = bytes else { return };
        let prefix = String::from_utf8_lossy(&spell(rest, WORDS)).into_owned();
        let Ok(format) = KeyFormat::new(&prefix) else { return };
        let key = format.issue(KeyEnv::Test, &CountedRandom::seeded(u64::from(*seed)));
        let whole = key.secret.expose_secret();
        assert!(format.fits(whole) && slow_fits(&prefix, whole), "{prefix}");
        let at = usize::from(*at) % whole.len();
        let other = if whole.as_bytes()[at] == b'x' { "y" } else { "x" };
        let mut typo = whole.to_owned();
        typo.replace_range(at..=at, other);
        assert!(!format.fits(&typo), "{prefix}: {at}");
    });
}
