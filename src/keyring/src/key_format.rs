//! Key format: `<prefix><env><separator><40 base62><6 base62 of CRC-32>` (K1).
//!
//! The checksum spares the database a typo. It is never authentication: anyone can compute it.

use domain::{KeyEnv, Random, mask};
use secrecy::SecretString;
use zeroize::Zeroizing;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 40 characters of 62 kinds: 238 bits.
const BODY: usize = 40;
/// 62^6 is just above 2^32.
const CHECK: usize = 6;
/// The largest multiple of 62 that a byte can hold; what is above would favour the first characters.
const FAIR: u8 = 248;

/// How this installation's keys begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFormat {
    prefix: String,
    separator: char,
}

/// A prefix that keys cannot begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 2 to 24 letters, digits, - or _, beginning with a letter and ending with - or _, such as sk-auto- or hk_")]
pub struct BadPrefix;

/// A key that was just made. The secret is shown once and stored nowhere.
pub struct FreshKey {
    /// The whole key.
    pub secret: SecretString,
    /// How it is shown from now on (K4).
    pub masked: String,
    /// What it begins with, up to the random part.
    pub prefix: String,
}

impl KeyFormat {
    /// Keys that begin with `prefix`; its last character is the separator behind the environment too.
    pub fn new(prefix: &str) -> Result<Self, BadPrefix> {
        let good = (2..=24).contains(&prefix.len())
            && prefix.starts_with(|c: char| c.is_ascii_alphabetic())
            && prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        match prefix.chars().last() {
            Some(separator @ ('-' | '_')) if good => Ok(Self { prefix: prefix.to_owned(), separator }),
            _ => Err(BadPrefix),
        }
    }

    /// A new key from fresh random bytes.
    pub fn issue(&self, env: KeyEnv, random: &dyn Random) -> FreshKey {
        let prefix = self.visible_prefix(env);
        // Exactly as long as the key, so that no growth leaves a copy behind.
        let mut whole = Zeroizing::new(String::with_capacity(prefix.len() + BODY + CHECK));
        whole.push_str(&prefix);
        let mut drawn = Zeroizing::new([0_u8; BODY]);
        while whole.len() < prefix.len() + BODY {
            random.fill(&mut *drawn);
            let missing = prefix.len() + BODY - whole.len();
            let fair = drawn.iter().filter(|byte| **byte < FAIR).take(missing);
            whole.extend(fair.map(|byte| char::from(ALPHABET[usize::from(byte % 62)])));
        }
        let check = checksum(whole.as_bytes());
        whole.extend(check.map(char::from));
        let masked = mask::virtual_key(&whole, &prefix);
        FreshKey { secret: SecretString::from(whole.as_str()), masked, prefix }
    }

    /// Whether `presented` has this shape and its checksum is right. Touches nothing.
    pub fn fits(&self, presented: &str) -> bool {
        [KeyEnv::Live, KeyEnv::Test].into_iter().any(|env| {
            let body = presented
                .strip_prefix(self.prefix.as_str())
                .and_then(|rest| rest.strip_prefix(env.as_str()))
                .and_then(|rest| rest.strip_prefix(self.separator));
            body.is_some_and(|body| body.len() == BODY + CHECK && body.bytes().all(|b| b.is_ascii_alphanumeric())) && {
                let (before, check) = presented.as_bytes().split_at(presented.len() - CHECK);
                checksum(before) == check
            }
        })
    }

    /// What keys of `env` begin with: `sk-auto-live-`.
    pub fn visible_prefix(&self, env: KeyEnv) -> String {
        format!("{}{}{}", self.prefix, env.as_str(), self.separator)
    }
}

impl Default for KeyFormat {
    fn default() -> Self {
        Self { prefix: "sk-auto-".to_owned(), separator: '-' }
    }
}

/// CRC-32 (ISO 3309) of `before` in base 62, padded with zeros.
fn checksum(before: &[u8]) -> [u8; CHECK] {
    let mut rest = crc32fast::hash(before);
    let mut out = [ALPHABET[0]; CHECK];
    for digit in out.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    out
}

#[cfg(test)]
#[path = "key_format_fuzz.rs"]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;
    use testkit_domain::CountedRandom;

    fn issue(prefix: &str, seed: u64) -> (KeyFormat, FreshKey) {
        let format = KeyFormat::new(prefix).unwrap();
        let key = format.issue(KeyEnv::Live, &CountedRandom::seeded(seed));
        (format, key)
    }

    #[test]
    fn checksum_answers_the_published_check_value() {
        // CRC-32/ISO-HDLC of "123456789" is 0xCBF43926 = 3,421,780,262.
        assert_eq!(crc32fast::hash(b"123456789"), 0xCBF4_3926);
        assert_eq!(&checksum(b"123456789"), b"3jZRME");
        assert_eq!(&checksum(b""), b"000000");
    }

    #[test]
    fn separator_follows_the_prefix() {
        let (format, key) = issue("sk-auto-", 1);
        assert_eq!(key.prefix, "sk-auto-live-");
        assert_eq!(key.secret.expose_secret().len(), "sk-auto-live-".len() + 46);
        assert_eq!(format, KeyFormat::default());
        assert_eq!(issue("hk_", 1).1.prefix, "hk_live_");
        assert_eq!(format.visible_prefix(KeyEnv::Test), "sk-auto-test-");
    }

    #[test]
    fn masked_shows_four_and_four() {
        let (_, key) = issue("sk-auto-", 3);
        let whole = key.secret.expose_secret();
        let expected = format!("sk-auto-live-{}…{}", &whole[13..17], &whole[whole.len() - 4..]);
        assert_eq!(key.masked, expected);
    }

    #[test]
    fn prefixes_without_a_separator_are_refused() {
        for bad in ["", "-", "sk", "no separator", "9k-", "sk.", "ключ-", "-sk-", &format!("{}-", "a".repeat(24))] {
            assert_eq!(KeyFormat::new(bad), Err(BadPrefix), "{bad}");
        }
    }

    #[test]
    fn bytes_that_would_favour_a_character_are_drawn_again() {
        /// Unfair bytes first, then the numbers from 0.
        struct Unfair(std::sync::atomic::AtomicU8);
        impl Random for Unfair {
            fn fill(&self, out: &mut [u8]) {
                let round = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                for (at, byte) in (0..).zip(out) {
                    *byte = if round == 0 { FAIR + at % 8 } else { at };
                }
            }
        }
        let key = KeyFormat::default().issue(KeyEnv::Live, &Unfair(0.into()));
        let body = &key.secret.expose_secret().as_bytes()[13..53];
        assert_eq!(body, &ALPHABET[..BODY]);
    }

    proptest! {
        #[test]
        fn issued_keys_fit_and_one_changed_character_does_not(seed in any::<u64>(), at in 0_usize..59, other in "[0-9A-Za-z_-]") {
            let (format, key) = issue("sk-auto-", seed);
            let whole = key.secret.expose_secret();
            prop_assert!(format.fits(whole));
            let mut typo = whole.to_owned();
            typo.replace_range(at..=at, &other);
            prop_assert_eq!(format.fits(&typo), typo == whole);
            let longer = format!("{whole}0");
            prop_assert!(!format.fits(&whole[..whole.len() - 1]) && !format.fits(&longer));
            prop_assert!(!KeyFormat::new("hk_").unwrap().fits(whole));
        }

        #[test]
        fn any_text_is_judged_without_panic(text in "\\PC*") {
            prop_assert!(!KeyFormat::default().fits(&text));
            let odd = format!("sk-auto-live-{text}");
            let _ = KeyFormat::default().fits(&odd);
        }
    }
}
