//! Azure OpenAI dialect: the operations of OpenAI below `/openai/v1`, or below a deployment.

use domain::Dialect as DialectId;

use crate::{Dialect, ErrorText, Grammar, Operation, Rate, openai, openai::Openai, operation::decoded};

/// The dialect.
pub struct Azure;

impl Dialect for Azure {
    fn id(&self) -> DialectId {
        DialectId::Azure
    }

    fn classify(&self, method: &str, path: &str) -> Operation {
        let (deployment, tail) = split(path);
        let operation = openai::classify(method, &tail);
        // The path has it, and a body need not.
        if deployment.is_some() { Operation { has_model: true, ..operation } } else { operation }
    }

    fn model_in_path(&self, path: &str) -> Option<String> {
        let (deployment, tail) = split(path);
        deployment.or_else(|| openai::model_in_path(&tail))
    }

    fn error_body(&self, error: &ErrorText<'_>) -> Vec<u8> {
        Openai.error_body(error)
    }

    fn stream_error(&self, grammar: Option<Grammar>, error: &ErrorText<'_>) -> Vec<u8> {
        Openai.stream_error(grammar, error)
    }

    fn rate_fields(&self, rate: &Rate) -> Vec<(&'static str, String)> {
        Openai.rate_fields(rate)
    }
}

/// The deployment that a raw path names, and what is asked of it. A name may hold slashes, escaped.
fn split(path: &str) -> (Option<String>, String) {
    let whole = decoded(path);
    if let Some(tail) = whole.strip_prefix("/openai/v1/") {
        return (None, tail.to_owned());
    }
    let tail = whole.strip_prefix("/openai/").unwrap_or_default();
    if !tail.starts_with("deployments/") {
        return (None, tail.to_owned());
    }
    let mut segments = path.splitn(5, '/').skip(3);
    match (segments.next(), segments.next()) {
        (Some(deployment), Some(tail)) => (Some(decoded(deployment).into_owned()), decoded(tail).into_owned()),
        // Slashes where they do not belong: a deployment, but which one is not clear.
        _ => (Some(String::new()), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use domain::Scope;

    use super::*;
    use crate::Kind;

    #[test]
    fn both_families_of_paths() {
        for (path, kind, model) in [
            ("/openai/v1/chat/completions", Kind::Chat, None),
            ("/openai/deployments/gpt-4o/chat/completions", Kind::Chat, Some("gpt-4o")),
            ("/openai/deployments/our%2Fname/embeddings", Kind::Embeddings, Some("our/name")),
            ("/openai/deployment%73/gpt-4o/chat/completions", Kind::Chat, Some("gpt-4o")),
            ("/openai/deployments%2Fgpt-4o/chat", Kind::Other, Some("")),
            ("/openai/v1/responses", Kind::Responses, None),
            ("/openai/responses", Kind::Responses, None),
        ] {
            assert_eq!(Azure.classify("POST", path).kind, kind, "{path}");
            assert_eq!(Azure.model_in_path(path).as_deref(), model, "{path}");
        }
        assert_eq!(Azure.classify("GET", "/openai/v1/models").scope, Scope::Models);
        assert!(Azure.classify("POST", "/openai/deployments/d/chat/completions").has_model);
    }
}
