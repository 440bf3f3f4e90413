//! Labels: description, tags and free metadata of a key (K5). They are for people and their programs; nothing is decided
//! by them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::text::is_invisible;

/// What people and programs note about a thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Free text; may be empty.
    pub description: String,
    /// Words to find and group things by: no two alike, in the order in which they were given.
    pub tags: Vec<Tag>,
    /// A JSON object that is kept as it was given.
    pub metadata: Metadata,
}

impl Labels {
    /// The longest description, in characters.
    pub const DESCRIPTION_MAX: usize = 1000;
    /// The most tags.
    pub const TAGS_MAX: usize = 50;
    /// The largest metadata, in bytes of JSON without blanks.
    pub const METADATA_MAX: usize = 4096;
}

/// A tag: 1 to 50 visible characters without commas, which separate tags where people type them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tag(String);

impl Tag {
    /// The longest tag, in characters.
    pub const MAX: usize = 50;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text that is no tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tag is 1 to {} visible characters without commas", Tag::MAX)]
pub struct NotATag;

impl FromStr for Tag {
    type Err = NotATag;

    fn from_str(text: &str) -> Result<Self, NotATag> {
        let text = text.trim();
        let fits = (1..=Self::MAX).contains(&text.chars().count());
        if fits && !text.chars().any(|c| c == ',' || is_invisible(c)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotATag)
        }
    }
}

/// A JSON object of free notes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Metadata(pub Map<String, Value>);

impl Metadata {
    /// Whether nothing is noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each entry with its value as people read it: a text as it stands, everything else as JSON.
    pub fn lines(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.0.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    }

    /// JSON without blanks; empty if nothing is noted.
    pub fn to_text(&self) -> String {
        if self.is_empty() { String::new() } else { Value::Object(self.0.clone()).to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_short_and_visible() {
        assert_eq!(" Größe 2 ".parse::<Tag>().unwrap().as_str(), "Größe 2");
        assert!("é".repeat(50).parse::<Tag>().is_ok());
        let noted: Metadata = serde_json::from_str(r#"{"a": "x", "b": [1, "y"]}"#).unwrap();
        let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(noted.lines(), [line("a", "x"), line("b", r#"[1,"y"]"#)]);
        for bad in ["", "  ", "a,b", "a\nb", "a\u{200b}", &"é".repeat(51)] {
            assert_eq!(bad.parse::<Tag>(), Err(NotATag), "{bad:?}");
        }
    }
}
