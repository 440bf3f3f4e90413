//! SSE usage meter: metering an event stream while it passes (Server-Sent Events as the HTML standard parses them).
//!
//! With `hide_usage` off every byte is sent on as it came, at once; the meter only reads along. With it on, `data:`
//! lines are buffered until they are whole, because only then it is known whether they report usage; all other bytes
//! go on at once.

mod lines;

use std::ops::Range;

use bytes::Bytes;

use super::{
    BodyMeter, Counts, Facts,
    frame::{self, Data, Frame, HiddenPart},
    output::{Line, Output},
    pending::Pending,
};
use crate::Grammar;

/// The longest line that is kept to be read; bytes. A longer one is scanned while it passes. An event of several lines may
/// have twice as much; what is longer is sent on unread.
pub const LINE_CAP: usize = 1 << 20;

/// What to do after a piece was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedOutput {
    /// To be sent to the client; may be empty.
    pub forward: Bytes,
    /// `forward` carries what ends the answer (`[DONE]`, `message_stop`, `response.completed` and its kin): settle before
    /// it is sent. True at most once in a stream.
    pub completes: bool,
}

/// Reads tokens off a stream, and takes them out of it where the client did not ask for them.
pub struct StreamMeter {
    grammar: Grammar,
    hide: bool,
    counts: Counts,
    facts: Facts,
    /// The answer's last word was seen.
    completed: bool,
    /// Scans a line that is too long to be kept, while it passes.
    scan: Option<Box<BodyMeter>>,

    /// The begin of an unfinished line, as far as it may matter.
    carry: Vec<u8>,
    /// The rest of the unfinished line does not matter.
    passing: bool,
    /// Nothing but the first line may begin with a byte order mark.
    in_first_line: bool,
    /// The last piece ended with a CR; an LF may follow and share its fate.
    after_cr: Option<LineOutcome>,

    /// Lines of the event at hand that are read together at its end.
    pending: Pending,
    /// The event at hand is too long to be read.
    skipping: bool,
    /// The client got a field of the event at hand, so it must get its end too.
    sent_field: bool,
    /// The line before was taken out.
    dropped: bool,
}

/// What became of a line.
#[derive(Clone, Copy)]
enum LineOutcome {
    Sent,
    Deferred,
    Dropped,
}

/// What a line, or the begin of one, is.
enum Kind {
    Blank,
    /// Its value begins here.
    Data(usize),
    Other,
    Comment,
}

impl StreamMeter {
    /// A meter for one answer. `hide_usage` where usage was asked for on the client's behalf only.
    pub fn new(grammar: Grammar, hide_usage: bool) -> Self {
        Self {
            grammar,
            hide: hide_usage,
            counts: Counts::default(),
            facts: Facts::default(),
            completed: false,
            scan: None,
            carry: Vec::new(),
            passing: false,
            in_first_line: true,
            after_cr: None,
            pending: Pending::default(),
            skipping: false,
            sent_field: false,
            dropped: false,
        }
    }

    /// Takes the next piece as it came from the upstream, cut anywhere.
    pub fn feed(&mut self, chunk: Bytes) -> FeedOutput {
        let was_completed = self.completed;
        let mut out = Output::new(&chunk, !self.hide);
        let mut at = self.after_cr(&chunk, &mut out);
        while let Some(length) = memchr::memchr2(b'\n', b'\r', &chunk[at..]) {
            let end = at + length;
            let mut next = end + 1;
            let is_cr = chunk[end] == b'\r';
            if is_cr && chunk.get(next) == Some(&b'\n') {
                next += 1;
            }
            let outcome = self.line(&chunk, at..end, end..next, &mut out);
            self.in_first_line = false;
            // Only where the piece ends with the CR.
            self.after_cr = (is_cr && next == end + 1 && next == chunk.len()).then_some(outcome);
            at = next;
        }
        self.partial(&chunk, at, &mut out);
        let forward = out.finish().unwrap_or(chunk);
        FeedOutput { forward, completes: self.completed && !was_completed }
    }

    /// The stream ended well: reads what had no line end, and hands out what was buffered. Not to be sent on after a
    /// break, where it would be half an event.
    pub fn finish(&mut self) -> FeedOutput {
        let was_completed = self.completed;
        let nothing = Bytes::new();
        let mut out = Output::new(&nothing, !self.hide);
        self.after_cr = None;
        self.end_scan();
        if !self.carry.is_empty() {
            self.line(&nothing, 0..0, 0..0, &mut out);
        }
        self.read_pending(&mut out);
        FeedOutput { forward: out.finish().unwrap_or_default(), completes: self.completed && !was_completed }
    }

    /// The grammar that it reads.
    pub const fn grammar(&self) -> Grammar {
        self.grammar
    }

    /// What was read so far.
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Whether the answer's last word was seen.
    pub const fn completed(&self) -> bool {
        self.completed
    }

    /// The LF of a CR LF that was cut in two; how many bytes it takes.
    fn after_cr(&mut self, chunk: &Bytes, out: &mut Output<'_>) -> usize {
        // An empty piece decides nothing.
        let (Some(first), Some(outcome)) = (chunk.first(), self.after_cr) else { return 0 };
        self.after_cr = None;
        if *first != b'\n' {
            return 0;
        }
        match outcome {
            LineOutcome::Sent => out.keep(0..1),
            LineOutcome::Deferred => self.pending.line_feed(),
            LineOutcome::Dropped => {}
        }
        1
    }

    /// The unfinished line at the end of a piece.
    fn partial(&mut self, chunk: &Bytes, at: usize, out: &mut Output<'_>) {
        let rest = at..chunk.len();
        if rest.is_empty() {
            return;
        }
        if self.passing {
            self.scan_more(&chunk[rest.clone()]);
            return out.keep(rest);
        }
        // The whole rest is carried only where it will be read; five bytes are enough.
        let carried = self.carry.len();
        let capacity = LINE_CAP.saturating_sub(carried) + 1;
        self.carry.extend_from_slice(&chunk[rest.start..rest.end.min(rest.start + capacity)]);
        let kind = if self.may_become_data() { Kind::Data(self.carry.len()) } else { self.kind(&self.carry) };
        let holding = self.hide && self.pending.is_open();
        match kind {
            Kind::Data(value) if self.carry.len() <= LINE_CAP => {
                // A client that reads by bytes is done here, with or without a line end.
                let reads_now = !self.hide && !self.skipping && !self.pending.is_open();
                if reads_now && self.has_last_word() && self.carry[value..].starts_with(b"[DONE]") {
                    self.complete();
                }
                return;
            }
            _ if holding && self.carry.len() <= LINE_CAP => return,
            Kind::Data(value) => {
                // An event of several lines cannot be read any more; a line alone is scanned.
                let alone = !self.pending.is_open() && !self.skipping;
                self.give_up(out);
                if alone {
                    self.facts.gave_up = false;
                    let mut scan = Box::new(BodyMeter::new(self.grammar));
                    scan.feed(&self.carry[value..carried.max(value)]);
                    self.scan = Some(scan);
                    let from = rest.start + value.saturating_sub(carried);
                    self.scan_more(&chunk[from.min(rest.end)..rest.end]);
                }
            }
            _ if holding => self.give_up(out),
            Kind::Other | Kind::Comment | Kind::Blank => {}
        }
        self.sent_field |= matches!(kind, Kind::Data(_) | Kind::Other);
        out.push(&self.carry[..carried]);
        out.keep(rest);
        self.carry.clear();
        self.passing = true;
        self.dropped = false;
    }

    /// A finished line: what was carried, and `content` of the chunk.
    fn line(
        &mut self,
        chunk: &Bytes,
        content: Range<usize>,
        terminator: Range<usize>,
        out: &mut Output<'_>,
    ) -> LineOutcome {
        if std::mem::take(&mut self.passing) {
            self.scan_more(&chunk[content.clone()]);
            self.end_scan();
            out.keep(content.start..terminator.end);
            return LineOutcome::Sent;
        }
        let mut carry = std::mem::take(&mut self.carry);
        let line = if carry.is_empty() {
            Line { text: &chunk[content.clone()], start: Some(content.start), terminator }
        } else {
            carry.extend_from_slice(&chunk[content]);
            Line { text: &carry, start: None, terminator }
        };
        let end = &chunk[line.terminator.clone()];
        let outcome = self.whole_line(&line, end, out);
        // The next unfinished line takes the same memory.
        carry.clear();
        self.carry = carry;
        outcome
    }

    fn whole_line(&mut self, line: &Line<'_>, end: &[u8], out: &mut Output<'_>) -> LineOutcome {
        let kind = self.kind(line.text);
        let dropped_before = std::mem::take(&mut self.dropped);
        match kind {
            Kind::Blank => self.end_of_event(line, dropped_before, out),
            Kind::Data(value) => self.data(line, value, end, out),
            Kind::Other | Kind::Comment if self.hide && self.pending.is_open() => {
                if self.is_too_long(line) {
                    self.give_up(out);
                    return Self::send(line, out);
                }
                self.pending.other(line, end);
                LineOutcome::Deferred
            }
            Kind::Other => {
                self.sent_field = true;
                Self::send(line, out)
            }
            Kind::Comment => Self::send(line, out),
        }
    }

    fn data(&mut self, line: &Line<'_>, value: usize, end: &[u8], out: &mut Output<'_>) -> LineOutcome {
        if self.is_too_long(line) {
            let alone = !self.pending.is_open() && !self.skipping;
            self.give_up(out);
            if alone {
                self.facts.gave_up = false;
                let mut scan = Box::new(BodyMeter::new(self.grammar));
                scan.feed(&line.text[value..]);
                self.scan = Some(scan);
                self.end_scan();
            }
        }
        if self.skipping {
            self.sent_field = true;
            return Self::send(line, out);
        }
        if !self.pending.is_open() {
            match self.read(&line.text[value..]) {
                Some(HiddenPart::Everything) => {
                    self.dropped = true;
                    return LineOutcome::Dropped;
                }
                Some(HiddenPart::Field(cut)) => {
                    self.sent_field = true;
                    out.line_without(line, value + cut.start..value + cut.end);
                    return LineOutcome::Sent;
                }
                Some(HiddenPart::Nothing) => {
                    self.sent_field = true;
                    return Self::send(line, out);
                }
                None => {}
            }
        }
        self.pending.data(line, value, end, self.hide);
        LineOutcome::Deferred
    }

    fn end_of_event(&mut self, line: &Line<'_>, dropped_before: bool, out: &mut Output<'_>) -> LineOutcome {
        let dropped = if self.pending.is_open() { self.read_pending(out) } else { dropped_before };
        let owed = std::mem::take(&mut self.sent_field);
        self.skipping = false;
        if dropped && !owed {
            return LineOutcome::Dropped;
        }
        Self::send(line, out)
    }

    /// Reads the pending lines together, and sends what of them may be seen; whether nothing was.
    fn read_pending(&mut self, out: &mut Output<'_>) -> bool {
        let pending = std::mem::take(&mut self.pending);
        let hides = self.read(pending.joined()).unwrap_or_default();
        match &hides {
            HiddenPart::Nothing => pending.send_without(&(0..0), out),
            HiddenPart::Field(cut) => pending.send_without(cut, out),
            HiddenPart::Everything => {}
        }
        hides == HiddenPart::Everything
    }

    /// Takes note of a `data:` value, and says what of it is hidden; `None` if it cannot be read alone.
    fn read(&mut self, value: &[u8]) -> Option<HiddenPart> {
        match frame::read(self.grammar, value, self.facts.model.is_none()) {
            Data::Unreadable => None,
            Data::Done => {
                self.complete();
                Some(HiddenPart::Nothing)
            }
            Data::Frame(Frame { usage, model, tier, begins, ends, may_end, fails, hides }) => {
                self.facts.begun |= begins;
                if let Some(usage) = usage {
                    self.facts.report(&mut self.counts, self.grammar, usage);
                }
                if model.is_some() && self.facts.model.is_none() {
                    self.facts.model = model;
                }
                if tier.is_some() {
                    self.facts.service_tier = tier;
                }
                self.facts.ended |= may_end;
                self.facts.failed |= fails;
                if ends {
                    self.complete();
                }
                Some(if self.hide { hides } else { HiddenPart::Nothing })
            }
        }
    }

    fn complete(&mut self) {
        self.completed = true;
        self.facts.ended = true;
    }

    /// Whether `[DONE]` means anything in this grammar.
    pub const fn has_last_word(&self) -> bool {
        matches!(self.grammar, Grammar::Chat | Grammar::Responses | Grammar::Plain)
    }

    fn send(line: &Line<'_>, out: &mut Output<'_>) -> LineOutcome {
        out.line(line);
        LineOutcome::Sent
    }
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

#[cfg(test)]
#[path = "stream_fuzz.rs"]
mod fuzz;

#[cfg(test)]
mod tests;
