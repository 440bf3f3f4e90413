//! Envelope encryption format: `version | algorithm | data key number | nonce | ciphertext | tag`.
//!
//! One byte, one byte, four bytes big-endian, twelve bytes, then what AES-256-GCM yields (NIST SP 800-38D). The header
//! is authenticated together with the place the blob belongs to, so that a blob opens only there.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const AES_256_GCM: u8 = 1;
const HEADER: usize = 6;
const NONCE: usize = 12;
const TAG: usize = 16;

/// The place that a sealed value belongs to. The installation is added by the keyring.
#[derive(Clone, Copy, Debug)]
pub struct Aad<'a> {
    /// Table.
    pub table: &'a str,
    /// Column.
    pub column: &'a str,
    /// Id of the row.
    pub row: &'a str,
    /// Id of the upstream that the secret belongs to; empty where there is none.
    pub upstream: &'a str,
    /// Whole base URL that the secret may be sent to; empty where there is none.
    pub base_url: &'a str,
}

/// Why a value cannot be sealed or opened. Which byte was wrong is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not an envelope, or one of a newer version.
    #[error("the sealed value is damaged or was written by a newer version")]
    Malformed,
    /// Sealed under a data key that the keyring does not hold.
    #[error("the sealed value needs data key dek-{0}, which the keyring does not hold")]
    UnknownKey(u32),
    /// Changed, copied to another place, or sealed under other keys.
    #[error(
        "the sealed value does not open here: it was changed, copied from another place, or sealed under other keys"
    )]
    NotAuthentic,
    /// Over 64 GiB.
    #[error("the value is too long to be sealed")]
    TooLong,
}

/// The number of the data key that `blob` is sealed under.
pub(crate) fn key_number(blob: &[u8]) -> Result<u32, SealError> {
    match blob {
        [VERSION, AES_256_GCM, a, b, c, d, rest @ ..] if rest.len() >= NONCE + TAG => {
            Ok(u32::from_be_bytes([*a, *b, *c, *d]))
        }
        _ => Err(SealError::Malformed),
    }
}

/// Seals `plaintext` under key `number` for the place that `parts` say. A nonce must never come twice with one key.
pub(crate) fn seal(
    key: &[u8; 32],
    number: u32,
    parts: &[&str],
    plaintext: &[u8],
    nonce: [u8; NONCE],
) -> Result<Vec<u8>, SealError> {
    let header = header(number);
    let aad = associated(header, parts);
    let sealed = Aes256Gcm::new(key.into())
        .encrypt(&nonce.into(), Payload { msg: plaintext, aad: &aad })
        .map_err(|_| SealError::TooLong)?;
    let mut blob = Vec::with_capacity(HEADER + NONCE + sealed.len());
    blob.extend_from_slice(&header);
    blob.extend_from_slice(&nonce);
    blob.extend_from_slice(&sealed);
    Ok(blob)
}

/// Opens what [`seal`] made with the same key, number and place.
pub(crate) fn open(key: &[u8; 32], number: u32, parts: &[&str], blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    if key_number(blob)? != number {
        return Err(SealError::UnknownKey(key_number(blob)?));
    }
    let Some((nonce, sealed)) = blob[HEADER..].split_first_chunk::<NONCE>() else {
        return Err(SealError::Malformed);
    };
    let aad = associated(header(number), parts);
    Aes256Gcm::new(key.into())
        .decrypt(nonce.into(), Payload { msg: sealed, aad: &aad })
        .map(Zeroizing::new)
        .map_err(|_| SealError::NotAuthentic)
}

fn header(number: u32) -> [u8; HEADER] {
    let [a, b, c, d] = number.to_be_bytes();
    [VERSION, AES_256_GCM, a, b, c, d]
}

/// Header, then every part behind its length: text cannot move from one part into the next.
fn associated(header: [u8; HEADER], parts: &[&str]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER + parts.iter().map(|part| 8 + part.len()).sum::<usize>());
    out.extend_from_slice(&header);
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part.as_bytes());
    }
    out
}

#[cfg(test)]
#[path = "envelope_fuzz.rs"]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 32] = [7; 32];

    #[test]
    fn layout_is_fixed() {
        let blob = seal(&KEY, 0x0102_0304, &["a"], b"secret", [9; 12]).unwrap();
        assert_eq!(blob[..6], [1, 1, 1, 2, 3, 4]);
        assert_eq!(blob[6..18], [9; 12]);
        assert_eq!(blob.len(), 6 + 12 + 6 + 16);
        assert_eq!(key_number(&blob), Ok(0x0102_0304));
    }

    #[test]
    fn cipher_answers_a_published_vector() {
        // "The Galois/Counter Mode of Operation", McGrew and Viega, test case 14: zero key, zero nonce, one zero block.
        let sealed = Aes256Gcm::new(&[0; 32].into()).encrypt(&[0; 12].into(), &[0_u8; 16][..]).unwrap();
        let expected = [
            0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b, 0x6e, 0x07, 0x4e, 0xc5, 0xd3, 0xba, 0xf3, 0x9d, 0x18, 0xd0, 0xd1,
            0xc8, 0xa7, 0x99, 0x99, 0x6b, 0xf0, 0x26, 0x5b, 0x98, 0xb5, 0xd4, 0x8a, 0xb9, 0x19,
        ];
        assert_eq!(sealed, expected);
    }

    #[test]
    fn short_and_foreign_blobs_are_malformed() {
        let blob = seal(&KEY, 1, &["a"], b"", [0; 12]).unwrap();
        for len in 0..blob.len() {
            assert_eq!(open(&KEY, 1, &["a"], &blob[..len]).err(), Some(SealError::Malformed), "{len}");
        }
        let mut newer = blob;
        newer[0] = 2;
        assert_eq!(open(&KEY, 1, &["a"], &newer).err(), Some(SealError::Malformed));
    }

    proptest! {
        #[test]
        fn opens_where_it_was_sealed(text in any::<Vec<u8>>(), parts in any::<Vec<String>>(), nonce in any::<[u8; 12]>()) {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let blob = seal(&KEY, 3, &parts, &text, nonce).unwrap();
            prop_assert_eq!(open(&KEY, 3, &parts, &blob).unwrap().to_vec(), text);
        }

        #[test]
        fn text_cannot_move_between_parts(a in "[a-c]{0,3}", b in "[a-c]{0,3}", c in "[a-c]{0,3}", d in "[a-c]{0,3}") {
            prop_assume!((&a, &b) != (&c, &d));
            let blob = seal(&KEY, 1, &[&a, &b], b"x", [0; 12]).unwrap();
            prop_assert_eq!(open(&KEY, 1, &[&c, &d], &blob).err(), Some(SealError::NotAuthentic));
        }

        #[test]
        fn any_changed_bit_is_noticed(at in 0_usize..(6 + 12 + 5 + 16), bit in 0_u8..8) {
            let mut blob = seal(&KEY, 1, &["a"], b"hello", [1; 12]).unwrap();
            blob[at] ^= 1 << bit;
            prop_assert!(open(&KEY, 1, &["a"], &blob).is_err());
        }
    }
}
