//! Usage count tests: the same counts in every provider's words.

use super::*;

fn read(grammar: Grammar, text: &str) -> Usage {
    let mut counts = Counts::default();
    counts.read(grammar, text.as_bytes());
    counts.usage(grammar)
}

#[test]
fn both_vocabularies_of_openai() {
    let full = Usage {
        input_tokens: Some(19),
        cached_tokens: Some(8),
        output_tokens: Some(10),
        reasoning_tokens: Some(2),
        ..Usage::default()
    };
    let chat = r#"{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,
        "prompt_tokens_details":{"cached_tokens":8},"completion_tokens_details":{"reasoning_tokens":2}}"#;
    assert_eq!(read(Grammar::Chat, chat), full);
    let responses = r#"{"input_tokens":19,"input_tokens_details":{"cached_tokens":8},"output_tokens":10,
        "output_tokens_details":{"reasoning_tokens":2},"total_tokens":29}"#;
    assert_eq!(read(Grammar::Responses, responses), full);
    let embeddings = read(Grammar::Plain, r#"{"prompt_tokens":19,"total_tokens":19}"#);
    assert_eq!(embeddings, Usage { input_tokens: Some(19), ..Usage::default() });
}

#[test]
fn reasoning_beside_the_output_follows_from_the_total() {
    let beside = r#"{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,
        "completion_tokens_details":{"reasoning_tokens":94}}"#;
    let found = read(Grammar::Chat, beside);
    assert_eq!((found.output_tokens, found.reasoning_tokens, found.unreadable), (Some(103), Some(94), false));
}

#[test]
fn anthropic_counts_the_cache_beside_the_input() {
    let text = r#"{"input_tokens":10,"cache_read_input_tokens":100,"cache_creation_input_tokens":30,
        "cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":10},"output_tokens":7,
        "server_tool_use":{"web_search_requests":2},"service_tier":"standard"}"#;
    let expected = Usage {
        input_tokens: Some(140),
        cached_tokens: Some(100),
        cache_write_5m: Some(20),
        cache_write_1h: Some(10),
        output_tokens: Some(7),
        web_searches: Some(2),
        ..Usage::default()
    };
    assert_eq!(read(Grammar::Messages, text), expected);
    let older = r#"{"input_tokens":10,"cache_creation_input_tokens":30,"output_tokens":1}"#;
    let found = read(Grammar::Messages, older);
    assert_eq!((found.input_tokens, found.cache_write_other, found.cache_writes()), (Some(40), Some(30), Some(30)));
    let mut counts = Counts::default();
    counts.read(Grammar::Messages, text.as_bytes());
    counts.read(Grammar::Messages, br#"{"output_tokens":50}"#);
    assert_eq!(counts.usage(Grammar::Messages), Usage { output_tokens: Some(50), ..expected });
}

#[test]
fn gemini_adds_thoughts_and_tool_prompts() {
    let text = r#"{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":10,
        "thoughtsTokenCount":5,"toolUsePromptTokenCount":7,"totalTokenCount":122,
        "promptTokensDetails":[{"modality":"TEXT","tokenCount":90},{"modality":"AUDIO","tokenCount":10}]}"#;
    let expected = Usage {
        input_tokens: Some(107),
        cached_tokens: Some(40),
        audio_in: Some(10),
        output_tokens: Some(15),
        reasoning_tokens: Some(5),
        ..Usage::default()
    };
    assert_eq!(read(Grammar::Generate, text), expected);
}

#[test]
fn costs_that_providers_report() {
    for (text, nano) in [
        (r#"{"cost":0.00014,"is_byok":false}"#, Some(140_000)),
        (r#"{"cost":{"input_tokens_cost":0.1,"total_cost":0.5}}"#, Some(500_000_000)),
        (r#"{"cost_in_usd_ticks":37756000}"#, Some(3_775_600)),
        (r#"{"cost":null}"#, None),
    ] {
        let mut counts = Counts::default();
        counts.read(Grammar::Chat, text.as_bytes());
        assert_eq!(counts.cost_nano(), nano, "{text}");
    }
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
        r#"{"type":"duration","seconds":7}"#,
    ] {
        assert_eq!(read(Grammar::Chat, text), Usage::default(), "{text}");
    }
}

/// F13
#[test]
fn counts_that_cannot_be_are_left_out_and_marked() {
    for odd in
        ["-1", "9223372036854775807", "99999999999999999999", "1099511627777", "1.5", "1e3", "\"3\"", "{}", "true"]
    {
        let found = read(Grammar::Chat, &format!(r#"{{"prompt_tokens":3,"completion_tokens":{odd}}}"#));
        let expected = Usage { input_tokens: Some(3), unreadable: true, ..Usage::default() };
        assert_eq!(found, expected, "{odd}");
    }
    let part_beyond_whole = r#"{"prompt_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}"#;
    let expected = Usage { input_tokens: Some(3), unreadable: true, ..Usage::default() };
    assert_eq!(read(Grammar::Chat, part_beyond_whole), expected);
    let largest = read(Grammar::Chat, r#"{"prompt_tokens":1099511627776}"#);
    assert_eq!(largest, Usage { input_tokens: Some(1 << 40), ..Usage::default() });
}
