//! Anthropic dialect: messages, token counts, batches, files and models.

use domain::{Dialect as DialectId, Scope, Timestamp};
use serde_json::json;

use crate::{
    Dialect, ErrorText, Grammar, Kind, Operation, Rate,
    operation::{BodyKind, decoded},
};

/// The dialect.
pub struct Anthropic;

impl Dialect for Anthropic {
    fn id(&self) -> DialectId {
        DialectId::Anthropic
    }

    fn classify(&self, method: &str, path: &str) -> Operation {
        let path = decoded(path);
        let tail = path.strip_prefix("/v1/").unwrap_or_default();
        let (first, rest) = tail.split_once('/').unwrap_or((tail, ""));
        let post = method == "POST";
        let json = |scope| Operation::other(scope).json();
        match (first, rest) {
            ("messages", "") if post => {
                json(Scope::Messages).with_model().metered(Grammar::Messages).kind(Kind::Messages)
            }
            ("messages", "count_tokens") if post => json(Scope::Messages).with_model().kind(Kind::CountTokens),
            ("messages", "batches") if post => json(Scope::Batches).kind(Kind::MessageBatch),
            ("messages", rest) if rest == "batches" || rest.starts_with("batches/") => Operation::other(Scope::Batches),
            ("messages", _) => Operation::other(Scope::Messages),
            ("complete", "") if post => json(Scope::Messages).with_model(),
            ("files", "") if post => Operation::other(Scope::Files).form(),
            ("files", _) => Operation::other(Scope::Files),
            ("models", "") => Operation::other(Scope::Models).kind(Kind::Models),
            ("models", _) => Operation::other(Scope::Models).kind(Kind::Model),
            ("organizations", _) => Operation::other(Scope::ProviderAdmin),
            _ if post => Operation { body: BodyKind::Any, ..Operation::other(Scope::All).metered(Grammar::Messages) },
            _ => Operation::other(Scope::All),
        }
    }

    fn model_in_path(&self, path: &str) -> Option<String> {
        crate::openai::model_in_path(path.strip_prefix("/v1/")?)
    }

    fn status(&self, status: u16, code: &str) -> u16 {
        if code == "upstream_overloaded" { 529 } else { status }
    }

    fn error_body(&self, error: &ErrorText<'_>) -> Vec<u8> {
        value(error).to_string().into_bytes()
    }

    fn stream_error(&self, _: Option<Grammar>, error: &ErrorText<'_>) -> Vec<u8> {
        format!("\n\nevent: error\ndata: {}\n\n", value(error)).into_bytes()
    }

    fn rate_fields(&self, rate: &Rate) -> Vec<(&'static str, String)> {
        let reset = i64::try_from(rate.reset_ns.div_ceil(1_000_000)).unwrap_or(i64::MAX);
        vec![
            ("anthropic-ratelimit-requests-limit", rate.limit.to_string()),
            ("anthropic-ratelimit-requests-remaining", rate.remaining.to_string()),
            ("anthropic-ratelimit-requests-reset", whole_second(rate.now_ms.saturating_add(reset))),
        ]
    }
}

/// RFC 3339 without fractions, as the vendor writes instants; rounded up, so that whoever waits until then is let in.
pub(crate) fn whole_second(ms: i64) -> String {
    let seconds = ms.div_euclid(1000).saturating_add(i64::from(ms.rem_euclid(1000) > 0));
    Timestamp(seconds.saturating_mul(1000)).to_rfc3339().replace(".000Z", "Z")
}

fn value(error: &ErrorText<'_>) -> serde_json::Value {
    json!({
        "type": "error",
        "error": { "type": kind(error), "message": error.message },
        "request_id": error.request_id,
    })
}

/// The vendor's `type` for a status.
fn kind(error: &ErrorText<'_>) -> &'static str {
    match (error.status, error.code) {
        (_, "budget_exceeded") => "billing_error",
        (_, "upstream_overloaded") | (529, _) => "overloaded_error",
        (401, _) => "authentication_error",
        (402, _) => "billing_error",
        (403, _) => "permission_error",
        (404, _) => "not_found_error",
        (413, _) => "request_too_large",
        (429, _) => "rate_limit_error",
        (504, _) => "timeout_error",
        (500.., _) => "api_error",
        _ => "invalid_request_error",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn text(status: u16, code: &str) -> ErrorText<'_> {
        ErrorText { status, code, message: "m", param: None, request_id: "req_1", retry_after: None }
    }

    #[test]
    fn scopes_and_kinds() {
        for (method, path, scope, kind) in [
            ("POST", "/v1/messages", Scope::Messages, Kind::Messages),
            ("POST", "/v1/messages/count_tokens", Scope::Messages, Kind::CountTokens),
            ("POST", "/v1/messages/batches", Scope::Batches, Kind::MessageBatch),
            ("GET", "/v1/messages/batches/b/results", Scope::Batches, Kind::Other),
            ("GET", "/v1/models", Scope::Models, Kind::Models),
            ("GET", "/v1/models/claude", Scope::Models, Kind::Model),
            ("POST", "/v1/files", Scope::Files, Kind::Other),
            ("GET", "/v1/organizations/usage_report/messages", Scope::ProviderAdmin, Kind::Other),
            ("POST", "/v1/skills", Scope::All, Kind::Other),
        ] {
            let found = Anthropic.classify(method, path);
            assert_eq!((found.scope, found.kind), (scope, kind), "{method} {path}");
        }
    }

    #[test]
    fn errors_have_the_vendors_types() {
        for (status, code, kind) in [
            (401, "invalid_api_key", "authentication_error"),
            (403, "model_not_allowed", "permission_error"),
            (404, "not_found", "not_found_error"),
            (413, "request_too_large", "request_too_large"),
            (429, "rate_limit_exceeded", "rate_limit_error"),
            (429, "budget_exceeded", "billing_error"),
            (529, "upstream_overloaded", "overloaded_error"),
            (504, "upstream_timeout", "timeout_error"),
            (503, "no_upstream", "api_error"),
            (400, "invalid_json", "invalid_request_error"),
        ] {
            let found: Value = serde_json::from_slice(&Anthropic.error_body(&text(status, code))).unwrap();
            assert_eq!(found["error"]["type"], kind);
            assert_eq!((&found["type"], &found["request_id"]), (&json!("error"), &json!("req_1")));
        }
        let event = String::from_utf8(Anthropic.stream_error(None, &text(502, "upstream_unavailable"))).unwrap();
        assert!(event.starts_with("\n\nevent: error\ndata: {") && event.ends_with("}\n\n"));
        assert_eq!(Anthropic.status(503, "upstream_overloaded"), 529);
    }

    #[test]
    fn resets_are_instants() {
        let rate = Rate { limit: 5, remaining: 0, reset_ns: 1_500_000_001, now_ms: 1_000 };
        assert_eq!(Anthropic.rate_fields(&rate)[2].1, "1970-01-01T00:00:03Z");
    }
}
