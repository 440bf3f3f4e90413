//! Model rewriting: the name of a route becomes the name that its deployment knows, and nothing else changes.

use std::{fmt::Write as _, ops::Range};

use domain::Dialect;

use crate::operation::decoded;

/// The body with `model` in place of the value at `at`.
pub fn replace_model(body: &[u8], at: &Range<usize>, model: &str) -> Option<Vec<u8>> {
    let (before, after) = (body.get(..at.start)?, body.get(at.end..)?);
    Some([before, serde_json::Value::from(model).to_string().as_bytes(), after].concat())
}

/// The raw path with `model` in place of the one that it names; `None` where it names none.
pub fn replace_model_in_path(dialect: Dialect, path: &str, model: &str) -> Option<String> {
    let segments: Vec<&str> = path.split('/').collect();
    let at = segments.iter().position(|segment| {
        let segment = decoded(segment);
        match dialect {
            Dialect::Azure => segment == "deployments",
            Dialect::Gemini | Dialect::Openai | Dialect::Anthropic => segment == "models",
        }
    })? + 1;
    // A name may stand in several segments, or in one with its slashes escaped; a method stands behind it.
    let end = if dialect == Dialect::Azure { at + 1 } else { segments.len() };
    let named = segments.get(at..end)?.join("/");
    let method = match dialect {
        Dialect::Gemini => decoded(&named).rsplit_once(':').map(|(_, verb)| format!(":{verb}")).unwrap_or_default(),
        _ => String::new(),
    };
    let mut out = segments[..at].join("/");
    out.push('/');
    out.push_str(&encode(model, dialect));
    out.push_str(&method);
    for segment in &segments[end..] {
        out.push('/');
        out.push_str(segment);
    }
    Some(out)
}

/// Percent-encodes a name for a path. Gemini's resource names have slashes of their own (`tunedModels/x`).
fn encode(model: &str, dialect: Dialect) -> String {
    let mut out = String::with_capacity(model.len());
    for byte in model.bytes() {
        let plain =
            byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || byte == b'/' && dialect == Dialect::Gemini;
        if plain {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_changes() {
        let body = br#"{"messages":[], "model" : "fast", "x":1}"#;
        let found = replace_model(body, &(26..32), "org/\"m\"").unwrap();
        assert_eq!(String::from_utf8(found).unwrap(), r#"{"messages":[], "model" : "org/\"m\"", "x":1}"#);
        for (dialect, path, model, expected) in [
            (Dialect::Gemini, "/v1beta/models/fast:generateContent", "g-3", Some("/v1beta/models/g-3:generateContent")),
            (Dialect::Gemini, "/v1beta/models/our%2Ffast:countTokens", "g 3", Some("/v1beta/models/g%203:countTokens")),
            (Dialect::Gemini, "/v1beta/models/our/fast:countTokens", "g", Some("/v1beta/models/g:countTokens")),
            (
                Dialect::Azure,
                "/openai/deployments/fast/chat/completions",
                "a/b",
                Some("/openai/deployments/a%2Fb/chat/completions"),
            ),
            (Dialect::Openai, "/v1/models/fast", "m", Some("/v1/models/m")),
            (Dialect::Azure, "/openai/v1/chat/completions", "m", None),
        ] {
            assert_eq!(replace_model_in_path(dialect, path, model).as_deref(), expected, "{path}");
        }
    }
}
