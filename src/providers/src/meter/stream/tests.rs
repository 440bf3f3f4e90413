//! SSE meter tests: any cut, hidden usage, long lines.

use domain::Usage;
use proptest::prelude::*;

use super::*;

const USAGE: &str = r#""usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":8},"completion_tokens_details":{"reasoning_tokens":2}}"#;

fn full() -> Usage {
    Usage {
        input_tokens: Some(19),
        cached_tokens: Some(8),
        output_tokens: Some(10),
        reasoning_tokens: Some(2),
        ..Usage::default()
    }
}

/// Everything that a meter says of a stream.
#[derive(Debug, PartialEq)]
struct Outcome {
    sent: String,
    usage: Usage,
    model: Option<String>,
    completed: bool,
    gave_up: bool,
}

fn run<'a>(grammar: Grammar, hide: bool, pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut meter = StreamMeter::new(grammar, hide);
    let mut sent = Vec::new();
    let mut completions = 0;
    for piece in pieces {
        let output = meter.feed(Bytes::copy_from_slice(piece));
        if !hide {
            assert_eq!(&output.forward[..], piece, "sent on at once");
        }
        sent.extend_from_slice(&output.forward);
        completions += usize::from(output.completes);
    }
    let output = meter.finish();
    sent.extend_from_slice(&output.forward);
    completions += usize::from(output.completes);
    assert_eq!(completions, usize::from(meter.completed()), "reported once");
    Outcome {
        sent: String::from_utf8(sent).unwrap(),
        usage: meter.facts().usage,
        model: meter.facts().model.clone(),
        completed: meter.completed(),
        gave_up: meter.facts().gave_up,
    }
}

fn whole(grammar: Grammar, hide: bool, text: &str) -> Outcome {
    run(grammar, hide, [text.as_bytes()])
}

/// The outcome, after making sure that no way of cutting the text changes it.
fn however_cut(grammar: Grammar, hide: bool, text: &str) -> Outcome {
    let outcome = whole(grammar, hide, text);
    for at in 0..=text.len() {
        let (one, two) = text.as_bytes().split_at(at);
        assert_eq!(run(grammar, hide, [one, two]), outcome, "cut at {at}");
    }
    assert_eq!(run(grammar, hide, text.as_bytes().chunks(1)), outcome, "byte by byte");
    outcome
}

fn chunk(content: &str, usage: &str) -> String {
    format!(r#"data: {{"id":"c","model":"gpt-5","choices":[{{"delta":{{"content":"{content}"}}}}]{usage}}}"#)
}

#[test]
fn a_chat_is_metered_and_untouched() {
    let text = format!(
        "{}\n\n{}\n\ndata: {{\"choices\":[],{USAGE}}}\n\ndata: [DONE]\n\n",
        chunk("a", ""),
        chunk("b", ",\"usage\":null")
    );
    let outcome = however_cut(Grammar::Chat, false, &text);
    let expected = Outcome { sent: text, usage: full(), model: Some("gpt-5".into()), completed: true, gave_up: false };
    assert_eq!(outcome, expected);
}

#[test]
fn usage_that_was_not_requested_is_removed() {
    for end in ["\n", "\r\n", "\r"] {
        let text = format!(
            ": hello{end}{end}{}{end}{end}{}{end}{end}data: {{\"choices\":[],{USAGE}}}{end}{end}data: [DONE]{end}{end}",
            chunk("a", ",\"usage\":null"),
            chunk("\\\"usage\\\":null", ""),
        );
        let seen = format!(
            ": hello{end}{end}{}{end}{end}{}{end}{end}data: [DONE]{end}{end}",
            chunk("a", ""),
            chunk("\\\"usage\\\":null", "")
        );
        let outcome = however_cut(Grammar::Chat, true, &text);
        assert_eq!(outcome.sent, seen);
        assert_eq!((outcome.usage, outcome.completed), (full(), true));
    }
}

#[test]
fn an_untouched_piece_is_passed_without_a_copy() {
    for hide in [false, true] {
        let piece = Bytes::from(format!("{}\n\n{}\n\n", chunk("a", ""), chunk("b", "")));
        let output = StreamMeter::new(Grammar::Chat, hide).feed(piece.clone());
        assert_eq!((output.forward.as_ptr(), output.forward.len()), (piece.as_ptr(), piece.len()));
    }
}

#[test]
fn what_cannot_report_usage_is_not_buffered() {
    let mut meter = StreamMeter::new(Grammar::Chat, true);
    for piece in [": keep-al", "ive\n", "\n", "event: x\n", "id: 7", "\n", "database\n\n"] {
        assert_eq!(meter.feed(Bytes::from(piece)).forward, piece);
    }
    assert_eq!(meter.feed(Bytes::from("data: {\"choices\"")).forward, "");
    assert_eq!(meter.feed(Bytes::from(":[1]}\n")).forward, "data: {\"choices\":[1]}\n");
    assert_eq!(meter.feed(Bytes::from("\n")).forward, "\n");
}

#[test]
fn fields_around_a_hidden_chunk_keep_their_event_apart() {
    let text = format!("id: 1\ndata: {{\"choices\":[],{USAGE}}}\n\nid: 2\ndata: [DONE]\n\n");
    assert_eq!(however_cut(Grammar::Chat, true, &text).sent, "id: 1\n\nid: 2\ndata: [DONE]\n\n");
    let text = format!("data: {{\"choices\":[],{USAGE}}}\nid: 1\n\ndata: [DONE]\n\n");
    assert_eq!(however_cut(Grammar::Chat, true, &text).sent, "id: 1\n\ndata: [DONE]\n\n");
}

#[test]
fn an_event_of_several_lines_is_read_together() {
    let text = format!("data: {{\"choices\":[],\nid: 7\ndata: {USAGE}}}\n\ndata: [DONE]\n\n");
    let outcome = however_cut(Grammar::Chat, true, &text);
    assert_eq!((outcome.sent.as_str(), outcome.usage), ("data: [DONE]\n\n", full()));
    let outcome = however_cut(Grammar::Chat, false, &text);
    assert_eq!((outcome.sent, outcome.usage), (text, full()));

    let text = "data: {\"choices\":[1]\r\ndata:,\"us\r\n";
    assert_eq!(however_cut(Grammar::Chat, true, text).sent, text, "never finished");
    let text = "data: {\"choices\":[1]\r\ndata:,\"usage\":\r\ndata:  null\r\n: c\r\ndata: }\r\n\r\n";
    let seen = "data: {\"choices\":[1]\r\ndata:\r\ndata: \r\n: c\r\ndata: }\r\n\r\n";
    assert_eq!(however_cut(Grammar::Chat, true, text).sent, seen);
}

#[test]
fn a_response_reports_in_its_last_event() {
    for kind in ["completed", "incomplete", "failed"] {
        let text = format!(
            "event: response.created\ndata: {{\"type\":\"response.created\",\"response\":{{\"model\":\"gpt-5\",\"usage\":null}}}}\n\n\
             event: response.output_text.delta\ndata: {{\"type\":\"response.output_text.delta\",\"delta\":\"[DONE] response.completed\"}}\n\n\
             event: response.{kind}\ndata: {{\"type\":\"response.{kind}\",\"response\":{{\"usage\":{{\"input_tokens\":19,\
             \"input_tokens_details\":{{\"cached_tokens\":8}},\"output_tokens\":10,\"output_tokens_details\":{{\"reasoning_tokens\":2}}}}}}}}\n\n"
        );
        let outcome = however_cut(Grammar::Responses, false, &text);
        let model = Some("gpt-5".to_owned());
        assert_eq!(outcome, Outcome { sent: text, usage: full(), model, completed: true, gave_up: false });
    }
}

#[test]
fn the_completing_piece_is_named() {
    let mut meter = StreamMeter::new(Grammar::Chat, false);
    assert!(!meter.feed(Bytes::from("data: [DON")).completes);
    assert!(meter.feed(Bytes::from("E]")).completes, "before its line end is released");
    assert!(!meter.feed(Bytes::from("\n\n")).completes);

    let mut meter = StreamMeter::new(Grammar::Chat, true);
    assert!(!meter.feed(Bytes::from("data: [DONE]")).completes, "held");
    let output = meter.feed(Bytes::from("\n"));
    assert_eq!((output.forward, output.completes), (Bytes::from("data: [DONE]\n"), true));

    let mut meter = StreamMeter::new(Grammar::Responses, false);
    let output = meter
        .feed(Bytes::from("data: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":1}}}\n"));
    assert!(
        output.completes && meter.facts().usage.input_tokens == Some(1),
        "usage is known before the piece is released"
    );
}

#[test]
fn no_final_newline() {
    let text = format!("{}\n\ndata: {{\"choices\":[],{USAGE}}}", chunk("a", ""));
    let outcome = however_cut(Grammar::Chat, true, &text);
    assert_eq!((outcome.sent, outcome.usage), (format!("{}\n\n", chunk("a", "")), full()));
    assert!(however_cut(Grammar::Chat, true, "data: [DONE]").completed);
    assert_eq!(however_cut(Grammar::Chat, true, "data: {\"choi").sent, "data: {\"choi");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_line() {
    let text = format!("\u{feff}data: {{\"choices\":[1],{USAGE}}}\n\ndata: [DONE]\n\n");
    let outcome = however_cut(Grammar::Chat, true, &text);
    assert_eq!((outcome.sent.as_str(), outcome.usage), ("\u{feff}data: {\"choices\":[1]}\n\ndata: [DONE]\n\n", full()));
    assert!(!however_cut(Grammar::Chat, true, "\n\u{feff}data: [DONE]\n\n").completed);
}

#[test]
fn a_line_over_the_cap_is_scanned_while_it_passes_and_the_next_is_read() {
    let long = chunk(&"x".repeat(LINE_CAP), &format!(",{USAGE}"));
    let text = format!("{long}\n\ndata: {{\"choices\":[],\"usage\":{{\"prompt_tokens\":3}}}}\n\ndata: [DONE]\n\n");
    for hide in [false, true] {
        let outcome = whole(Grammar::Chat, hide, &text);
        assert!(!outcome.gave_up && outcome.completed && outcome.usage.input_tokens == Some(3));
        assert_eq!(outcome.sent, if hide { format!("{long}\n\ndata: [DONE]\n\n") } else { text.clone() });
        for size in [1000, LINE_CAP - 1, LINE_CAP + 7] {
            assert_eq!(run(Grammar::Chat, hide, text.as_bytes().chunks(size)), outcome);
        }
    }
}

#[test]
fn a_line_at_the_cap_is_read() {
    let frame = chunk("", &format!(",{USAGE}"));
    let line = chunk(&"x".repeat(LINE_CAP - frame.len()), &format!(",{USAGE}"));
    assert_eq!(line.len(), LINE_CAP);
    for size in [line.len() + 1, 65_536] {
        let text = format!("{line}\n");
        let outcome = run(Grammar::Chat, false, text.as_bytes().chunks(size));
        assert_eq!((outcome.usage, outcome.gave_up), (full(), false));
    }
}

#[test]
fn an_event_that_never_ends_is_given_up() {
    let text = format!("data: [\n{}id: 1\n\ndata: [DONE]\n\n", format!("data: {},\n", "1".repeat(9_990)).repeat(250));
    for hide in [false, true] {
        let outcome = whole(Grammar::Chat, hide, &text);
        assert_eq!((outcome.sent.as_str(), outcome.gave_up, outcome.completed), (text.as_str(), true, true));
        assert_eq!(run(Grammar::Chat, hide, text.as_bytes().chunks(4_097)), outcome);
    }
    // Lines that are not data are buffered too while an event is open, and have the same end.
    let text = format!("data: [\n: {}\n\ndata: [DONE]\n\n", "c".repeat(LINE_CAP));
    let outcome = whole(Grammar::Chat, true, &text);
    assert_eq!((outcome.sent.as_str(), outcome.gave_up), (text.as_str(), true));
    assert_eq!(run(Grammar::Chat, true, text.as_bytes().chunks(4_097)), outcome);
}

#[test]
fn compatible_servers_that_report_in_every_chunk() {
    let text = "data: {\"choices\":[{}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n\
                data: {\"choices\":[{}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n";
    let outcome = however_cut(Grammar::Chat, true, text);
    assert_eq!(outcome.sent, "data: {\"choices\":[{}]}\n\ndata: {\"choices\":[{}]}\n\n");
    assert_eq!((outcome.usage.output_tokens, outcome.completed), (Some(2), false));
}

/// An event as the upstream sends it, and as a client sees it that did not ask for usage. `|` stands for a line end.
fn event() -> impl Strategy<Value = (String, String)> {
    let same = |text: &str| (text.to_owned(), text.to_owned());
    prop_oneof![
        4 => "[a-zé ]{0,8}".prop_map(|content| {
            let text = format!("{}||", chunk(&content, ""));
            (text.clone(), text)
        }),
        4 => "[a-zé ]{0,8}".prop_map(|c| (format!("{}||", chunk(&c, ",\"usage\":null")), format!("{}||", chunk(&c, "")))),
        1 => Just((format!("data:{{\"choices\":[],{USAGE}}}||"), String::new())),
        1 => Just((format!("data: {{\"choices\": []|data: ,{USAGE}}}||"), String::new())),
        1 => Just((
            "data: {\"usage\" : null ,|: c|data: \"choices\":[1]}||".to_owned(),
            // The comma goes with the field, the line end between them stays.
            "data: {|: c|data: \"choices\":[1]}||".to_owned(),
        )),
        1 => Just(same(": keep-alive||")),
        1 => Just(same("event: ping|data||")),
        1 => Just(same("|")),
        1 => Just(same("data: not json|data:neither||")),
        1 => Just(same("id: 3|retry: 10|data: {\"x\":1}||")),
        1 => Just(same("data: [DONE]||")),
    ]
}

proptest! {
    #[test]
    fn any_stream_cut_anywhere(
        events in proptest::collection::vec((event(), prop::sample::select(vec!["\n", "\r\n", "\r"])), 1..8),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let (mut text, mut seen) = (String::new(), String::new());
        for ((sent, shown), end) in &events {
            // A CR followed by a line that begins with LF would be one line end.
            let end = if *end == "\n" && text.ends_with('\r') { "\r" } else { end };
            text.push_str(&sent.replace('|', end));
            seen.push_str(&shown.replace('|', end));
        }
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        at.extend([0, text.len()]);
        at.sort_unstable();
        let pieces = || at.windows(2).map(|ends| &text.as_bytes()[ends[0]..ends[1]]);

        let open = run(Grammar::Chat, false, pieces());
        prop_assert_eq!(&open.sent, &text);
        let hidden = run(Grammar::Chat, true, pieces());
        prop_assert_eq!(&hidden.sent, &seen);
        prop_assert_eq!(hidden.usage, open.usage);
        prop_assert_eq!(hidden.usage, if text.contains("prompt_tokens") { full() } else { Usage::default() });
        prop_assert_eq!(hidden.completed, text.contains("[DONE]"));
        prop_assert_eq!(run(Grammar::Chat, true, text.as_bytes().chunks(1)), hidden);
    }

    #[test]
    fn any_bytes_pass(bytes in proptest::collection::vec(prop::sample::select(b"data: {}[]\",\r\n\x00\xff:usage".to_vec()), 0..200), size in 1_usize..20) {
        let mut meter = StreamMeter::new(Grammar::Chat, true);
        let mut sent = Vec::new();
        for piece in bytes.chunks(size) {
            sent.extend_from_slice(&meter.feed(Bytes::copy_from_slice(piece)).forward);
        }
        sent.extend_from_slice(&meter.finish().forward);
        // Nothing that these bytes can spell has both quotes and a whole usage field.
        prop_assert_eq!(sent, bytes);
    }
}

/// C08: usage behind 1.6 MiB of an image in one line.
#[test]
fn the_last_event_of_a_response_may_be_of_any_length() {
    let image = "iVBORw0KGgo".repeat(150_000);
    let text = format!(
        "event: response.completed\ndata: {{\"type\":\"response.completed\",\"response\":{{\"output\":[{{\"result\":\"{image}\"}}],\
         \"model\":\"m\",\"usage\":{{\"input_tokens\":19,\"output_tokens\":21}}}}}}\n\n"
    );
    let expected = Usage { input_tokens: Some(19), output_tokens: Some(21), ..Usage::default() };
    for size in [777, 65_536, text.len()] {
        let outcome = run(Grammar::Responses, false, text.as_bytes().chunks(size));
        assert_eq!((outcome.usage, outcome.completed, outcome.gave_up), (expected, true, false), "{size}");
        assert_eq!(outcome.model.as_deref(), Some("m"));
    }
}

/// C02, C03, C04: what a stream says of its end.
#[test]
fn good_ends_failures_and_truncation_are_distinguished() {
    let choice = |reason: &str| format!("data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":{reason}}}]}}\n\n");
    for (grammar, text, ended, failed) in [
        (Grammar::Chat, choice("null"), false, false),
        (Grammar::Chat, choice("\"stop\""), true, false),
        (Grammar::Chat, format!("{}data: [DONE]\n\n", choice("null")), true, false),
        (Grammar::Chat, choice("\"error\""), true, true),
        (Grammar::Responses, "event: error\ndata: {\"type\":\"error\",\"code\":\"x\"}\n\n".to_owned(), false, true),
        (Grammar::Responses, "data: {\"type\":\"response.failed\",\"response\":{}}\n\n".to_owned(), true, true),
        (
            Grammar::Messages,
            "data: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":3}}\n\n".to_owned(),
            false,
            false,
        ),
        (Grammar::Messages, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n".to_owned(), true, false),
        (Grammar::Generate, "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\r\n\r\n".to_owned(), true, false),
    ] {
        let mut meter = StreamMeter::new(grammar, false);
        meter.feed(Bytes::from(text.clone()));
        meter.finish();
        assert_eq!((meter.facts().ended, meter.facts().failed), (ended, failed), "{text}");
    }
}

#[test]
fn a_closing_usage_of_nothing_does_not_undo_a_real_one() {
    let text = format!(
        "data: {{\"choices\":[{{}}],{USAGE}}}\n\ndata: {{\"choices\":[],\"usage\":{{\"prompt_tokens\":0,\"completion_tokens\":0}}}}\n\n"
    );
    assert_eq!(however_cut(Grammar::Chat, false, &text).usage, full());
}
