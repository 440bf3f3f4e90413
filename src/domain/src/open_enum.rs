//! Open enum: a value of a fixed set as a row holds it, which a newer version may have extended.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value that this version knows, or the text that a newer one wrote. It is shown as it is, and never refused: a set
/// that grows must not make older rows' readers fail.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OpenEnum<T> {
    /// One of the set.
    Known(T),
    /// None of the set, as it stands in the row.
    Other(String),
}

impl<T> OpenEnum<T> {
    /// Reads `text` by the set's own `parse`.
    pub fn read(text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Self {
        parse(text).map_or_else(|| Self::Other(text.to_owned()), Self::Known)
    }

    /// The value, if this version knows it.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Other(_) => None,
        }
    }
}

impl<T: AsRef<str>> OpenEnum<T> {
    /// The text as a row holds it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(value) => value.as_ref(),
            Self::Other(text) => text,
        }
    }
}

impl<T: PartialEq> PartialEq<T> for OpenEnum<T> {
    fn eq(&self, other: &T) -> bool {
        self.known() == Some(other)
    }
}

impl<T> From<T> for OpenEnum<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: fmt::Display> fmt::Display for OpenEnum<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(value) => value.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_future_is_kept_as_it_is() {
        let parse = |text: &str| (text == "one").then_some(1);
        assert_eq!(OpenEnum::read("one", parse), OpenEnum::Known(1));
        let other = OpenEnum::read("two", parse);
        assert_eq!((other.known(), other.to_string().as_str()), (None, "two"));
        assert!(OpenEnum::Known(1) == 1 && other != 1);
        assert_eq!(serde_json::to_string(&[OpenEnum::Known(1), other.clone()]).unwrap(), r#"[1,"two"]"#);
        assert_eq!(serde_json::from_str::<Vec<OpenEnum<i32>>>(r#"[1,"two"]"#).unwrap(), [OpenEnum::Known(1), other]);
    }
}
