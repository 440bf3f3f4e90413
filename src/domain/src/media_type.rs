//! Media types (RFC 9110, 8.3.1): what a `content-type` says, without its parameters.

use std::borrow::Cow;

/// JSON.
pub const JSON: &str = "application/json";
/// Server-sent events.
pub const EVENT_STREAM: &str = "text/event-stream";

/// Type and subtype of a `content-type`, lower case, without parameters.
pub fn essence(content_type: &str) -> Cow<'_, str> {
    lower_case(content_type.split(';').next().unwrap_or_default().trim())
}

/// Whether `essence` is JSON or a format on top of it (`+json`, RFC 6839).
pub fn is_json(essence: &str) -> bool {
    essence == JSON || essence.starts_with("application/") && essence.ends_with("+json")
}

/// `text` in lower case, copied only where it is not.
pub fn lower_case(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_case_do_not_matter() {
        for (text, wanted) in [
            ("application/json", JSON),
            ("Application/JSON; charset=utf-8", JSON),
            (" text/event-stream ;x", EVENT_STREAM),
            ("", ""),
            (";", ""),
        ] {
            assert_eq!(essence(text), wanted, "{text:?}");
        }
        assert!(is_json("application/problem+json") && !is_json("text/json") && !is_json("image/svg+json"));
    }
}
