//! Root key (key-encryption root): the one secret that lives outside the database.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose},
};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::mac::{self, Key};

const ID_DOMAIN: &[u8] = b"keywright root key id v1";
const KEK_INFO: &[u8] = b"keywright kek v1";

/// 32 secret bytes, wiped when dropped. It has no `Debug`, so that no log line can hold it by accident.
pub struct RootKey(Key);

/// Text that is not a root key. The text itself is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRootKey {
    /// Nothing but white space.
    #[error("it is empty; supply 32 bytes as 64 hexadecimal digits or as base64")]
    Empty,
    /// Neither hexadecimal nor base64.
    #[error("it is neither hexadecimal nor base64; supply 32 bytes as 64 hexadecimal digits or as base64")]
    Encoding,
    /// Well encoded, but of another length.
    #[error("it holds {0} bytes; supply exactly 32, as 64 hexadecimal digits or as base64")]
    Length(usize),
    /// Of the right length, but easy to guess.
    #[error(
        "its bytes repeat or count up, so that it can be guessed; make one with `keywright init` or \
         `openssl rand -base64 32`"
    )]
    Pattern,
}

/// Fewer different bytes than this are no chance: 32 random ones hold so few once in 10^19 draws.
const FEWEST_DISTINCT: usize = 12;

impl RootKey {
    /// A key of 32 bytes that the caller drew from a cryptographically secure source.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads 64 hexadecimal digits, or base64 of 32 bytes (standard or URL-safe alphabet, padded or not). White space
    /// around it is ignored.
    pub fn parse(text: &str) -> Result<Self, BadRootKey> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BadRootKey::Empty);
        }
        let bytes = match from_hex(text) {
            Some(bytes) => bytes,
            None => from_base64(text)?,
        };
        let mut key = Zeroizing::new([0; 32]);
        if bytes.len() != key.len() {
            return Err(BadRootKey::Length(bytes.len()));
        }
        if is_pattern(&bytes) {
            return Err(BadRootKey::Pattern);
        }
        key.copy_from_slice(&bytes);
        Ok(Self(key))
    }

    /// `rk_` and 16 hexadecimal digits of a hash of the key: distinguishes keys, and reveals nothing about them.
    pub fn id(&self) -> String {
        let digest = Sha256::new().chain_update(ID_DOMAIN).chain_update(*self.0).finalize();
        let mut id = String::from("rk_");
        for byte in &digest[..8] {
            id.push(hex_digit(byte >> 4));
            id.push(hex_digit(byte & 15));
        }
        id
    }

    /// The key as padded standard base64: what a root key file holds.
    pub fn encode(&self) -> SecretString {
        SecretString::from(general_purpose::STANDARD.encode(*self.0))
    }

    /// The key encryption key of one installation. The same root key yields unrelated ones for two installations.
    pub(crate) fn kek(&self, installation_id: &str) -> Key {
        mac::derive(installation_id.as_bytes(), &*self.0, KEK_INFO)
    }
}

/// Whether bytes that claim to be random repeat after at most half their length, go up or down in even steps, or are
/// made of very few different ones.
fn is_pattern(bytes: &[u8]) -> bool {
    let repeats = |period: usize| bytes.iter().zip(&bytes[period..]).all(|(one, next)| one == next);
    let step = |pair: &[u8]| pair[1].wrapping_sub(pair[0]);
    let even_steps = bytes.windows(2).all(|pair| step(pair) == step(&bytes[..2]));
    let distinct = bytes.iter().collect::<std::collections::BTreeSet<_>>().len();
    (1..=bytes.len() / 2).any(repeats) || even_steps || distinct < FEWEST_DISTINCT
}

fn hex_digit(value: u8) -> char {
    char::from(b"0123456789abcdef"[usize::from(value & 15)])
}

/// Hexadecimal counts only at the one length that is right: 64 such digits are valid base64 too, of 48 bytes.
fn from_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() != 64 {
        return None;
    }
    let nibble = |b: u8| char::from(b).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Zeroizing::new(Vec::with_capacity(32));
    for pair in text.as_bytes().chunks_exact(2) {
        bytes.push(nibble(pair[0])? << 4 | nibble(pair[1])?);
    }
    Some(bytes)
}

fn from_base64(text: &str) -> Result<Zeroizing<Vec<u8>>, BadRootKey> {
    let alphabet = if text.contains(['-', '_']) { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let read = GeneralPurpose::new(alphabet, config).decode_vec(text, &mut bytes);
    read.map(|()| bytes).map_err(|_| BadRootKey::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    #[test]
    fn wrong_text_is_refused_with_a_reason_that_does_not_repeat_it() {
        for (text, why) in [
            ("", BadRootKey::Empty),
            (" \n", BadRootKey::Empty),
            ("canary!", BadRootKey::Encoding),
            ("Y2FuYXJ5", BadRootKey::Length(6)),
            (&"ab".repeat(31), BadRootKey::Encoding),
            (&"ab".repeat(64), BadRootKey::Length(96)),
            (&"zz".repeat(32), BadRootKey::Length(48)),
        ] {
            let error = RootKey::parse(text).err().unwrap();
            assert_eq!(error, why, "{text}");
            assert!(!error.to_string().contains("canary") && !error.to_string().contains("Y2F"));
        }
    }

    #[test]
    fn keys_of_a_pattern_are_refused_and_random_ones_are_not() {
        let counting = (0..32).map(|n| format!("{n:02x}")).collect::<Vec<_>>().concat();
        let down = (0..32).map(|n| format!("{:02x}", 255 - 7 * n)).collect::<Vec<_>>().concat();
        for text in [
            "00".repeat(32),
            "ab".repeat(32),
            "0123456789abcdef".repeat(4),
            "00112233445566778899aabbccddeeff".repeat(2),
            general_purpose::STANDARD.encode(b"passwordpasswordpasswordpassword"),
            format!("{}{}", "00".repeat(31), "01"),
            counting,
            down,
        ] {
            let error = RootKey::parse(&text).err();
            assert_eq!(error, Some(BadRootKey::Pattern), "{text}");
            let sentence = BadRootKey::Pattern.to_string();
            assert!(sentence.contains("keywright init") && !sentence.contains(&text));
        }
        for n in 0..100_u64 {
            let random = Sha256::digest(n.to_be_bytes());
            assert!(!is_pattern(&random), "{n}");
        }
    }

    #[test]
    fn id_is_stable() {
        let key = RootKey::from_random([0; 32]);
        assert_eq!(key.id(), RootKey::from_random([0; 32]).id());
        assert_eq!(key.id().len(), 3 + 16);
        assert_ne!(key.id(), RootKey::from_random([1; 32]).id());
    }

    #[test]
    fn installations_do_not_share_a_key_encryption_key() {
        let key = RootKey::from_random([9; 32]);
        assert_ne!(key.kek("a"), key.kek("b"));
        assert_ne!(key.kek("a"), RootKey::from_random([8; 32]).kek("a"));
    }

    proptest! {
        #[test]
        fn every_spelling_of_a_key_is_that_key(bytes in any::<[u8; 32]>()) {
            let id = RootKey::from_random(bytes).id();
            let hex: String = bytes.iter().flat_map(|b| [hex_digit(b >> 4), hex_digit(b & 15)]).collect();
            for text in [
                RootKey::from_random(bytes).encode().expose_secret().to_owned(),
                general_purpose::STANDARD_NO_PAD.encode(bytes),
                general_purpose::URL_SAFE.encode(bytes),
                general_purpose::URL_SAFE_NO_PAD.encode(bytes),
                hex.to_uppercase(),
                format!("  {hex}\r\n"),
            ] {
                prop_assert_eq!(RootKey::parse(&text).map(|key| key.id()).ok(), Some(id.clone()));
            }
        }

        #[test]
        fn odd_text_never_panics(text in "\\PC*") {
            let _ = RootKey::parse(&text);
        }
    }
}
