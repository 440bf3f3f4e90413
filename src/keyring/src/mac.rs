//! HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869) over 32-byte keys, without a way to fail.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

/// A secret key of the installation.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// `HMAC-SHA-256(key, message)`.
pub(crate) fn hmac_sha256(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // HMAC pads a key that is shorter than a block with zeros; done here, no length can be wrong.
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block[..32].copy_from_slice(key);
    let mac = Hmac::<Sha256>::new(&block).chain_update(message).finalize().into_bytes();
    block.zeroize();
    mac.into()
}

/// 32 bytes of `HKDF-SHA-256(salt, secret, info)`.
pub(crate) fn derive(salt: &[u8], secret: &[u8], info: &[u8]) -> Key {
    let mut out = Zeroizing::new([0; 32]);
    let Ok(()) = Hkdf::<Sha256>::new(Some(salt), secret).expand(info, &mut *out) else {
        unreachable!("HKDF-SHA-256 yields up to 8,160 bytes, and 32 are asked for")
    };
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// RFC 4231 uses keys of other lengths; zero padding makes its short ones ours.
    fn padded(key: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        out[..key.len()].copy_from_slice(key);
        out
    }

    #[test]
    fn hmac_answers_rfc_4231() {
        for (key, message, mac) in [
            (vec![0x0b; 20], b"Hi There".to_vec(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?".to_vec(),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (vec![0xaa; 20], vec![0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        ] {
            assert_eq!(hmac_sha256(&padded(&key), &message).to_vec(), hex(mac));
        }
    }

    #[test]
    fn hkdf_answers_rfc_5869() {
        // Appendix A.1; its 42 bytes begin with our 32.
        let okm = derive(&hex("000102030405060708090a0b0c"), &[0x0b; 22], &hex("f0f1f2f3f4f5f6f7f8f9"));
        assert_eq!(okm.to_vec(), hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"));
        // Appendix A.3: no salt, no info.
        let okm = derive(&[], &[0x0b; 22], &[]);
        assert_eq!(okm.to_vec(), hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"));
    }
}
