//! Model patterns: exact names and globs with `*` that say which models a key may ask for.

use serde::{Deserialize, Serialize};

/// An exact model name, or one with `*` standing for any run of characters (`gpt-*`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelPattern(String);

/// Text that cannot be a model pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a model is 1 to 256 visible characters, with * for any run of characters, such as gpt-*")]
pub struct BadPattern;

impl ModelPattern {
    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `model` fits. Linear in both: no backtracking beyond the last `*`.
    pub fn matches(&self, model: &str) -> bool {
        let (pattern, text) = (self.0.as_bytes(), model.as_bytes());
        let (mut p, mut t) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        while t < text.len() {
            if p < pattern.len() && pattern[p] == b'*' {
                retry = Some((p + 1, t));
                p += 1;
            } else if p < pattern.len() && pattern[p] == text[t] {
                p += 1;
                t += 1;
            } else if let Some((after_star, from)) = retry {
                p = after_star;
                t = from + 1;
                retry = Some((after_star, t));
            } else {
                return false;
            }
        }
        pattern[p..].iter().all(|b| *b == b'*')
    }
}

impl TryFrom<String> for ModelPattern {
    type Error = BadPattern;
    fn try_from(text: String) -> Result<Self, BadPattern> {
        let ok = !text.is_empty()
            && text.chars().count() <= 256
            && text.chars().all(|c| !c.is_control() && !c.is_whitespace());
        if ok { Ok(Self(text)) } else { Err(BadPattern) }
    }
}

impl From<ModelPattern> for String {
    fn from(pattern: ModelPattern) -> Self {
        pattern.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pattern(text: &str) -> ModelPattern {
        ModelPattern::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn globs() {
        assert!(pattern("gpt-*").matches("gpt-5-mini"));
        assert!(pattern("*").matches(""));
        assert!(pattern("*-mini").matches("gpt-5-mini"));
        assert!(!pattern("gpt-*").matches("agpt-5"));
        assert!(!pattern("gpt-5").matches("gpt-5-mini"));
        assert!(pattern("a*b*c").matches("axxbyybc"));
        assert!(!pattern("a*b*c").matches("axxbyyb"));
    }

    #[test]
    fn refuses_blank() {
        assert!(ModelPattern::try_from(String::new()).is_err());
        assert!(ModelPattern::try_from("a b".to_owned()).is_err());
    }

    proptest! {
        #[test]
        fn a_name_matches_itself_and_its_prefix_glob(name in "[a-z0-9.:/-]{1,20}", cut in 0_usize..20) {
            prop_assert!(pattern(&name).matches(&name));
            let cut = cut.min(name.len());
            let glob = format!("{}*", &name[..cut]);
            prop_assert!(pattern(&glob).matches(&name));
        }
    }
}
