//! Fuzz target: the SSE meter, against a reader that has the whole stream before it begins.

use domain::Usage;
use serde_json::Value;
use testkit_domain::fuzz::{cut, spell};

use super::*;

const WORDS: &[&[u8]] = &[
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\r\n\r\n",
    b"data:",
    b"data: ",
    b"data",
    b"event: ping",
    b": keep-alive",
    b"id: 3",
    b"[DONE]",
    b"data: [DONE]\n\n",
    b"{\"choices\":[]",
    b"{\"choices\":[{}]",
    b",\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10}",
    b"\"usage\":null,",
    b"{\"model\":\"gpt-5\",",
    b"\"x\":1}",
    b"}",
    b"{",
    b"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7}}\n\n",
    b"data: {\"model\":\"m\",\"choices\":[{\"delta\":\"a\"}],\"usage\":{\"completion_tokens\":5}}\r\n\r\n",
    b"data: {\"type\":\"response.completed\",\"response\":{\"model\":\"r\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}}\n\n",
    b"data: {\"type\":\"response.in_progress\",\"response\":{\"usage\":{\"input_tokens\":1}}}\n\n",
    b"\xef\xbb\xbf",
    b"\xff",
    b"not json ",
];

#[derive(Debug, PartialEq)]
struct Outcome {
    sent: Vec<u8>,
    usage: Usage,
    model: Option<String>,
    completed: bool,
}

fn metered(grammar: Grammar, hide: bool, pieces: &[&[u8]]) -> Outcome {
    let mut meter = StreamMeter::new(grammar, hide);
    let mut sent = Vec::new();
    let mut completions = 0;
    for piece in pieces {
        let output = meter.feed(Bytes::copy_from_slice(piece));
        assert!(hide || output.forward == *piece, "sent on at once");
        sent.extend_from_slice(&output.forward);
        completions += usize::from(output.completes);
    }
    let output = meter.finish();
    sent.extend_from_slice(&output.forward);
    completions += usize::from(output.completes);
    assert_eq!(completions, usize::from(meter.completed()), "the end is said once");
    assert!(!meter.facts().gave_up, "nothing here is too long");
    let (usage, model, completed) = (meter.facts().usage, meter.facts().model.clone(), meter.completed());
    Outcome { sent, usage, model, completed }
}

/// What a whole stream reports: lines as the HTML standard ends them, `data:` values that are JSON alone or, one below
/// the other, together.
fn slow(grammar: Grammar, text: &[u8]) -> (Usage, Option<String>, bool) {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let (mut usage, mut model, mut completed) = (Usage::default(), None, false);
    let mut read = |value: &[u8]| {
        if value.trim_ascii_start().starts_with(b"[DONE]") {
            completed = true;
            return true;
        }
        let Ok(value) = serde_json::from_slice::<Value>(value) else { return false };
        let ends = grammar == Grammar::Responses
            && ["response.completed", "response.incomplete", "response.failed"]
                .iter()
                .any(|kind| value["type"] == *kind);
        completed |= ends;
        let named = |value: &Value| value["model"].as_str().filter(|name| !name.is_empty()).map(str::to_owned);
        let response = Some(&value["response"]).filter(|_| grammar == Grammar::Responses);
        for (part, counts) in [(Some(&value), true), (response, ends)] {
            let Some(part) = part else { continue };
            if let Some(reported) = part["usage"].as_object().filter(|_| counts) {
                let count = |names: [&str; 2]| names.iter().find_map(|name| reported.get(*name)?.as_i64());
                usage = Usage {
                    input_tokens: count(["prompt_tokens", "input_tokens"]),
                    output_tokens: count(["completion_tokens", "output_tokens"]),
                    ..Usage::default()
                };
            }
        }
        model = model.take().or_else(|| response.and_then(named)).or_else(|| named(&value));
        true
    };
    let mut pending: Option<Vec<u8>> = None;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let line = &rest[..end];
        let ending = if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
        rest = rest.get(end + ending..).unwrap_or_default();
        let value = match line {
            b"data" => Some(&b""[..]),
            _ => line.strip_prefix(b"data:").map(|value| value.strip_prefix(b" ").unwrap_or(value)),
        };
        match (value, &mut pending) {
            (Some(value), None) => pending = (!read(value)).then(|| value.to_vec()),
            (Some(value), Some(before)) => {
                before.push(b'\n');
                before.extend_from_slice(value);
            }
            (None, _) if line.is_empty() => {
                pending.take().map(|joined| read(&joined));
            }
            (None, _) => {}
        }
    }
    pending.take().map(|joined| read(&joined));
    (usage, model, completed)
}

/// Every byte is sent on; hidden or open, cut anywhere, the same is reported as by the slow reader.
#[test]
fn any_stream_reports_the_same_however_it_is_cut() {
    bolero::check!(name = "sse-meter").with_max_len(200).for_each(|bytes| {
        let [first, sizes @ ..] = bytes else { return };
        let (sizes, stream) = sizes.split_at(sizes.len().min(3));
        let text = spell(stream, WORDS);
        for grammar in [Grammar::Chat, Grammar::Responses] {
            let open = metered(grammar, false, &cut(&text, sizes));
            assert_eq!(open.sent, text);
            let hidden = metered(grammar, true, &cut(&text, sizes));
            assert_eq!(hidden, metered(grammar, true, &cut(&text, &[*first])), "cut otherwise");
            assert_eq!(hidden, metered(grammar, true, &[&text]), "in one piece");
            assert!(hidden.sent.len() <= text.len());
            assert_eq!((hidden.usage, &hidden.model), (open.usage, &open.model));
            let (usage, model, completed) = slow(grammar, &text);
            let shown = String::from_utf8_lossy(&text);
            assert_eq!((open.usage, open.model, open.completed), (usage, model, completed), "{grammar:?} {shown:?}");
        }
    });
}
