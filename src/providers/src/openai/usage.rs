//! Usage object: tokens as the dialect counts them.
//!
//! Two vocabularies: chat, legacy completions and embeddings say `prompt_tokens` and `completion_tokens`; responses,
//! images and transcriptions say `input_tokens` and `output_tokens`. No answer mixes them, so either is read anywhere.

use domain::Usage;

use crate::json;

/// Reads the value of a `usage` field. What is missing or null stays unsaid; a count that cannot be is left out and marked
/// ([`Usage::checked`]).
pub(super) fn read(value: &[u8]) -> Usage {
    let (mut usage, mut unreadable) = (Usage::default(), false);
    // Where the text is broken, what was read before the flaw stands.
    let _ = json::members(value, |member| {
        let inside = &value[member.value.clone()];
        match &value[member.name.clone()] {
            b"prompt_tokens" | b"input_tokens" => unreadable |= !set(&mut usage.input_tokens, inside),
            b"completion_tokens" | b"output_tokens" => unreadable |= !set(&mut usage.output_tokens, inside),
            b"prompt_tokens_details" | b"input_tokens_details" => {
                unreadable |= !detail(inside, b"cached_tokens", &mut usage.cached_tokens);
            }
            b"completion_tokens_details" | b"output_tokens_details" => {
                unreadable |= !detail(inside, b"reasoning_tokens", &mut usage.reasoning_tokens);
            }
            _ => {}
        }
    });
    Usage { unreadable, ..usage }.checked()
}

fn detail(value: &[u8], name: &[u8], into: &mut Option<i64>) -> bool {
    let mut readable = true;
    let _ = json::members(value, |member| {
        if &value[member.name.clone()] == name {
            readable &= set(into, &value[member.value.clone()]);
        }
    });
    readable
}

/// Whether `value` is a count, or says that there is none.
fn set(into: &mut Option<i64>, value: &[u8]) -> bool {
    *into = json::as_count(value).and_then(|count| i64::try_from(count).ok());
    into.is_some() || value == b"null"
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
            unreadable: false,
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
    fn what_is_not_there_stays_unsaid() {
        for text in [
            "null",
            "7",
            "[]",
            "{}",
            r#"{"prompt_tokens":null,"completion_tokens_details":{"reasoning_tokens":null}}"#,
            r#"{"prompt_tokens_details":null}"#,
            r#"{"prompt_tokens":"#,
        ] {
            assert_eq!(read(text.as_bytes()), Usage::default(), "{text}");
        }
    }

    /// F13
    #[test]
    fn counts_that_cannot_be_are_left_out_and_marked() {
        for odd in
            ["-1", "9223372036854775807", "99999999999999999999", "1099511627777", "1.5", "1e3", "\"3\"", "{}", "true"]
        {
            let found = read(format!(r#"{{"prompt_tokens":3,"completion_tokens":{odd}}}"#).as_bytes());
            let expected = Usage { input_tokens: Some(3), unreadable: true, ..Usage::default() };
            assert_eq!(found, expected, "{odd}");
        }
        let part_beyond_whole = br#"{"prompt_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}"#;
        let expected = Usage { input_tokens: Some(3), unreadable: true, ..Usage::default() };
        assert_eq!(read(part_beyond_whole), expected);
        let largest = read(br#"{"prompt_tokens":1099511627776}"#);
        assert_eq!(largest, Usage { input_tokens: Some(1 << 40), ..Usage::default() });
    }
}
