//! First-version databases: made by migration 1 alone and filled with rows from a fixture.

use store::Location;

use crate::older::{execute, migrate_up_to};

/// Makes the tables of migration 1 and fills those of the control plane; `rows`: table → list of rows, bytes as
/// `{"hex": "…"}`, in an order in which rows point at earlier ones.
pub async fn first_version(location: &Location, rows: &[(String, Vec<serde_json::Map<String, serde_json::Value>>)]) {
    migrate_up_to(location, 1).await;
    let bytes: fn(&str) -> String = match location {
        Location::Postgres { .. } => |hex| format!("decode('{hex}', 'hex')"),
        _ => |hex| format!("X'{hex}'"),
    };
    execute(location, &inserts(rows, bytes).join(";\n")).await;
}

fn inserts(
    rows: &[(String, Vec<serde_json::Map<String, serde_json::Value>>)],
    bytes: impl Fn(&str) -> String,
) -> Vec<String> {
    let literal = |value: &serde_json::Value| match value {
        serde_json::Value::Null => "NULL".to_owned(),
        serde_json::Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        serde_json::Value::Object(object) => bytes(object["hex"].as_str().expect("hex is text")),
        other => other.to_string().to_uppercase(),
    };
    let mut out = Vec::new();
    for (table, rows) in rows {
        for row in rows {
            let columns: Vec<&str> = row.keys().map(String::as_str).collect();
            let values: Vec<String> = row.values().map(literal).collect();
            out.push(format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), values.join(", ")));
        }
    }
    out
}
