//! Label input: description, tags and metadata as they are asked for, and their parser (K5).

use domain::{Labels, Metadata, Tag};
use serde_json::{Map, Value};

use crate::{FieldErrors, Violation, read};

const EXAMPLE: &str = r#"{"team": "search"}"#;

/// Reads labels; tags that are given twice count once.
pub(crate) fn parse(
    errors: &mut FieldErrors,
    description: &str,
    tags: &[String],
    metadata: Map<String, Value>,
) -> Labels {
    // Blanks count until they are cut: what is kept is bounded, and what is read as well.
    if description.chars().count() > Labels::DESCRIPTION_MAX {
        errors.push("description", Violation::TooLong { max: Labels::DESCRIPTION_MAX });
    }
    let mut unique: Vec<Tag> = Vec::new();
    for tag in read::list(errors, "tags", tags, Labels::TAGS_MAX, |text| {
        text.parse::<Tag>().map_err(|_| Violation::Tag { max: Tag::MAX })
    }) {
        if !unique.contains(&tag) {
            unique.push(tag);
        }
    }
    let metadata = Metadata(metadata);
    if metadata.to_text().len() > Labels::METADATA_MAX {
        errors.push("metadata", Violation::TooLarge { max: Labels::METADATA_MAX });
    }
    Labels { description: description.trim().to_owned(), tags: unique, metadata }
}

/// Metadata as it is typed: a JSON object, or nothing.
pub fn metadata(text: &str) -> Result<Map<String, Value>, Violation> {
    match text.trim() {
        "" => Ok(Map::new()),
        text => serde_json::from_str(text).map_err(|_| Violation::JsonObject { example: EXAMPLE }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_with_all_complaints() {
        let mut errors = FieldErrors::default();
        let tags = ["ci", " ci ", "night run"].map(str::to_owned);
        let labels = parse(&mut errors, " for the night ", &tags, metadata(r#" {"a": 1} "#).unwrap());
        assert!(errors.is_empty());
        assert_eq!(labels.description, "for the night");
        assert_eq!(labels.tags.iter().map(Tag::as_str).collect::<Vec<_>>(), ["ci", "night run"]);
        assert_eq!(labels.metadata.to_text(), r#"{"a":1}"#);

        let large = Map::from_iter([("a".to_owned(), Value::from("x".repeat(Labels::METADATA_MAX)))]);
        parse(&mut errors, &"x".repeat(1001), &["a,b".to_owned()], large);
        let fields: Vec<_> = errors.0.iter().map(|error| (error.field.as_str(), error.code.as_str())).collect();
        assert_eq!(fields, [("description", "too_long"), ("tags", "tag"), ("metadata", "too_large")]);
        parse(&mut errors, "", &vec!["a".to_owned(); 51], Map::new());
        assert_eq!(errors.0.last().map(|error| error.code.as_str()), Some("too_many"));
    }

    #[test]
    fn metadata_is_an_object() {
        assert_eq!(metadata(" ").unwrap(), Map::new());
        for bad in ["[]", "1", "{", "{} {}", r#"{"a": }"#, &format!("{}1{}", r#"{"a":"#.repeat(200), "}".repeat(200))] {
            assert_eq!(metadata(bad), Err(Violation::JsonObject { example: EXAMPLE }), "{bad}");
        }
    }
}
