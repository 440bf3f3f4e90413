//! One-time tokens that people type; at rest they are hashed by [`crate::Keyring::token_hash`].

use secrecy::SecretString;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Crockford's base32: no I, L, O, U, so that nothing is misread.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS: usize = 4;
const GROUP: usize = 4;

/// A one-time token of 80 bits to be typed by hand, `7Q2F-M9XK-4TRC-08VN`, from secret bytes that cannot be guessed.
pub fn setup_token(secret: &[u8; 32]) -> SecretString {
    let mut text = Zeroizing::new(String::with_capacity(GROUPS * (GROUP + 1)));
    for (at, byte) in secret.iter().take(GROUPS * GROUP).enumerate() {
        if at > 0 && at % GROUP == 0 {
            text.push('-');
        }
        // 32 divides 256: every character is as likely as any other.
        text.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    SecretString::from(text.as_str())
}

/// How a typed token is compared: upper case, without dashes and blanks, and with Crockford's readings of O, I and L.
pub fn normal_form(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// Whether two hashes are equal, in constant time for equal lengths.
pub fn equal(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Random;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;
    use testkit_domain::CountedRandom;

    fn secret(seed: u64) -> [u8; 32] {
        let random: &dyn Random = &CountedRandom::seeded(seed);
        random.bytes()
    }

    #[test]
    fn setup_tokens_are_four_groups_of_four() {
        let token = setup_token(&secret(1));
        let text = token.expose_secret();
        assert_eq!(text.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4, 4]);
        assert!(text.bytes().all(|b| b == b'-' || ALPHABET.contains(&b)));
        assert_ne!(setup_token(&secret(99)).expose_secret(), text);
    }

    #[test]
    fn hashes_are_equal_byte_by_byte() {
        assert!(equal(&[1, 2], &[1, 2]));
        assert!(!equal(&[1, 2], &[1, 3]) && !equal(&[1, 2], &[1, 2, 3]));
    }

    proptest! {
        #[test]
        fn any_way_to_type_a_token_is_that_token(seed in any::<u64>()) {
            let token = setup_token(&secret(seed));
            let text = token.expose_secret();
            let normal = normal_form(text);
            prop_assert_eq!(normal.len(), 16);
            let typed = format!(" {} ", text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l"));
            prop_assert_eq!(normal_form(&typed), normal);
        }
    }
}
