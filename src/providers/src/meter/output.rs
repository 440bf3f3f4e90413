//! Zero-copy output of a chunk: slices of it wherever possible, copies only where something was taken out or buffered.

use std::ops::Range;

use bytes::Bytes;

/// Collects what of `chunk` is sent on, in order.
pub(super) struct Output<'a> {
    chunk: &'a Bytes,
    /// All of the chunk goes, whatever is said here.
    verbatim: bool,
    built: Vec<u8>,
    /// The part of the chunk that follows `built`.
    run: Range<usize>,
}

/// A whole line: in the chunk, or carried over from earlier ones.
#[derive(Clone)]
pub(super) struct Line<'a> {
    /// Its text without the terminator.
    pub(super) text: &'a [u8],
    /// Where it begins in the chunk; `None` if it was carried.
    pub(super) start: Option<usize>,
    /// Its terminator in the chunk; empty at the end of a stream.
    pub(super) terminator: Range<usize>,
}

impl<'a> Output<'a> {
    pub(super) fn new(chunk: &'a Bytes, verbatim: bool) -> Self {
        Self { chunk, verbatim, built: Vec::new(), run: 0..0 }
    }

    /// Sends a part of the chunk.
    pub(super) fn keep(&mut self, part: Range<usize>) {
        if self.run.end == part.start {
            self.run.end = part.end;
        } else {
            self.flush();
            self.run = part;
        }
    }

    /// Sends bytes that are not in the chunk.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if !self.verbatim {
            self.flush();
            self.built.extend_from_slice(bytes);
        }
    }

    /// Sends a line without `cut`, a part of its text.
    pub(super) fn line_without(&mut self, line: &Line<'_>, cut: Range<usize>) {
        if let Some(start) = line.start {
            self.keep(start..start + cut.start);
            self.keep(start + cut.end..line.terminator.end);
        } else {
            self.push(&line.text[..cut.start]);
            self.push(&line.text[cut.end..]);
            self.keep(line.terminator.clone());
        }
    }

    /// Sends a line as it is.
    pub(super) fn line(&mut self, line: &Line<'_>) {
        self.line_without(line, 0..0);
    }

    /// The bytes to send; `None`: the chunk as it is.
    pub(super) fn finish(mut self) -> Option<Bytes> {
        if self.verbatim {
            return None;
        }
        if self.built.is_empty() {
            return Some(self.chunk.slice(self.run));
        }
        self.flush();
        Some(Bytes::from(self.built))
    }

    fn flush(&mut self) {
        if !self.verbatim {
            self.built.extend_from_slice(&self.chunk[self.run.clone()]);
        }
        self.run = self.run.end..self.run.end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_contiguous_is_a_slice() {
        let chunk = Bytes::from_static(b"one two three");
        let mut out = Output::new(&chunk, false);
        out.keep(4..7);
        out.keep(7..13);
        let sent = out.finish().unwrap();
        assert_eq!(&sent[..], b"two three");
        assert_eq!(sent.as_ptr(), chunk[4..].as_ptr());
    }

    #[test]
    fn order_is_kept_between_slices_and_copies() {
        let chunk = Bytes::from_static(b"one two three");
        let mut out = Output::new(&chunk, false);
        out.push(b"zero ");
        out.keep(0..3);
        out.keep(7..13);
        out.push(b" four");
        assert_eq!(&out.finish().unwrap()[..], b"zero one three four");
    }
}
