//! Error bodies of the dialect: refusals and failures as its SDKs turn them into their own exceptions.

use serde_json::{Value, json};

use crate::{ErrorText, Grammar};

/// The body of an error answer: `{"error":{"message","type","param","code"}}`.
pub(crate) fn body(error: &ErrorText<'_>) -> Vec<u8> {
    error_value(error.status, Some(error.code), error.message, error.param).to_string().into_bytes()
}

/// The event that ends a stream which broke off. Both SDKs raise an `APIError` at a `data:` with an `error`, on any
/// endpoint; a stream of a response has an event of its own for it.
pub(crate) fn event(grammar: Option<Grammar>, error: &ErrorText<'_>) -> Vec<u8> {
    if grammar == Some(Grammar::Responses) {
        let event = json!({
            "type": "error",
            "code": error.code,
            "message": error.message,
            "param": error.param,
            "sequence_number": 0,
        });
        return format!("\n\nevent: error\ndata: {event}\n\n").into_bytes();
    }
    format!("\n\ndata: {}\n\n", error_value(502, Some(error.code), error.message, None)).into_bytes()
}

pub(crate) fn error_value(status: u16, code: Option<&str>, message: &str, param: Option<&str>) -> Value {
    json!({ "error": { "message": message, "type": kind(status, code), "param": param, "code": code } })
}

/// The vendor's `type` for a status: what is spent has a type of its own, what comes too fast is about requests.
fn kind(status: u16, code: Option<&str>) -> &'static str {
    match (status, code) {
        (_, Some("insufficient_quota")) => "insufficient_quota",
        (429, _) => "requests",
        (500.., _) => "server_error",
        _ => "invalid_request_error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<'a>(status: u16, code: &'a str, message: &'a str, param: Option<&'a str>) -> ErrorText<'a> {
        ErrorText { status, code, message, param, request_id: "req_1", retry_after: None }
    }

    #[test]
    fn bodies_have_the_vendors_four_fields() {
        let found: Value =
            serde_json::from_slice(&body(&text(403, "model_not_allowed", "No \"x\"\n", Some("model")))).unwrap();
        let expected = json!({"error": {"message": "No \"x\"\n", "type": "invalid_request_error", "param": "model",
            "code": "model_not_allowed"}});
        assert_eq!(found, expected);
        let kinds = [
            (429, "rate_limit_exceeded", "requests"),
            (429, "insufficient_quota", "insufficient_quota"),
            (502, "upstream_unavailable", "server_error"),
            (401, "invalid_api_key", "invalid_request_error"),
        ];
        for (status, code, kind) in kinds {
            let found: Value = serde_json::from_slice(&body(&text(status, code, "m", None))).unwrap();
            assert_eq!((&found["error"]["type"], &found["error"]["param"]), (&json!(kind), &Value::Null));
        }
    }

    #[test]
    fn the_event_of_a_break_stands_alone() {
        let error = text(502, "upstream_reset", "line\nbreak", None);
        let found = String::from_utf8(event(Some(Grammar::Chat), &error)).unwrap();
        let data = found.strip_prefix("\n\ndata: ").and_then(|rest| rest.strip_suffix("\n\n")).unwrap();
        let value: Value = serde_json::from_str(data).unwrap();
        assert_eq!(value["error"]["code"], "upstream_reset");
        assert_eq!(value["error"]["type"], "server_error");
        let found = String::from_utf8(event(Some(Grammar::Responses), &error)).unwrap();
        let data = found.strip_prefix("\n\nevent: error\ndata: ").unwrap();
        let value: Value = serde_json::from_str(data).unwrap();
        assert_eq!((&value["type"], &value["code"]), (&json!("error"), &json!("upstream_reset")));
    }
}
