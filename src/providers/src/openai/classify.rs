//! Operations of the OpenAI dialect: scope, body and answer of every endpoint family (K10).

use domain::Scope;

use crate::{
    Grammar, Kind, Operation,
    operation::{BodyKind, decoded},
};

/// The operation of a method and a raw path behind its version (`chat/completions`). Escapes are read first, as the
/// upstream will do.
pub(crate) fn classify(method: &str, tail: &str) -> Operation {
    let tail = decoded(tail);
    let (first, rest) = tail.split_once('/').unwrap_or((&tail, ""));
    let post = method == "POST";
    match (first, rest) {
        ("chat", "completions") if post => generating(Scope::ChatCompletions).metered(Grammar::Chat).kind(Kind::Chat),
        ("completions", "") if post => {
            generating(Scope::ChatCompletions).metered(Grammar::Chat).kind(Kind::Completions)
        }
        ("chat" | "completions", _) => of(post, Scope::ChatCompletions),
        ("responses", "") if post => generating(Scope::Responses).metered(Grammar::Responses).kind(Kind::Responses),
        ("responses", "compact" | "input_tokens") if post => generating(Scope::Responses),
        // Only what is stored is looked at; cancelling may be its first terminal state.
        ("responses", "") | ("conversations", _) => of(post, Scope::Responses),
        ("responses", _) => Operation::other(Scope::Responses).metered(Grammar::Responses).kind(Kind::StoredResponse),
        ("embeddings", "") if post => generating(Scope::Embeddings).kind(Kind::Embeddings),
        ("embeddings", _) => of(post, Scope::Embeddings),
        ("images", "edits" | "variations") if post => {
            Operation::other(Scope::Images).form().with_model().metered(Grammar::Plain)
        }
        ("images", "generations") if post => generating(Scope::Images),
        ("images" | "videos", _) => of(post, Scope::Images),
        ("audio", "transcriptions" | "translations") if post => {
            Operation::other(Scope::Audio).form().with_model().metered(Grammar::Plain)
        }
        ("audio", "speech") if post => generating(Scope::Audio),
        ("audio", _) => of(post, Scope::Audio),
        ("files", "") if post => Operation::other(Scope::Files).form().kind(Kind::Upload),
        ("files" | "uploads" | "vector_stores" | "containers", _) => of(post, Scope::Files),
        ("batches", _) => of(post, Scope::Batches),
        ("models", "") if !post => Operation::other(Scope::Models).kind(Kind::Models),
        ("models", _) if method == "GET" => Operation::other(Scope::Models).kind(Kind::Model),
        ("models", _) => Operation::other(Scope::Models),
        ("moderations", _) => of(post, Scope::Moderations),
        // These hand out credentials of the provider's own.
        _ if hands_out_credentials(first, rest) => Operation::other(Scope::ProviderAdmin),
        ("realtime", _) => Operation::other(Scope::Realtime),
        // The organisation's administration at OpenAI, keys and credits at OpenRouter.
        ("organization" | "organizations" | "projects" | "keys" | "credits" | "auth", _) => {
            Operation::other(Scope::ProviderAdmin)
        }
        _ => of(post, Scope::All),
    }
}

/// Short-lived secrets of the provider's own, with which a client goes there past the gateway.
fn hands_out_credentials(first: &str, rest: &str) -> bool {
    match first {
        "realtime" => {
            matches!(rest, "client_secrets" | "sessions" | "transcription_sessions" | "translations/client_secrets")
        }
        "chatkit" => rest == "sessions" || rest.starts_with("sessions/"),
        _ => false,
    }
}

/// The model that stands in a raw path behind its version: `models/{model}`.
pub(crate) fn model_in_path(tail: &str) -> Option<String> {
    let tail = decoded(tail);
    tail.strip_prefix("models/").filter(|model| !model.is_empty()).map(str::to_owned)
}

/// A JSON body that names a model, and an answer that says what it cost.
const fn generating(scope: Scope) -> Operation {
    Operation::other(scope).json().with_model().metered(Grammar::Plain)
}

/// An operation of a family: what it answers to a POST may say what it cost.
const fn of(post: bool, scope: Scope) -> Operation {
    let operation = Operation::other(scope);
    if post { Operation { body: BodyKind::Any, ..operation.metered(Grammar::Plain) } } else { operation }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_and_kinds() {
        use Scope as S;
        for (method, tail, scope, kind) in [
            ("POST", "chat/completions", S::ChatCompletions, Kind::Chat),
            ("POST", "completions", S::ChatCompletions, Kind::Completions),
            ("GET", "chat/completions/id", S::ChatCompletions, Kind::Other),
            ("POST", "responses", S::Responses, Kind::Responses),
            ("POST", "responses/compact", S::Responses, Kind::Other),
            ("GET", "responses/resp_1", S::Responses, Kind::StoredResponse),
            ("POST", "responses/resp_1/cancel", S::Responses, Kind::StoredResponse),
            ("POST", "conversations", S::Responses, Kind::Other),
            ("POST", "embeddings", S::Embeddings, Kind::Embeddings),
            ("POST", "images/generations", S::Images, Kind::Other),
            ("POST", "audio/transcriptions", S::Audio, Kind::Other),
            ("POST", "files", S::Files, Kind::Upload),
            ("GET", "files", S::Files, Kind::Other),
            ("POST", "vector_stores/vs_1/search", S::Files, Kind::Other),
            ("POST", "batches", S::Batches, Kind::Other),
            ("GET", "models", S::Models, Kind::Models),
            ("GET", "models/gpt-5", S::Models, Kind::Model),
            ("DELETE", "models/ft:x", S::Models, Kind::Other),
            ("POST", "moderations", S::Moderations, Kind::Other),
            ("POST", "realtime/calls", S::Realtime, Kind::Other),
            ("POST", "realtime/client_secrets", S::ProviderAdmin, Kind::Other),
            ("POST", "realtime/sessions", S::ProviderAdmin, Kind::Other),
            ("POST", "chatkit/sessions", S::ProviderAdmin, Kind::Other),
            ("GET", "organization/admin_api_keys", S::ProviderAdmin, Kind::Other),
            ("POST", "something/new", S::All, Kind::Other),
        ] {
            let found = classify(method, tail);
            assert_eq!((found.scope, found.kind), (scope, kind), "{method} {tail}");
        }
    }

    #[test]
    fn an_escaped_path_is_no_way_around() {
        assert_eq!(classify("POST", "chat/completion%73").kind, Kind::Chat);
        assert_eq!(classify("POST", "chat%2Fcompletions").kind, Kind::Chat);
        assert_eq!(classify("POST", "organi%7Aation/x").scope, Scope::ProviderAdmin);
        assert_eq!(model_in_path("models/meta-llama%2FLlama-3").as_deref(), Some("meta-llama/Llama-3"));
    }

    #[test]
    fn what_generates_names_its_model() {
        for tail in
            ["chat/completions", "responses", "responses/compact", "embeddings", "images/generations", "audio/speech"]
        {
            let found = classify("POST", tail);
            assert_eq!((found.has_model, found.body), (true, BodyKind::Json), "{tail}");
        }
        for tail in ["audio/transcriptions", "images/edits"] {
            let found = classify("POST", tail);
            assert_eq!((found.has_model, found.body), (true, BodyKind::Form), "{tail}");
        }
        assert!(!classify("POST", "files").has_model && !classify("POST", "vector_stores").has_model);
    }
}
