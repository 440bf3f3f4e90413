//! Password hashing: Argon2id (RFC 9106) with 64 MiB, three passes, one lane, then an HMAC under a key of the
//! installation (a pepper): who reads the database cannot guess on, and who writes to it cannot plant a password.
//!
//! Stored as `keyed:` and a PHC string in which the HMAC stands in place of Argon2's output.
//!
//! A run takes tens of milliseconds and 64 MiB: call it away from async threads, and few at once.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, Version,
    password_hash::phc::{Output, PasswordHash, Salt},
};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;
use zxcvbn::Score;

use crate::mac::hmac_sha256;

/// What a verifier begins with.
const KEYED: &str = "keyed:";
/// Bytes that Argon2 yields.
const OUTPUT: usize = 32;

const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
const SHORTEST: usize = 12;
const LONGEST: usize = 128;

/// A hash of no user's password with the parameters above: an unknown user costs as much as a known one.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=65536,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The hash could not be computed; in practice, memory is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct PasswordError(argon2::password_hash::Error);

/// The verifier of `password`, salted with fresh random bytes.
pub(crate) fn hash(key: &[u8; 32], password: &SecretString, salt: [u8; 16]) -> Result<String, PasswordError> {
    let hash: PasswordHash =
        hasher().hash_password_with_salt(password.expose_secret().as_bytes(), &salt).map_err(PasswordError)?;
    pepper(key, &hash.to_string()).ok_or(PasswordError(argon2::password_hash::Error::OutputSize))
}

/// The verifier that belongs to a bare PHC string.
pub(crate) fn pepper(key: &[u8; 32], phc: &str) -> Option<String> {
    let output = PasswordHash::new(phc).ok()?.hash?;
    let (head, _) = phc.rsplit_once('$')?;
    let mac = Output::new(&keyed(key, head, output.as_bytes())).ok()?;
    Some(format!("{KEYED}{head}${mac}"))
}

/// Whether `password` is the one of `stored`, after the same work whatever the answer.
pub(crate) fn verify(key: &[u8; 32], stored: Option<&str>, password: &SecretString) -> bool {
    let known = stored.and_then(|text| text.strip_prefix(KEYED)).and_then(parts);
    let is_known = known.is_some();
    let Some((head, salt, params, expected)) = known.or_else(|| parts(DUMMY_HASH)) else { return false };
    let mut output = Zeroizing::new([0; OUTPUT]);
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let done = hasher.hash_password_into(password.expose_secret().as_bytes(), salt.as_ref(), &mut *output);
    let holds: bool = keyed(key, head, &*output).ct_eq(expected.as_bytes()).into();
    done.is_ok() && holds && is_known
}

/// The text before Argon2's output, the salt, the parameters, and what must come out.
fn parts(phc: &str) -> Option<(&str, Salt, Params, Output)> {
    let hash = PasswordHash::new(phc).ok()?;
    let (head, _) = phc.rsplit_once('$')?;
    let params = Params::try_from(&hash).ok()?;
    let params = Params::new(params.m_cost(), params.t_cost(), params.p_cost(), Some(OUTPUT)).ok()?;
    Some((head, hash.salt?, params, hash.hash?))
}

/// Parameters and salt are part of what is authenticated.
fn keyed(key: &[u8; 32], head: &str, output: &[u8]) -> [u8; 32] {
    let mut message = Zeroizing::new(Vec::with_capacity(head.len() + 1 + output.len()));
    message.extend_from_slice(head.as_bytes());
    message.push(0);
    message.extend_from_slice(output);
    hmac_sha256(key, &message)
}

/// Whether `password` is good enough for a person whom `hints` (name, e-mail, product) describe. If not, a sentence
/// that names the fix.
pub fn accept(password: &SecretString, hints: &[&str]) -> Result<(), String> {
    let text = password.expose_secret();
    let length = text.chars().count();
    if length < SHORTEST {
        return Err(format!("Use at least {SHORTEST} characters; a few unrelated words are easy to remember."));
    }
    if length > LONGEST {
        return Err(format!("Use at most {LONGEST} characters."));
    }
    let judged = zxcvbn::zxcvbn(text, hints);
    if judged.score() >= Score::Three {
        return Ok(());
    }
    let advice = judged.feedback().and_then(|feedback| feedback.suggestions().first().copied());
    let advice =
        advice.map_or_else(|| "Add another word or two. Uncommon words are better.".to_owned(), |s| s.to_string());
    Err(format!("This password is easy to guess. {advice}"))
}

fn hasher() -> Argon2<'static> {
    let Ok(params) = Params::new(MEMORY_KIB, PASSES, LANES, None) else {
        unreachable!("64 MiB, three passes and one lane are within Argon2's limits")
    };
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    const KEY: [u8; 32] = [4; 32];

    #[test]
    fn only_the_right_password_verifies() {
        let stored = hash(&KEY, &secret("tundra-copper-violin"), [1; 16]).unwrap();
        assert!(stored.starts_with("keyed:$argon2id$v=19$m=65536,t=3,p=1$"), "{stored}");
        assert!(verify(&KEY, Some(&stored), &secret("tundra-copper-violin")));
        assert!(!verify(&KEY, Some(&stored), &secret("tundra-copper-violim")));
        assert!(!verify(&[5; 32], Some(&stored), &secret("tundra-copper-violin")), "another installation's");
        assert_ne!(hash(&KEY, &secret("tundra-copper-violin"), [2; 16]).unwrap(), stored);
    }

    /// Who writes to the database can make Argon2id hashes of his own; none of them is a verifier.
    #[test]
    fn a_bare_hash_is_no_verifier_until_the_upgrade_peppers_it() {
        let bare: PasswordHash = hasher().hash_password_with_salt(b"tundra-copper-violin", &[1; 16]).unwrap();
        let bare = bare.to_string();
        assert!(!verify(&KEY, Some(&bare), &secret("tundra-copper-violin")));
        assert!(!verify(&KEY, Some(&format!("{KEYED}{bare}")), &secret("tundra-copper-violin")));
        let peppered = pepper(&KEY, &bare).unwrap();
        assert_eq!(peppered, hash(&KEY, &secret("tundra-copper-violin"), [1; 16]).unwrap());
        assert_eq!(pepper(&KEY, "not a hash"), None);
    }

    #[test]
    fn without_a_hash_no_password_matches() {
        let dummy = PasswordHash::new(DUMMY_HASH).unwrap();
        let params = Params::try_from(&dummy).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (MEMORY_KIB, PASSES, LANES));
        assert!(!verify(&KEY, None, &secret("")));
        assert!(!verify(&KEY, Some("not a hash"), &secret("not a hash")));
    }

    #[test]
    fn weak_passwords_are_refused_with_a_fix() {
        for (text, fix) in [
            ("short", "at least 12"),
            ("äöüäöüäöüäö", "at least 12"),
            (&"x".repeat(129), "at most 128"),
            ("password1234", "easy to guess"),
            ("aaaaaaaaaaaaaaaa", "easy to guess"),
            ("ada@example.org1", "easy to guess"),
        ] {
            let sentence = accept(&secret(text), &["ada@example.org", "keywright"]).unwrap_err();
            assert!(sentence.contains(fix) && sentence.ends_with('.'), "{text}: {sentence}");
            assert!(!sentence.contains(text));
        }
        accept(&secret("tundra-copper-violin"), &["ada@example.org"]).unwrap();
    }
}
