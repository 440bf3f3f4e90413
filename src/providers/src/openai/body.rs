//! Usage meter for JSON answers: reads them while they pass, without keeping them.

use domain::Usage;

use super::{frame, usage};
use crate::json;

/// Longest `usage` or `model` that is read; bytes.
const VALUE_CAP: usize = 64 << 10;
/// Longest name that is distinguished from others; bytes. Only two matter.
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

/// Reads the top-level `usage` and `model` of a JSON answer read in pieces cut anywhere. Memory does not grow with
/// the answer; what is no JSON object says nothing.
#[derive(Default)]
pub struct BodyMeter {
    depth: u32,
    in_string: bool,
    escaped: bool,
    spot: Position,
    /// Something else than before begins behind the byte at hand.
    spot_changed: bool,
    /// What earlier pieces had of the name or value at hand, where it matters.
    kept: Vec<u8>,
    usage: Usage,
    model: Option<String>,
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
    Other,
}

impl BodyMeter {
    /// A meter for one answer.
    pub fn new() -> Self {
        Self::default()
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
            let marks = if self.depth > 1 { &NESTED } else { &OUTERMOST };
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

    /// What the answer said: tokens, and the model that was used.
    pub fn finish(self) -> (Usage, Option<String>) {
        (self.usage, self.model)
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
            let field = if is(b"usage") {
                Field::Usage
            } else if is(b"model") {
                Field::Model
            } else {
                Field::Other
            };
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
                if depth == 0 && byte == b'{' {
                    self.enter(Position::BeforeName);
                }
                self.depth = depth.saturating_add(1);
            }
            (b':', 1) => {
                if let Position::Named(field) = self.spot {
                    self.enter(Position::Value(field));
                }
            }
            (b',', 1) if self.spot != Position::Outside => {
                self.end_of_value(before);
                self.enter(Position::BeforeName);
            }
            (b'}' | b']', depth) => {
                if depth == 1 {
                    self.end_of_value(before);
                    self.enter(Position::Outside);
                }
                self.depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }

    fn enter(&mut self, spot: Position) {
        self.spot = spot;
        self.spot_changed = true;
    }

    /// Keeps what a piece has of a name or value that goes on in the next one.
    fn keep(&mut self, bytes: &[u8]) {
        let cap = match self.spot {
            Position::Name => NAME_CAP,
            Position::Value(Field::Usage | Field::Model) => VALUE_CAP,
            _ => return,
        };
        // One byte over the cap marks what is too long, and is never taken for something else.
        let capacity = (cap + 1).saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&bytes[..bytes.len().min(capacity)]);
    }

    /// The value at hand is whole: what was kept of it, and `rest`.
    fn end_of_value(&mut self, rest: &[u8]) {
        let Position::Value(field @ (Field::Usage | Field::Model)) = self.spot else { return };
        let value = if self.kept.is_empty() {
            rest
        } else {
            self.keep(rest);
            &self.kept
        };
        if value.len() <= VALUE_CAP {
            match field {
                Field::Usage => self.usage = usage::read(value.trim_ascii()),
                Field::Model => self.model = frame::model(value.trim_ascii()),
                Field::Other => {}
            }
        }
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn metered(pieces: &[&[u8]]) -> (Usage, Option<String>) {
        let mut meter = BodyMeter::new();
        for piece in pieces {
            meter.feed(piece);
        }
        meter.finish()
    }

    const CHAT: &str = r#"{"id":"c","model" : "gpt-5","choices":[{"message":{"content":"\"usage\":{\"prompt_tokens\":1}\\"},
        "usage":{"prompt_tokens":2},"model":"inside"}],
        "usage": {"prompt_tokens":19,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":8}} , "z":"}"}"#;

    fn expected() -> (Usage, Option<String>) {
        let usage =
            Usage { input_tokens: Some(19), cached_tokens: Some(8), output_tokens: Some(10), ..Usage::default() };
        (usage, Some("gpt-5".to_owned()))
    }

    #[test]
    fn the_answers_own_fields_are_read_however_it_is_cut() {
        assert_eq!(metered(&[CHAT.as_bytes()]), expected());
        for at in 0..CHAT.len() {
            let (one, two) = CHAT.as_bytes().split_at(at);
            assert_eq!(metered(&[one, two]), expected(), "cut at {at}");
        }
        let bytes: Vec<&[u8]> = CHAT.as_bytes().chunks(1).collect();
        assert_eq!(metered(&bytes), expected());
    }

    #[test]
    fn other_answers_say_nothing() {
        let nothing = (Usage::default(), None);
        for text in ["", "[{\"model\":\"m\"}]", "\"model\"", "<html>", "{\"a\":{\"model\":\"m\"}}", "{\"usage\":null}"]
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
