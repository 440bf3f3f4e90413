//! Tokens as the dialect counts them.
//!
//! Two vocabularies: chat, legacy completions and embeddings say `prompt_tokens` and `completion_tokens`; responses,
//! images and transcriptions say `input_tokens` and `output_tokens`. No answer mixes them, so either is read anywhere.

use domain::Usage;

use crate::json;

/// Reads the value of a `usage` field. What is missing, null, negative or no whole number stays unsaid.
pub(super) fn read(value: &[u8]) -> Usage {
    let mut usage = Usage::default();
    // Where the text is broken, what was read before the flaw stands.
    let _ = json::members(value, |member| {
        let inside = &value[member.value.clone()];
        match &value[member.name.clone()] {
            b"prompt_tokens" | b"input_tokens" => set(&mut usage.input_tokens, inside),
            b"completion_tokens" | b"output_tokens" => set(&mut usage.output_tokens, inside),
            b"prompt_tokens_details" | b"input_tokens_details" => {
                detail(inside, b"cached_tokens", &mut usage.cached_tokens);
            }
            b"completion_tokens_details" | b"output_tokens_details" => {
                detail(inside, b"reasoning_tokens", &mut usage.reasoning_tokens);
            }
            _ => {}
        }
    });
    usage
}

fn detail(value: &[u8], name: &[u8], into: &mut Option<i64>) {
    let _ = json::members(value, |member| {
        if &value[member.name.clone()] == name {
            set(into, &value[member.value.clone()]);
        }
    });
}

fn set(into: &mut Option<i64>, value: &[u8]) {
    if let Some(count) = json::as_count(value).and_then(|count| i64::try_from(count).ok()) {
        *into = Some(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_vocabularies() {
        let full = Usage {
            input_tokens: Some(19),
            cached_tokens: Some(8),
            output_tokens: Some(10),
            reasoning_tokens: Some(2),
        };
        let chat = br#"{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,
            "prompt_tokens_details":{"cached_tokens":8,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":2}}"#;
        assert_eq!(read(chat), full);
        let responses = br#"{"input_tokens":19,"input_tokens_details":{"cached_tokens":8},"output_tokens":10,
            "output_tokens_details":{"reasoning_tokens":2},"total_tokens":29}"#;
        assert_eq!(read(responses), full);
        let embeddings = read(br#"{"prompt_tokens":19,"total_tokens":19}"#);
        assert_eq!(embeddings, Usage { input_tokens: Some(19), ..Usage::default() });
    }

    #[test]
    fn nonsense_stays_unsaid() {
        for text in
            ["null", "7", "[]", "{}", r#"{"prompt_tokens":null,"completion_tokens":-1}"#, r#"{"prompt_tokens":"#]
        {
            assert_eq!(read(text.as_bytes()), Usage::default(), "{text}");
        }
        let partly =
            read(br#"{"prompt_tokens":3,"completion_tokens":99999999999999999999,"prompt_tokens_details":null}"#);
        assert_eq!(partly, Usage { input_tokens: Some(3), ..Usage::default() });
    }
}
