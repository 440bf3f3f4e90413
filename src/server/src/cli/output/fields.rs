//! Fields of a shape, a line each, named and ordered as REST has them.

use std::fmt;

use serde::{
    Serialize,
    de::{Deserialize, Deserializer, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

/// The fields of `shape` with their values as text: those of an object within it are named `object.field`, the entries of a
/// list stand behind each other with commas, and what is not there is empty.
pub(super) fn of(shape: &impl Serialize) -> serde_json::Result<Vec<(String, String)>> {
    let mut fields = Vec::new();
    put(&serde_json::to_string(shape)?, "", &mut fields)?;
    Ok(fields)
}

fn put(json: &str, name: &str, fields: &mut Vec<(String, String)>) -> serde_json::Result<()> {
    if json.starts_with('{') && (json != "{}" || name.is_empty()) {
        for (field, value) in serde_json::from_str::<Ordered>(json)?.0 {
            let name = if name.is_empty() { field } else { format!("{name}.{field}") };
            put(value.get(), &name, fields)?;
        }
        return Ok(());
    }
    let text = match serde_json::from_str(json)? {
        Value::Array(entries) => entries.into_iter().map(text).collect::<Vec<_>>().join(","),
        value => text(value),
    };
    fields.push((name.to_owned(), text));
    Ok(())
}

fn text(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Object(fields) if fields.is_empty() => String::new(),
        other => other.to_string(),
    }
}

/// An object in the order in which it was written.
struct Ordered(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Ordered;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Ordered(fields))
            }
        }
        from.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    struct Shape {
        z: &'static str,
        a: Vec<u8>,
        limits: Value,
        none: Option<u8>,
        metadata: Value,
    }

    #[test]
    fn fields_keep_their_names_and_their_order() {
        let limits = json!({ "per_minute": 60, "per_day": null });
        let shape = Shape { z: "two\nlines", a: vec![1, 2], limits, none: None, metadata: json!({}) };
        let fields = of(&shape).unwrap();
        let lines: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let wanted = [
            ("z", "two\nlines"),
            ("a", "1,2"),
            ("limits.per_day", ""),
            ("limits.per_minute", "60"),
            ("none", ""),
            ("metadata", ""),
        ];
        assert_eq!(lines, wanted);
    }
}
