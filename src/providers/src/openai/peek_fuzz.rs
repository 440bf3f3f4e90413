//! Fuzz target: the JSON peek, against a reader that builds everything.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use testkit_domain::fuzz::spell;

use super::*;

const WORDS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\"model\":",
    b"\"Model\":",
    b"\"mod\\u0065l\":",
    b"\"gpt-5\"",
    b"\"stream\":true",
    b"\"stream\":false",
    b"\"stream_options\":{\"include_usage\":true}",
    b"\"stream_options\":{\"include_usage\":null}",
    b"\"stream_options\":{\"a\":1,\"include_usage\":false,\"include_usage\":true}",
    b"\"max_tokens\":12",
    b"\"max_completion_tokens\":34",
    b"\"max_output_tokens\":1.5",
    b"\"messages\":[{\"role\":\"user\",\"content\":\"{\\\"model\\\":\\\"x\\\"}\"}]",
    b"{\"model\":\"a\",",
    b",\"user\":\"\xc3\xa9\xe6\xbc\xa2\"",
    b"\"x\":-0.5e+3",
    b"\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    b"true",
    b"null",
    b"\\ud800",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\x00",
    b"\n\t ",
    b"a long run of plain text that does not fit one block of a vector ",
];

const MEMBERS: &[&str] = &[
    r#""model":"gpt-5""#,
    r#""Model":"x""#,
    r#""mod\u0065l":"é\n\"""#,
    r#""model":{"name":"x"}"#,
    r#" "stream" : true "#,
    r#""stream":"true""#,
    r#""stream_options":{"include_usage":true}"#,
    r#""stream_options":{"a":[{}],"include_usage":null,"include_usage":false}"#,
    r#""max_tokens":12"#,
    r#""max_completion_tokens":34e1"#,
    r#""max_output_tokens":18446744073709551615"#,
    r#""max_tokens":-0"#,
    r#""messages":[{"role":"user","content":"{\"model\":\"x\"}, and a long run of plain text beyond one block"}]"#,
    r#""漢":"\u12aB\/\b""#,
    r#""n":1.5E+9"#,
    r#""":[[],[[]],{"":{}}]"#,
    r#""\ud800":1"#,
];

/// An object of members, and maybe one byte in it that is none of theirs.
fn object(bytes: &[u8]) -> Vec<u8> {
    let [odd, at, members @ ..] = bytes else { return b"{}".to_vec() };
    let members: Vec<&str> = members.iter().take(8).map(|byte| MEMBERS[usize::from(*byte) % MEMBERS.len()]).collect();
    let mut text = format!("{{{}}}", members.join(",")).into_bytes();
    if odd.is_multiple_of(8) {
        text.insert(usize::from(*at) % (text.len() + 1), *odd);
    }
    text
}

/// Every member of an object with its value as it is written, those that stand twice too.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Every;
        impl<'de> Visitor<'de> for Every {
            type Value = Members;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut found = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    found.push(entry);
                }
                Ok(Members(found))
            }
        }
        from.deserialize_map(Every)
    }
}

fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for c in json.chars() {
        match c {
            _ if std::mem::take(&mut escaped) => {}
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// `None` where the slow reader cannot say: names with an unpaired surrogate are no Rust strings.
fn slow_peek(body: &[u8]) -> Option<Result<Peek, PeekError>> {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let Ok(text) = std::str::from_utf8(body) else { return Some(Err(PeekError::NotJson)) };
    if serde_json::from_str::<&RawValue>(text).is_err() {
        return Some(Err(PeekError::NotJson));
    }
    if depth(text) > 64 {
        return Some(Err(PeekError::TooDeep));
    }
    if !text.trim_start().starts_with('{') {
        return Some(Ok(Peek::default()));
    }
    if text.to_lowercase().contains("\\ud") {
        return None;
    }
    let Members(members) = serde_json::from_str(text).unwrap();
    let folded = |name: &str| if name.eq_ignore_ascii_case("model") { "model".to_owned() } else { name.to_owned() };
    let mut names = Vec::new();
    for (name, _) in &members {
        if names.contains(&folded(name)) {
            return Some(Err(PeekError::Duplicate(folded(name).chars().take(64).collect())));
        }
        names.push(folded(name));
    }
    let value = |wanted: &str| members.iter().find(|(name, _)| folded(name) == wanted).map(|(_, value)| value.get());
    let options = value("stream_options").and_then(|text| serde_json::from_str::<Members>(text).ok());
    let model = value("model").map(|text| serde_json::from_str::<String>(text).ok());
    let mut other = Peek::default();
    for name in ["models", "requests"] {
        let listed = value(name).and_then(|text| serde_json::from_str::<Vec<serde_json::Value>>(text).ok());
        for entry in listed.unwrap_or_default() {
            // None of the words here makes a request out of an entry.
            match entry.as_str() {
                _ if name == "requests" => {}
                Some(text) if other.other_models.iter().any(|known| known == text) => {}
                Some(text) => other.other_models.push(text.to_owned()),
                None => other.odd_model = true,
            }
        }
    }
    Some(Ok(Peek {
        other_models: other.other_models,
        odd_model: other.odd_model || model == Some(None),
        model_at: None,
        background: value("background") == Some("true"),
        usage_requested_otherwise: false,
        model: value("model").and_then(|text| serde_json::from_str(text).ok()),
        stream: value("stream") == Some("true"),
        usage_requested: options.is_some_and(|options| {
            options.0.iter().any(|(name, value)| name == "include_usage" && value.get() == "true")
        }),
        max_tokens: ["max_tokens", "max_completion_tokens", "max_output_tokens"]
            .into_iter()
            .filter_map(|name| value(name)?.parse().ok())
            .max(),
        stream_options: None,
    }))
}

/// Any body is judged, and read, as by the slow reader; what is said to be the stream options is them.
#[test]
fn any_body_is_read_as_by_a_slow_reader() {
    bolero::check!(name = "json-peek").with_max_len(300).for_each(|bytes| {
        let body = match bytes {
            [kind, rest @ ..] if kind.is_multiple_of(2) => object(rest),
            _ => spell(bytes, WORDS),
        };
        let found = peek(&body);
        let options = found.as_ref().ok().and_then(|found| found.stream_options.clone());
        let Some(slow) = slow_peek(&body) else { return };
        let found = found.map(|found| Peek { stream_options: None, model_at: None, ..found });
        let shown = String::from_utf8_lossy(&body);
        if (&found, &slow) == (&Err(PeekError::TooDeep), &Err(PeekError::NotJson)) {
            // Both are true, and the depth came first.
            return assert!(depth(&shown) > 64, "{shown}");
        }
        assert_eq!(found, slow, "{shown}");
        if let Some(options) = options {
            assert!(serde_json::from_slice::<&RawValue>(&body[options]).is_ok());
        }
    });
}
