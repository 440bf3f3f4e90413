//! JSON splice: asks for usage where the client did not, without touching anything else it wrote.

use super::{
    Peek,
    peek::{IncludeUsage, include_usage},
};
use crate::Kind;

const ASKED: &[u8] = br#"{"include_usage":true}"#;

/// The body with `stream_options.include_usage` set to `true`, every other byte as it was; `None` where nothing is to be
/// asked: no stream, another endpoint (responses report usage unasked), asked already, or `stream_options` of a
/// kind that only the upstream can judge.
///
/// `peek` must be of this very `body`. Where this answers `Some`, the client did not ask for usage, so the answer's
/// meter must hide it.
pub fn splice_usage(kind: Kind, body: &[u8], peek: &Peek) -> Option<Vec<u8>> {
    let asked = peek.usage_requested || peek.usage_requested_otherwise;
    if !matches!(kind, Kind::Chat | Kind::Completions) || !peek.stream || asked {
        return None;
    }
    let Some(at) = peek.stream_options.clone() else {
        // `stream` is there, so the object is not empty and what follows its brace is a name.
        let open = body.iter().position(|byte| *byte == b'{')? + 1;
        return Some([&body[..open], br#""stream_options":"#, ASKED, b",", &body[open..]].concat());
    };
    let (before, options, after) = (body.get(..at.start)?, body.get(at.clone())?, body.get(at.end..)?);
    if options == b"null" {
        return Some([before, ASKED, after].concat());
    }
    let inside = options.strip_prefix(b"{")?;
    match include_usage(options) {
        IncludeUsage { odd: true, .. } => None,
        IncludeUsage { empty: true, .. } => Some([before, br#"{"include_usage":true"#, inside, after].concat()),
        IncludeUsage { off, .. } if off.is_empty() => {
            Some([before, br#"{"include_usage":true,"#, inside, after].concat())
        }
        IncludeUsage { off, .. } => {
            let mut out = Vec::with_capacity(body.len() + 4);
            let mut from = 0;
            for value in off {
                out.extend_from_slice(&body[from..at.start + value.start]);
                out.extend_from_slice(b"true");
                from = at.start + value.end;
            }
            out.extend_from_slice(&body[from..]);
            Some(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::openai::peek;

    fn spliced(kind: Kind, body: &str) -> Option<String> {
        let found = peek(body.as_bytes()).unwrap();
        splice_usage(kind, body.as_bytes(), &found).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn usage_is_asked_for_and_nothing_else_changes() {
        for (body, expected) in [
            (
                r#" { "stream" : true, "model":"m" } "#,
                r#" {"stream_options":{"include_usage":true}, "stream" : true, "model":"m" } "#,
            ),
            (r#"{"stream":true,"stream_options":null}"#, r#"{"stream":true,"stream_options":{"include_usage":true}}"#),
            (r#"{"stream":true,"stream_options":{ }}"#, r#"{"stream":true,"stream_options":{"include_usage":true }}"#),
            (
                r#"{"stream_options":{ "include_obfuscation": false },"stream":true}"#,
                r#"{"stream_options":{"include_usage":true, "include_obfuscation": false },"stream":true}"#,
            ),
            (
                r#"{"stream_options":{"a":1, "include_usage" : false ,"b":2},"stream":true}"#,
                r#"{"stream_options":{"a":1, "include_usage" : true ,"b":2},"stream":true}"#,
            ),
            (
                r#"{"stream_options":{"include_usage":null},"stream":true}"#,
                r#"{"stream_options":{"include_usage":true},"stream":true}"#,
            ),
        ] {
            assert_eq!(spliced(Kind::Chat, body).as_deref(), Some(expected));
            assert_eq!(spliced(Kind::Completions, body).as_deref(), Some(expected));
        }
    }

    #[test]
    fn other_requests_pass_untouched() {
        for (kind, body) in [
            (Kind::Chat, r#"{"model":"m"}"#),
            (Kind::Chat, r#"{"stream":false}"#),
            (Kind::Chat, r#"{"stream":true,"stream_options":{"include_usage":true}}"#),
            (Kind::Chat, r#"{"stream":true,"stream_options":{"include_usage":"yes"}}"#),
            (Kind::Chat, r#"{"stream":true,"stream_options":"all"}"#),
            (Kind::Chat, r#"{"stream":true,"usage":{"include":true}}"#),
            (Kind::Responses, r#"{"stream":true}"#),
            (Kind::Other, r#"{"stream":true}"#),
        ] {
            assert_eq!(spliced(kind, body), None, "{body}");
        }
    }

    proptest! {
        #[test]
        fn the_spliced_body_says_the_same_and_asks(content in any::<String>(), options in options()) {
            let mut body = json!({ "messages": [{ "content": content }], "stream": true, "é": 1.5 });
            if let Some(options) = options {
                body["stream_options"] = options;
            }
            let out = spliced(Kind::Chat, &body.to_string()).unwrap();
            let mut expected = body;
            if !expected["stream_options"].is_object() {
                expected["stream_options"] = json!({});
            }
            expected["stream_options"]["include_usage"] = json!(true);
            prop_assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), expected);
        }
    }

    fn options() -> impl Strategy<Value = Option<Value>> {
        prop::sample::select(vec![
            None,
            Some(json!(null)),
            Some(json!({})),
            Some(json!({ "include_usage": false })),
            Some(json!({ "include_obfuscation": true })),
            Some(json!({ "include_obfuscation": true, "include_usage": null, "z": {} })),
        ])
    }
}
