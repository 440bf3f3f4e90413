//! Field diff of two serialised views: `[{field, old, new}]`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One field that an act changed. Secrets stand here as MACs, never as themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name as the view has it, nested ones with dots: `rate_limits.requests_per_minute`.
    pub field: String,
    /// Before; `null`: there was none.
    pub old: Value,
    /// After; `null`: there is none.
    pub new: Value,
}

/// A single change.
pub fn changed(field: &str, old: impl Into<Value>, new: impl Into<Value>) -> FieldChange {
    FieldChange { field: field.to_owned(), old: old.into(), new: new.into() }
}

/// What differs between two views of one thing, by field name. Objects are compared field by field, arrays as a whole.
/// `Value::Null` stands for a thing that is not there: then every field of the other side that holds something is
/// listed.
pub fn diff(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    compare("", before, after, &mut changes);
    changes
}

fn compare(path: &str, before: &Value, after: &Value, changes: &mut Vec<FieldChange>) {
    if before == after {
        return;
    }
    let nothing = Map::new();
    let (old, new) = match (before, after) {
        (Value::Object(old), Value::Object(new)) => (old, new),
        (Value::Object(old), Value::Null) => (old, &nothing),
        (Value::Null, Value::Object(new)) => (&nothing, new),
        _ => {
            changes.push(FieldChange { field: path.to_owned(), old: before.clone(), new: after.clone() });
            return;
        }
    };
    let mut names: Vec<&String> = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))).collect();
    names.sort();
    for name in names {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let value = |side: &Map<String, Value>| side.get(name).cloned().unwrap_or(Value::Null);
        compare(&path, &value(old), &value(new), changes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_listed_and_nested_fields_have_dotted_names() {
        let before = json!({ "name": "ci", "enabled": true, "limits": { "rpm": 10, "rpd": null }, "models": ["a"] });
        let after =
            json!({ "name": "ci", "enabled": false, "limits": { "rpm": 20, "rpd": null }, "models": ["a", "b"] });
        assert_eq!(
            diff(&before, &after),
            [
                changed("enabled", true, false),
                changed("limits.rpm", 10, 20),
                changed("models", json!(["a"]), json!(["a", "b"])),
            ]
        );
    }

    #[test]
    fn a_thing_that_comes_or_goes_lists_the_fields_that_hold_something() {
        let thing = json!({ "name": "ci", "note": null, "limits": { "rpm": 10 } });
        assert_eq!(
            diff(&Value::Null, &thing),
            [changed("limits.rpm", Value::Null, 10), changed("name", Value::Null, "ci")]
        );
        assert_eq!(
            diff(&thing, &Value::Null),
            [changed("limits.rpm", 10, Value::Null), changed("name", "ci", Value::Null)]
        );
        assert_eq!(diff(&thing, &thing), []);
    }
}
