//! Endpoint classification: which of the dialect's endpoints a path names.

use std::borrow::Cow;

/// What a request is for, as far as metering cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `POST /v1/chat/completions`
    Chat,
    /// `POST /v1/completions`, the legacy one.
    Completions,
    /// `POST /v1/responses`
    Responses,
    /// `POST /v1/embeddings`
    Embeddings,
    /// `GET /v1/models` and `GET /v1/models/{model}`
    Models,
    /// Everything else: passed on, metered if its answer looks familiar.
    Other,
}

impl Endpoint {
    /// The endpoint of a raw path without its query string. Escapes are read first, as the upstream will do:
    /// `/v1/chat/completion%73` is a chat.
    pub fn of(method: &str, path: &str) -> Self {
        let path = decoded(path);
        let Some(tail) = path.strip_prefix(b"/v1/") else { return Self::Other };
        match (method, tail) {
            ("POST", b"chat/completions") => Self::Chat,
            ("POST", b"completions") => Self::Completions,
            ("POST", b"responses") => Self::Responses,
            ("POST", b"embeddings") => Self::Embeddings,
            ("GET", b"models") => Self::Models,
            ("GET", tail) if tail.starts_with(b"models/") => Self::Models,
            _ => Self::Other,
        }
    }
}

fn decoded(path: &str) -> Cow<'_, [u8]> {
    if !path.contains('%') {
        return Cow::Borrowed(path.as_bytes());
    }
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        out.push(escaped.unwrap_or(*byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_methods() {
        for (method, path, endpoint) in [
            ("POST", "/v1/chat/completions", Endpoint::Chat),
            ("POST", "/v1/completions", Endpoint::Completions),
            ("POST", "/v1/responses", Endpoint::Responses),
            ("POST", "/v1/embeddings", Endpoint::Embeddings),
            ("GET", "/v1/models", Endpoint::Models),
            ("GET", "/v1/models/gpt-5", Endpoint::Models),
            ("DELETE", "/v1/models/ft:x", Endpoint::Other),
            ("GET", "/v1/chat/completions", Endpoint::Other),
            ("GET", "/v1/responses/resp_1", Endpoint::Other),
            ("POST", "/v1/audio/speech", Endpoint::Other),
            ("POST", "/chat/completions", Endpoint::Other),
        ] {
            assert_eq!(Endpoint::of(method, path), endpoint, "{method} {path}");
        }
    }

    #[test]
    fn an_escaped_path_is_no_way_around_the_meter() {
        assert_eq!(Endpoint::of("POST", "/v1/chat/completion%73"), Endpoint::Chat);
        assert_eq!(Endpoint::of("POST", "/v1/chat%2Fcompletions"), Endpoint::Chat);
        assert_eq!(Endpoint::of("POST", "/v1/chat/completion%7"), Endpoint::Other);
    }
}
