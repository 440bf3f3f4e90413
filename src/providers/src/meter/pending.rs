//! Pending SSE event: one whose JSON is spread over several `data:` lines, until its blank line.

use std::ops::Range;

use super::output::{Line, Output};

/// Lines of one event that can only be read together.
#[derive(Default)]
pub(super) struct Pending {
    open: bool,
    /// The `data:` values, joined by line feeds as the event stream format says.
    joined: Vec<u8>,
    /// The lines as they came, where they are buffered.
    raw: Vec<u8>,
    /// Where each value stands: in `joined`, and from where on in `raw`.
    values: Vec<(Range<usize>, usize)>,
}

impl Pending {
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    pub(super) fn joined(&self) -> &[u8] {
        &self.joined
    }

    /// Bytes kept in memory.
    pub(super) fn size(&self) -> usize {
        self.joined.len() + self.raw.len()
    }

    /// Takes a `data:` line whose value begins at `value`. `hold`: the line is not sent on yet.
    pub(super) fn data(&mut self, line: &Line<'_>, value: usize, end: &[u8], hold: bool) {
        if self.open {
            self.joined.push(b'\n');
        }
        self.open = true;
        let start = self.joined.len();
        self.joined.extend_from_slice(&line.text[value..]);
        if hold {
            self.values.push((start..self.joined.len(), self.raw.len() + value));
            self.other(line, end);
        }
    }

    /// Holds a line that is not `data:`.
    pub(super) fn other(&mut self, line: &Line<'_>, end: &[u8]) {
        self.raw.extend_from_slice(line.text);
        self.raw.extend_from_slice(end);
    }

    /// The second half of a CR LF that was cut in two.
    pub(super) fn line_feed(&mut self) {
        self.raw.push(b'\n');
    }

    /// Sends what is buffered, without the bytes that `cut` names in the joined values. Line ends within `cut` stay:
    /// between the tokens of JSON they are space.
    pub(super) fn send_without(&self, cut: &Range<usize>, out: &mut Output<'_>) {
        let mut from = 0;
        for (joined, raw) in &self.values {
            let (start, end) = (cut.start.max(joined.start), cut.end.min(joined.end));
            if start < end {
                out.push(&self.raw[from..raw + start - joined.start]);
                from = raw + end - joined.start;
            }
        }
        out.push(&self.raw[from..]);
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.open = false;
        self.joined.clear();
        self.raw.clear();
        self.values.clear();
    }
}
