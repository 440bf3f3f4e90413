//! Passwords of people: Argon2id (RFC 9106) with 64 MiB, three passes, one lane.
//!
//! A run takes tens of milliseconds and 64 MiB: call it away from async threads, and few at once.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version, password_hash::phc::PasswordHash,
};
use secrecy::{ExposeSecret, SecretString};
use zxcvbn::Score;

const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
const SHORTEST: usize = 12;
const LONGEST: usize = 128;

/// A hash of nobody's password with the parameters above: an unknown user costs as much as a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=65536,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The hash could not be computed; in practice, memory is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct PasswordError(argon2::password_hash::Error);

/// The PHC string of `password`, salted with fresh random bytes.
pub fn hash(password: &SecretString, salt: [u8; 16]) -> Result<String, PasswordError> {
    let hash: PasswordHash =
        hasher().hash_password_with_salt(password.expose_secret().as_bytes(), &salt).map_err(PasswordError)?;
    Ok(hash.to_string())
}

/// Whether `password` is the one of `stored`. Without a stored hash, or with one that does not parse, the answer is no
/// after the same work.
pub fn verify(stored: Option<&str>, password: &SecretString) -> bool {
    let parsed = stored.and_then(|text| PasswordHash::new(text).ok());
    let known = parsed.is_some();
    let Some(hash) = parsed.or_else(|| PasswordHash::new(NOBODY).ok()) else { return false };
    let holds = hasher().verify_password(password.expose_secret().as_bytes(), &hash).is_ok();
    holds && known
}

/// Whether `password` is good enough for somebody whom `hints` (name, e-mail, product) describe. If not, a sentence
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

    #[test]
    fn only_the_right_password_verifies() {
        let stored = hash(&secret("tundra-copper-violin"), [1; 16]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"), "{stored}");
        assert!(verify(Some(&stored), &secret("tundra-copper-violin")));
        assert!(!verify(Some(&stored), &secret("tundra-copper-violim")));
        assert_ne!(hash(&secret("tundra-copper-violin"), [2; 16]).unwrap(), stored);
    }

    #[test]
    fn nobody_has_no_password() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let params = Params::try_from(&nobody).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (MEMORY_KIB, PASSES, LANES));
        assert!(!verify(None, &secret("")));
        assert!(!verify(Some("not a hash"), &secret("not a hash")));
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
