//! Lines of a metered stream: what kind each is, and those that are too long to keep.

use super::{BYTE_ORDER_MARK, Grammar, Kind, LINE_CAP, Line, Output, StreamMeter};

impl StreamMeter {
    /// Shows a long line's next bytes to its scanner.
    pub(super) fn scan_more(&mut self, bytes: &[u8]) {
        if let Some(scan) = &mut self.scan {
            scan.feed(bytes);
        }
    }

    /// A long line is over: what its scanner found counts like what is read of any other.
    pub(super) fn end_scan(&mut self) {
        let Some(scan) = self.scan.take() else { return };
        let ends = match self.grammar {
            Grammar::Responses => {
                matches!(scan.kind(), Some("response.completed" | "response.incomplete" | "response.failed"))
            }
            Grammar::Messages => scan.kind() == Some("message_stop"),
            Grammar::Chat | Grammar::Generate | Grammar::Plain => false,
        };
        self.facts.failed |= matches!(scan.kind(), Some("response.failed" | "error"));
        let found = scan.finish();
        let counts = self.grammar != Grammar::Responses || ends;
        if let Some(raw) = found.raw.as_deref().filter(|_| counts) {
            self.facts.report(&mut self.counts, self.grammar, raw.as_bytes());
        } else if counts && !found.usage.is_empty() {
            self.facts.usage = found.usage;
        }
        self.facts.model = self.facts.model.take().or(found.model);
        self.facts.service_tier = found.service_tier.or(self.facts.service_tier.take());
        self.facts.gave_up |= found.gave_up;
        // What a chunk of choices says of its end is not looked for in so long a line.
        self.facts.ended |= matches!(self.grammar, Grammar::Chat | Grammar::Generate) && found.raw.is_some();
        if ends {
            self.complete();
        }
    }

    pub(super) fn is_too_long(&self, line: &Line<'_>) -> bool {
        line.text.len() > LINE_CAP || self.pending.size() + line.text.len() > 2 * LINE_CAP
    }

    /// The event at hand is too long: what is buffered goes on, the rest of it unread.
    pub(super) fn give_up(&mut self, out: &mut Output<'_>) {
        self.facts.gave_up = true;
        self.skipping = true;
        self.sent_field |= self.pending.is_open();
        self.pending.send_without(&(0..0), out);
        self.pending.clear();
    }

    pub(super) fn kind(&self, text: &[u8]) -> Kind {
        let mark = self.mark(text);
        let field = &text[mark..];
        match field {
            b"" => Kind::Blank,
            b"data" => Kind::Data(text.len()),
            [b':', ..] => Kind::Comment,
            _ => match field.strip_prefix(b"data:") {
                Some([b' ', ..]) => Kind::Data(mark + 6),
                Some(_) => Kind::Data(mark + 5),
                None => Kind::Other,
            },
        }
    }

    /// Whether the begin of a line leaves open what it is.
    pub(super) fn may_become_data(&self) -> bool {
        let text = &self.carry;
        b"data:".starts_with(&text[self.mark(text)..]) || self.in_first_line && BYTE_ORDER_MARK.starts_with(text)
    }

    /// Length of the byte order mark that `text` begins with.
    pub(super) fn mark(&self, text: &[u8]) -> usize {
        if self.in_first_line && text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 }
    }
}
