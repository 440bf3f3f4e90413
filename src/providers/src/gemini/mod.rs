//! Gemini dialect: `/v1beta`, with the method behind the model's name.

use domain::{Dialect as DialectId, Scope};
use serde_json::{Value, json};

use crate::{Dialect, ErrorText, Grammar, Kind, Operation, Rate, operation::decoded};

/// The dialect.
pub struct Gemini;

impl Dialect for Gemini {
    fn id(&self) -> DialectId {
        DialectId::Gemini
    }

    fn classify(&self, method: &str, path: &str) -> Operation {
        let path = decoded(path);
        let tail = tail(&path);
        let (first, rest) = tail.split_once('/').unwrap_or((tail, ""));
        let verb = rest.rsplit_once(':').map_or("", |(_, verb)| verb);
        let json = |scope| Operation::other(scope).json();
        match (first, verb) {
            ("models" | "tunedModels" | "dynamic", "generateContent" | "streamGenerateContent" | "generateAnswer") => {
                json(Scope::Generate).with_model().metered(Grammar::Generate).kind(Kind::Generate)
            }
            ("models" | "tunedModels", "countTokens") => json(Scope::Generate).with_model().kind(Kind::CountTokens),
            ("models" | "tunedModels", "embedContent" | "batchEmbedContents" | "asyncBatchEmbedContent") => {
                json(Scope::Embeddings).with_model().metered(Grammar::Generate).kind(Kind::EmbedContent)
            }
            ("models" | "tunedModels", "batchGenerateContent") => json(Scope::Batches).with_model(),
            ("models", "predict" | "predictLongRunning") => json(Scope::Images).with_model().metered(Grammar::Generate),
            ("models", "") if method == "GET" && rest.is_empty() => Operation::other(Scope::Models).kind(Kind::Models),
            ("models", "") if method == "GET" => Operation::other(Scope::Models).kind(Kind::Model),
            ("models", "") => Operation::other(Scope::Models),
            ("cachedContents", _) => json(Scope::Generate),
            ("interactions", _) => Operation::other(Scope::Generate).metered(Grammar::Generate),
            ("files" | "fileSearchStores" | "corpora" | "media", _) => Operation::other(Scope::Files),
            ("batches", _) => Operation::other(Scope::Batches),
            // Tokens that speak for the provider's own credential.
            ("auth_tokens" | "authTokens", _) => Operation::other(Scope::ProviderAdmin),
            _ => Operation::other(Scope::All),
        }
    }

    fn model_in_path(&self, path: &str) -> Option<String> {
        let path = decoded(path);
        let tail = tail(&path);
        let named = tail.strip_prefix("models/").or_else(|| tail.starts_with("tunedModels/").then_some(tail))?;
        let model = named.rsplit_once(':').map_or(named, |(model, verb)| if is_verb(verb) { model } else { named });
        (!model.is_empty()).then(|| model.to_owned())
    }

    fn error_body(&self, error: &ErrorText<'_>) -> Vec<u8> {
        value(error).to_string().into_bytes()
    }

    /// An event whose data begins with `{"error":`: the SDK tests that very prefix.
    fn stream_error(&self, _: Option<Grammar>, error: &ErrorText<'_>) -> Vec<u8> {
        format!("\r\n\r\ndata: {}\r\n\r\n", value(error)).into_bytes()
    }

    fn rate_fields(&self, _: &Rate) -> Vec<(&'static str, String)> {
        // The vendor has none.
        Vec::new()
    }
}

/// Whether a path behind its version names a method of a model.
pub(crate) fn has_method(tail: &str) -> bool {
    decoded(tail).rsplit_once(':').is_some_and(|(_, verb)| is_verb(verb))
}

fn is_verb(verb: &str) -> bool {
    matches!(
        verb,
        "generateContent"
            | "streamGenerateContent"
            | "generateAnswer"
            | "countTokens"
            | "embedContent"
            | "batchEmbedContents"
            | "asyncBatchEmbedContent"
            | "batchGenerateContent"
            | "predict"
            | "predictLongRunning"
    )
}

/// What stands behind the version: `models/gemini-3:generateContent`.
fn tail(path: &str) -> &str {
    let path = path.strip_prefix("/upload").unwrap_or(path);
    path.strip_prefix("/v1beta/").or_else(|| path.strip_prefix("/v1/")).unwrap_or_default()
}

fn value(error: &ErrorText<'_>) -> Value {
    let mut details = Vec::new();
    if error.code == "invalid_api_key" || error.code == "missing_api_key" {
        details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
        }));
    } else {
        details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": error.code.to_ascii_uppercase(),
            "domain": "keywright",
            "metadata": { "request_id": error.request_id },
        }));
    }
    if let Some(seconds) = error.retry_after {
        details.push(json!({
            "@type": "type.googleapis.com/google.rpc.RetryInfo",
            "retryDelay": format!("{seconds}s"),
        }));
    }
    // `error` comes first, and stays so: there is nothing else beside it.
    json!({ "error": { "code": error.status, "message": error.message, "status": status(error), "details": details } })
}

/// The vendor's status for an HTTP status (google.rpc.Code).
const fn status(error: &ErrorText<'_>) -> &'static str {
    match error.status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 | 405 => "NOT_FOUND",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        502 | 503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        500.. => "INTERNAL",
        _ => "INVALID_ARGUMENT",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_kinds_and_models() {
        for (method, path, scope, kind, model) in [
            ("POST", "/v1beta/models/g-3:generateContent", Scope::Generate, Kind::Generate, Some("g-3")),
            ("POST", "/v1beta/models/g-3:streamGenerateContent", Scope::Generate, Kind::Generate, Some("g-3")),
            ("POST", "/v1/models/g-3%3AgenerateContent", Scope::Generate, Kind::Generate, Some("g-3")),
            ("POST", "/v1beta/models/g-3:countTokens", Scope::Generate, Kind::CountTokens, Some("g-3")),
            ("POST", "/v1beta/models/e:batchEmbedContents", Scope::Embeddings, Kind::EmbedContent, Some("e")),
            ("POST", "/v1beta/models/our%2Fname:generateContent", Scope::Generate, Kind::Generate, Some("our/name")),
            ("POST", "/v1beta/tunedModels/t:generateContent", Scope::Generate, Kind::Generate, Some("tunedModels/t")),
            ("GET", "/v1beta/models", Scope::Models, Kind::Models, None),
            ("GET", "/v1beta/models/g-3", Scope::Models, Kind::Model, Some("g-3")),
            ("POST", "/upload/v1beta/files", Scope::Files, Kind::Other, None),
            ("POST", "/v1beta/auth_tokens", Scope::ProviderAdmin, Kind::Other, None),
            ("GET", "/v1beta/new", Scope::All, Kind::Other, None),
        ] {
            let found = Gemini.classify(method, path);
            assert_eq!((found.scope, found.kind), (scope, kind), "{method} {path}");
            assert_eq!(Gemini.model_in_path(path).as_deref(), model, "{path}");
        }
    }

    #[test]
    fn errors_have_the_vendors_status_and_details() {
        let error = ErrorText {
            status: 429,
            code: "rate_limit_exceeded",
            message: "m",
            param: None,
            request_id: "r",
            retry_after: Some(3),
        };
        let found: Value = serde_json::from_slice(&Gemini.error_body(&error)).unwrap();
        assert_eq!((&found["error"]["code"], &found["error"]["status"]), (&json!(429), &json!("RESOURCE_EXHAUSTED")));
        assert_eq!(found["error"]["details"][1]["retryDelay"], "3s");
        let error = ErrorText { status: 401, code: "invalid_api_key", retry_after: None, ..error };
        let found: Value = serde_json::from_slice(&Gemini.error_body(&error)).unwrap();
        assert_eq!(found["error"]["status"], "UNAUTHENTICATED");
        assert_eq!(found["error"]["details"][0]["reason"], "API_KEY_INVALID");
        let event = String::from_utf8(Gemini.stream_error(None, &error)).unwrap();
        assert!(event.starts_with("\r\n\r\ndata: {\"error\":"), "{event}");
    }
}
