//! Dialects that there are: which one a request is in, and its implementation.

use domain::Dialect as DialectId;

use crate::{anthropic::Anthropic, azure::Azure, dialect::Dialect, gemini::Gemini, openai::Openai};

/// The implementation of a dialect.
pub fn of(dialect: DialectId) -> &'static dyn Dialect {
    match dialect {
        DialectId::Openai => &Openai,
        DialectId::Anthropic => &Anthropic,
        DialectId::Gemini => &Gemini,
        DialectId::Azure => &Azure,
    }
}

/// Where only OpenAI's dialect has paths: no header makes them another's.
const OPENAI_ONLY: [&str; 6] = ["chat", "completions", "responses", "embeddings", "images", "audio"];

/// The dialect of a request: from its path, its version header and the name of its credential's header, before anything is
/// authenticated. `has` says whether the request has a header of that name.
pub fn detect(path: &str, has: impl Fn(&str) -> bool) -> DialectId {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (root, tail) = path.split_once('/').unwrap_or((path, ""));
    match root {
        "v1beta" | "upload" => DialectId::Gemini,
        "openai" => DialectId::Azure,
        _ if OPENAI_ONLY.contains(&tail.split('/').next().unwrap_or_default()) => DialectId::Openai,
        _ if has("anthropic-version") => DialectId::Anthropic,
        _ if has("x-goog-api-key") => DialectId::Gemini,
        _ if tail == "messages" || tail.starts_with("messages/") => DialectId::Anthropic,
        // `/v1/models/{model}:generateContent`; no other dialect has a method behind a model's name.
        _ if tail.starts_with("models/") && crate::gemini::has_method(tail) => DialectId::Gemini,
        _ => DialectId::Openai,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_and_the_headers_tell_the_dialect() {
        use DialectId::{Anthropic, Azure, Gemini, Openai};
        for (path, headers, expected) in [
            ("/v1/chat/completions", &[][..], Openai),
            ("/v1/chat/completions", &["x-api-key"], Openai),
            ("/v1/chat/completions", &["anthropic-version", "x-goog-api-key"], Openai),
            ("/v1/messages", &[], Anthropic),
            ("/v1/messages/count_tokens", &[], Anthropic),
            ("/v1/messagesx", &[], Openai),
            ("/v1/models", &[], Openai),
            ("/v1/models", &["anthropic-version", "x-api-key"], Anthropic),
            ("/v1/models", &["x-goog-api-key"], Gemini),
            ("/v1/files", &["anthropic-version"], Anthropic),
            ("/v1beta/models/gemini-3:generateContent", &[], Gemini),
            ("/v1/models/gemini-3:generateContent", &[], Gemini),
            ("/v1/models/ft:gpt-4o:acme::9", &[], Openai),
            ("/upload/v1beta/files", &[], Gemini),
            ("/openai/v1/responses", &["api-key"], Azure),
            ("/openai/deployments/d/chat/completions", &[], Azure),
            ("/", &[], Openai),
        ] {
            assert_eq!(detect(path, |name| headers.contains(&name)), expected, "{path} {headers:?}");
        }
    }
}
