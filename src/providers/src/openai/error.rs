//! Error bodies of the dialect: refusals and failures as its SDKs turn them into their own exceptions.

use serde_json::{Value, json};

/// The body of an error answer: `{"error":{"message","type","param","code"}}`.
pub fn error_body(status: u16, code: &str, message: &str, param: Option<&str>) -> Vec<u8> {
    error_value(status, Some(code), message, param).to_string().into_bytes()
}

/// The event that ends a stream which broke off. Both SDKs raise an `APIError` at a `data:` with an `error`, on any
/// endpoint. It begins by ending whatever event was left unfinished.
pub fn stream_error_event(code: &str, message: &str) -> Vec<u8> {
    format!("\n\ndata: {}\n\n", error_value(502, Some(code), message, None)).into_bytes()
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

    #[test]
    fn bodies_have_the_vendors_four_fields() {
        let body: Value =
            serde_json::from_slice(&error_body(403, "model_not_allowed", "No \"x\"\n", Some("model"))).unwrap();
        let expected = json!({"error": {"message": "No \"x\"\n", "type": "invalid_request_error", "param": "model",
            "code": "model_not_allowed"}});
        assert_eq!(body, expected);
        let kinds = [
            (429, "rate_limit_exceeded", "requests"),
            (429, "insufficient_quota", "insufficient_quota"),
            (502, "upstream_unavailable", "server_error"),
            (401, "invalid_api_key", "invalid_request_error"),
        ];
        for (status, code, kind) in kinds {
            let body: Value = serde_json::from_slice(&error_body(status, code, "m", None)).unwrap();
            assert_eq!((&body["error"]["type"], &body["error"]["param"]), (&json!(kind), &Value::Null));
        }
    }

    #[test]
    fn the_event_of_a_break_stands_alone() {
        let event = String::from_utf8(stream_error_event("upstream_reset", "line\nbreak")).unwrap();
        let data = event.strip_prefix("\n\ndata: ").and_then(|rest| rest.strip_suffix("\n\n")).unwrap();
        let value: Value = serde_json::from_str(data).unwrap();
        assert_eq!(value["error"]["code"], "upstream_reset");
        assert_eq!(value["error"]["type"], "server_error");
    }
}
