//! Token strength: how hard the administrator's bearer token is to guess.

use std::collections::BTreeSet;

use zxcvbn::Score;

/// Shorter tokens are refused.
const SHORTEST: usize = 32;
/// Fewer different characters are refused: random hexadecimal of this length has thirteen or more.
const FEWEST_DISTINCT: usize = 8;

/// Why a bearer token is refused. Names the fix, never the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakToken {
    /// Too short, or with characters that do not fit into a header.
    #[error("use at least {SHORTEST} visible ASCII characters; `openssl rand -hex 32` makes good ones")]
    Form,
    /// Long enough, but made of few characters, words or repetitions.
    #[error("it can be guessed: it repeats itself or is made of few characters; make one with `openssl rand -hex 32`")]
    Guessable,
}

/// Whether `token` may stand for the administrator: long, of many characters, and of zxcvbn's best score.
pub fn check_admin_token(token: &str) -> Result<(), WeakToken> {
    if token.len() < SHORTEST || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(WeakToken::Form);
    }
    let distinct = token.bytes().collect::<BTreeSet<_>>().len();
    if distinct < FEWEST_DISTINCT || zxcvbn::zxcvbn(token, &["keywright", "admin", "token"]).score() < Score::Four {
        return Err(WeakToken::Guessable);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_tokens_are_refused_and_random_ones_are_taken() {
        for (token, why) in [
            ("short", WeakToken::Form),
            ("with a space 0123456789abcdef0123456789", WeakToken::Form),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", WeakToken::Guessable),
            ("abababababababababababababababababababab", WeakToken::Guessable),
            ("passwordpasswordpasswordpasswordpassword", WeakToken::Guessable),
            ("0123456789012345678901234567890123456789", WeakToken::Guessable),
            ("0123456789abcdef0123456789abcdef", WeakToken::Guessable),
        ] {
            assert_eq!(check_admin_token(token), Err(why), "{token}");
            assert!(!why.to_string().contains(token));
        }
        for token in [
            "7d0c5e1f9a3b8842c6d1e05f7749ab23fe6610d8935b2c47a1e8f0937bd4526c",
            "b81f0c2e4d6a49318f7752d0c9ae6b43",
            "3f9d7c1a-52be-4b0e-9a61-08c7d4e2f5b6",
            "Yk3vQp8ZrT5mW2xLh9NcD4sFg7JbA6uE",
        ] {
            assert_eq!(check_admin_token(token), Ok(()), "{token}");
        }
    }
}
