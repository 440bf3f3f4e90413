//! Usage meter for JSON answers: reads them while they pass, without keeping them.

use super::{Counts, Facts, frame};
use crate::{Grammar, json};

/// Longest value that is read; bytes.
const VALUE_CAP: usize = 64 << 10;
/// Longest name that is distinguished from others; bytes.
const NAME_CAP: usize = 16;

/// Bytes that mean something between the strings of the outermost object.
static OUTERMOST: [bool; 256] = marks(b"\"{}[]:,");
/// The same inside of a value.
static NESTED: [bool; 256] = marks(b"\"{}[]");

const fn marks(bytes: &[u8]) -> [bool; 256] {
    let mut out = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        out[bytes[at] as usize] = true;
        at += 1;
    }
    out
}

/// Reads what the outermost object of a JSON answer says of its cost, in pieces cut anywhere: `usage`, `model` and their
/// kin, also those of a `response` inside it, which the last event of a stream is made of. Where the outermost value is a
/// list (Gemini's streams without `alt=sse`), its objects are read one after the other. Memory does not grow with the
/// answer; what is no JSON object says nothing.
pub struct BodyMeter {
    grammar: Grammar,
    depth: u32,
    /// The depth of the object whose fields are read.
    base: u32,
    /// The outermost value is a list.
    in_list: bool,
    in_string: bool,
    escaped: bool,
    spot: Position,
    /// Something else than before begins behind the byte at hand.
    spot_changed: bool,
    /// What earlier pieces had of the name or value at hand, where it matters.
    kept: Vec<u8>,
    counts: Counts,
    facts: Facts,
    /// What `type` says.
    kind: Option<String>,
}

/// Where in the outermost object the text stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Position {
    /// Before it, behind it, or in something that is no object.
    #[default]
    Outside,
    /// Where a name begins.
    BeforeName,
    /// In a name.
    Name,
    /// Behind a name.
    Named(Field),
    /// In a value.
    Value(Field),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Usage,
    Model,
    Tier,
    Id,
    Status,
    Type,
    Error,
    /// An object whose fields count like those of the outermost one.
    Response,
    Other,
}

const NAMES: [(&[u8], Field); 11] = [
    (b"usage", Field::Usage),
    (b"usageMetadata", Field::Usage),
    (b"model", Field::Model),
    (b"modelVersion", Field::Model),
    (b"service_tier", Field::Tier),
    (b"id", Field::Id),
    (b"status", Field::Status),
    (b"type", Field::Type),
    (b"error", Field::Error),
    (b"response", Field::Response),
    (b"message", Field::Response),
];

impl BodyMeter {
    /// A meter for one answer.
    pub fn new(grammar: Grammar) -> Self {
        Self {
            grammar,
            depth: 0,
            base: 1,
            in_list: false,
            in_string: false,
            escaped: false,
            spot: Position::Outside,
            spot_changed: false,
            kept: Vec::new(),
            counts: Counts::default(),
            facts: Facts::default(),
            kind: None,
        }
    }

    /// Takes the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        // Where the name or value at hand begins in this piece: it is looked at, or kept, as a whole.
        let mut from = 0;
        let mut at = 0;
        while at < piece.len() {
            if self.in_string {
                at += self.string(&piece[at..], &piece[from..at]);
                continue;
            }
            // Between strings few bytes mean anything; inside of other values only those that open and close.
            let marks = if self.depth > self.base { &NESTED } else { &OUTERMOST };
            while at < piece.len() && !marks[usize::from(piece[at])] {
                at += 1;
            }
            if let Some(byte) = piece.get(at) {
                self.token(*byte, &piece[from..at]);
                at += 1;
                if self.spot_changed {
                    self.spot_changed = false;
                    from = at;
                }
            }
        }
        self.keep(&piece[from..]);
    }

    /// What the answer said.
    pub fn finish(self) -> Facts {
        self.facts
    }

    /// What the answer said so far.
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What the field `type` of the outermost object says.
    pub(super) fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// The part of `rest` that is inside a string; how much was taken. `before`: what of the name or value at hand came
    /// before it in this piece.
    fn string(&mut self, rest: &[u8], before: &[u8]) -> usize {
        if std::mem::take(&mut self.escaped) {
            return 1;
        }
        let Some(stop) = json::quote_or_escape(rest) else { return rest.len() };
        if rest[stop] == b'\\' {
            self.escaped = true;
            return stop + 1;
        }
        self.in_string = false;
        if self.spot == Position::Name {
            let name_end = [before, &rest[..stop]];
            let is = |name: &[u8]| {
                let length = self.kept.len() + before.len() + stop;
                length == name.len() && self.kept.iter().chain(name_end.into_iter().flatten()).eq(name)
            };
            let field = NAMES.iter().find(|(name, _)| is(name)).map_or(Field::Other, |(_, field)| *field);
            self.kept.clear();
            self.spot = Position::Named(field);
        }
        stop + 1
    }

    /// A byte outside of strings. `before`: what of the value at hand came before it in this piece.
    fn token(&mut self, byte: u8, before: &[u8]) {
        match (byte, self.depth) {
            (b'"', _) => {
                self.in_string = true;
                if self.spot == Position::BeforeName {
                    self.enter(Position::Name);
                }
            }
            (b'{' | b'[', depth) => {
                if byte == b'[' && depth == 0 {
                    // The objects of an outermost list are read like an outermost object.
                    self.base = 2;
                    self.in_list = true;
                }
                let enters = byte == b'{'
                    && (depth + 1 == self.base
                        || depth == self.base && self.spot == Position::Value(Field::Response) && depth < 3);
                if enters {
                    self.base = depth + 1;
                    self.enter(Position::BeforeName);
                }
                self.depth = depth.saturating_add(1);
            }
            (b':', depth) if depth == self.base => {
                if let Position::Named(field) = self.spot {
                    self.enter(Position::Value(field));
                }
            }
            (b',', depth) if depth == self.base && self.spot != Position::Outside => {
                self.end_of_value(before);
                self.enter(Position::BeforeName);
            }
            (b'}' | b']', depth) => {
                if depth == self.base && byte == b'}' {
                    self.end_of_value(before);
                    self.leave();
                }
                self.depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }

    /// The object whose fields are read ends.
    fn leave(&mut self) {
        // Out of `response`, back among the fields of the object around it.
        let inside = self.base > self.outermost();
        if inside {
            self.base -= 1;
        }
        self.enter(if inside { Position::Value(Field::Other) } else { Position::Outside });
    }

    /// The depth of the outermost object: 2 where it stands in a list.
    fn outermost(&self) -> u32 {
        if self.in_list { 2 } else { 1 }
    }

    fn enter(&mut self, spot: Position) {
        self.spot = spot;
        self.spot_changed = true;
    }

    /// Keeps what a piece has of a name or value that goes on in the next one.
    fn keep(&mut self, bytes: &[u8]) {
        let cap = match self.spot {
            Position::Name => NAME_CAP,
            Position::Value(Field::Other | Field::Response) => return,
            Position::Value(_) => VALUE_CAP,
            _ => return,
        };
        // One byte over the cap marks what is too long, and is never taken for something else.
        let capacity = (cap + 1).saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&bytes[..bytes.len().min(capacity)]);
    }

    /// The value at hand is whole: what was kept of it, and `rest`.
    fn end_of_value(&mut self, rest: &[u8]) {
        let Position::Value(field) = self.spot else { return };
        if matches!(field, Field::Other | Field::Response) {
            return;
        }
        if !self.kept.is_empty() {
            self.keep(rest);
        }
        let kept = std::mem::take(&mut self.kept);
        let value = if kept.is_empty() { rest } else { &kept };
        if value.len() <= VALUE_CAP {
            self.take(field, value.trim_ascii());
        } else if field == Field::Usage {
            self.facts.gave_up = true;
        }
        self.kept = kept;
        self.kept.clear();
    }

    fn take(&mut self, field: Field, value: &[u8]) {
        let facts = &mut self.facts;
        match field {
            Field::Usage if value.starts_with(b"{") => facts.report(&mut self.counts, self.grammar, value),
            Field::Model => facts.model = frame::name(value).or(facts.model.take()),
            Field::Tier => facts.service_tier = frame::name(value).or(facts.service_tier.take()),
            Field::Id => facts.id = frame::name(value),
            Field::Status => facts.unfinished = matches!(value, br#""queued""# | br#""in_progress""#),
            Field::Error => facts.failed |= value != b"null",
            Field::Type => {
                let inside = self.base > if self.in_list { 2 } else { 1 };
                if !inside {
                    self.kind = frame::name(value);
                }
            }
            Field::Usage | Field::Response | Field::Other => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Usage;
    use proptest::prelude::*;

    use super::*;

    fn facts(grammar: Grammar, pieces: &[&[u8]]) -> Facts {
        let mut meter = BodyMeter::new(grammar);
        for piece in pieces {
            meter.feed(piece);
        }
        meter.finish()
    }

    fn metered(pieces: &[&[u8]]) -> (Usage, Option<String>) {
        let facts = facts(Grammar::Chat, pieces);
        (facts.usage, facts.model)
    }

    const CHAT: &str = r#"{"id":"c","model" : "gpt-5","choices":[{"message":{"content":"\"usage\":{\"prompt_tokens\":1}\\"},
        "usage":{"prompt_tokens":2},"model":"inside"}],
        "usage": {"prompt_tokens":19,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":8}} , "z":"}"}"#;

    fn expected() -> (Usage, Option<String>) {
        let usage =
            Usage { input_tokens: Some(19), cached_tokens: Some(8), output_tokens: Some(10), ..Usage::default() };
        (usage, Some("gpt-5".to_owned()))
    }

    /// The facts, after making sure that no way of cutting the text changes them.
    fn however_cut(grammar: Grammar, text: &str) -> Facts {
        let whole = facts(grammar, &[text.as_bytes()]);
        for at in 0..text.len() {
            let (one, two) = text.as_bytes().split_at(at);
            assert_eq!(facts(grammar, &[one, two]), whole, "cut at {at}");
        }
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(facts(grammar, &bytes), whole);
        whole
    }

    #[test]
    fn the_answers_own_fields_are_read_however_it_is_cut() {
        let found = however_cut(Grammar::Chat, CHAT);
        assert_eq!((found.usage, found.model), expected());
        assert!(found.raw.unwrap().starts_with("{\"prompt_tokens\":19"));
    }

    #[test]
    fn a_response_inside_counts_as_the_answer() {
        let text = r#"{"type":"response.completed","response":{"id":"resp_1","output":[{"type":"x","usage":{"input_tokens":1}}],
            "model":"m","usage":{"input_tokens":19,"output_tokens":21},"service_tier":"flex"},"model":"outer"}"#;
        let found = however_cut(Grammar::Responses, text);
        assert_eq!((found.usage.input_tokens, found.usage.output_tokens), (Some(19), Some(21)));
        assert_eq!((found.id.as_deref(), found.service_tier.as_deref()), (Some("resp_1"), Some("flex")));
        let queued = however_cut(Grammar::Responses, r#"{"id":"resp_8","status":"queued","usage":null}"#);
        assert!(queued.unfinished && queued.id.as_deref() == Some("resp_8"));
    }

    #[test]
    fn a_list_is_read_object_by_object() {
        let text = r#"[{"candidates":[{"content":{}}],"usageMetadata":{"promptTokenCount":3}},
            {"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":9},"modelVersion":"g"}]"#;
        let found = however_cut(Grammar::Generate, text);
        assert_eq!((found.usage.input_tokens, found.usage.output_tokens), (Some(3), Some(9)));
        assert_eq!(found.model.as_deref(), Some("g"));
    }

    #[test]
    fn other_answers_say_nothing() {
        let nothing = (Usage::default(), None);
        for text in
            ["", "[[{\"model\":\"m\"}]]", "\"model\"", "<html>", "{\"a\":{\"model\":\"m\"}}", "{\"usage\":null}"]
        {
            assert_eq!(metered(&[text.as_bytes()]), nothing, "{text}");
        }
    }

    #[test]
    fn a_value_that_is_too_long_is_left_alone() {
        let long = format!(r#"{{"model":"{}","usage":{{"prompt_tokens":1}}}}"#, "m".repeat(VALUE_CAP));
        let (usage, model) = metered(&[long.as_bytes()]);
        assert_eq!((usage.input_tokens, model), (Some(1), None));
        let name = format!(r#"{{"{}":"x","model":"m"}}"#, "model".repeat(1000));
        assert_eq!(metered(&[name.as_bytes()]).1.as_deref(), Some("m"));
    }

    proptest! {
        #[test]
        fn any_answer_is_read_as_json_reads_it(model in "[^\u{0}]{1,20}", before in any::<String>(), input in 0_i64..1 << 40) {
            let text = serde_json::json!({ "a": before, "model": model, "usage": { "input_tokens": input } }).to_string();
            let (usage, found) = metered(&[text.as_bytes()]);
            prop_assert_eq!(usage.input_tokens, Some(input));
            prop_assert_eq!(found, Some(model));
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = metered(&[&bytes]);
        }
    }
}
