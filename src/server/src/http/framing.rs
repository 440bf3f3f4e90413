//! HTTP request smuggling guard: framing that two readers could read in two ways, seen in the bytes themselves.
//!
//! hyper takes two equal lengths for one, drops a length that stands beside chunks, ends lines at a lone LF, cuts a
//! fragment off the target and lets 16 KiB of chunk extensions pass, all without a word to the code behind it. Whoever
//! stands in front of us may have read those bytes otherwise (RFC 9112, 11.2), so they are refused here. This is no
//! second parser: it follows lengths and chunks only to know where the next head begins, and whatever it does not
//! understand it leaves to hyper, who refuses it.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

/// Longest line of a chunk's size, its extensions included.
const CHUNK_LINE_MAX: u32 = 4 * 1024;
/// No line of a head is longer: hyper reads no further.
const LINE_MAX: usize = 16 * 1024;

/// Which requests of a connection may be answered, as the reader of its bytes reports to those who answer.
#[derive(Debug)]
pub(super) struct Verdict {
    refused: AtomicU32,
    asked: AtomicU32,
}

impl Verdict {
    /// Nothing is refused yet.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { refused: AtomicU32::new(u32::MAX), asked: AtomicU32::new(0) })
    }

    /// Whether the request that is about to be answered has to be refused. To be asked once for each, in their order.
    pub(super) fn refuses_next(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.refused.load(Ordering::Relaxed)
    }
}

/// Follows the bytes of one connection.
pub(super) struct Framing {
    state: State,
    /// The begin of a line whose end has not come yet.
    line: Vec<u8>,
    head: Head,
    /// Heads that are whole.
    heads: u32,
    verdict: Arc<Verdict>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Head,
    /// So many bytes of a body are to come.
    Body(u64),
    /// In the line of a chunk's size, which has so many bytes by now.
    Size {
        size: u64,
        length: u32,
        extended: bool,
        /// The byte before was a CR.
        cr: bool,
    },
    /// So many bytes of a chunk and of its line end are to come.
    Chunk(u64),
    Trailers,
    /// The connection ends with the request at hand, by us or by hyper.
    Over,
}

const CHUNK: State = State::Size { size: 0, length: 0, extended: false, cr: false };

/// What a head has said so far.
#[derive(Default)]
struct Head {
    begun: bool,
    lengths: u32,
    length: Option<u64>,
    codings: u32,
    chunked: bool,
}

impl Framing {
    /// Before the first byte.
    pub(super) fn new(verdict: Arc<Verdict>) -> Self {
        Self { state: State::Head, line: Vec::new(), head: Head::default(), heads: 0, verdict }
    }

    /// Looks at bytes that have just arrived. In a body it spoils the byte that makes it inadmissible, so that its
    /// reader refuses it where it stands.
    pub(super) fn see(&mut self, bytes: &mut [u8]) {
        let mut at = 0;
        while let Some(rest) = bytes.get_mut(at..)
            && !rest.is_empty()
        {
            at += match self.state {
                State::Over => return,
                State::Head | State::Trailers => self.see_line(rest),
                State::Body(left) => self.skip(left, rest.len(), State::Body, State::Head),
                State::Chunk(left) => self.skip(left, rest.len(), State::Chunk, CHUNK),
                State::Size { .. } => self.see_size(rest),
            };
        }
    }

    fn skip(&mut self, left: u64, there: usize, still: fn(u64) -> State, then: State) -> usize {
        let there_u64 = there as u64;
        self.state = if there_u64 < left { still(left - there_u64) } else { then };
        usize::try_from(left).map_or(there, |left| left.min(there))
    }

    /// One line of a head or of trailers, or the begin of one.
    fn see_line(&mut self, rest: &mut [u8]) -> usize {
        let Some(end) = memchr::memchr(b'\n', rest) else {
            if self.line.len() + rest.len() > LINE_MAX {
                self.state = State::Over;
            } else {
                self.line.extend_from_slice(rest);
            }
            return rest.len();
        };
        let mut kept = std::mem::take(&mut self.line);
        let line = if kept.is_empty() {
            &rest[..end]
        } else {
            kept.extend_from_slice(&rest[..end]);
            &kept[..]
        };
        match (self.state, line.strip_suffix(b"\r")) {
            (State::Trailers, Some(line)) => {
                if line.is_empty() {
                    self.state = State::Head;
                }
            }
            // hyper reads trailers with lone line ends only once all of them are there.
            (State::Trailers, None) => {
                rest[end] = 0;
                self.state = State::Over;
            }
            (_, Some(line)) => self.head_line(line),
            // An empty line before a request is ignored, however it ends.
            (_, None) if line.is_empty() && !self.head.begun => {}
            (_, None) => self.refuse(),
        }
        end + 1
    }

    fn head_line(&mut self, line: &[u8]) {
        if !self.head.begun {
            self.head.begun = !line.is_empty();
            if line.contains(&b'#') {
                self.refuse();
            }
            return;
        }
        if line.is_empty() {
            return self.head_is_whole();
        }
        // Only two names matter, and they differ by their lengths.
        let named = |name: &[u8]| {
            let (start, rest) = line.split_at_checked(name.len())?;
            let value = rest.strip_prefix(b":")?;
            start.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
        };
        if let Some(value) = named(b"content-length") {
            self.head.lengths += 1;
            self.head.length = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
        } else if let Some(value) = named(b"transfer-encoding") {
            self.head.codings += 1;
            self.head.chunked = value.eq_ignore_ascii_case(b"chunked");
        }
    }

    fn head_is_whole(&mut self) {
        let head = std::mem::take(&mut self.head);
        if head.lengths > 1 || (head.lengths > 0 && head.codings > 0) {
            return self.refuse();
        }
        self.heads += 1;
        self.state = match (head.lengths, head.codings) {
            (0, 0) => State::Head,
            (0, 1) if head.chunked => CHUNK,
            (1, 0) => {
                head.length.map_or(State::Over, |length| if length == 0 { State::Head } else { State::Body(length) })
            }
            // Other codings: the planes refuse them.
            _ => State::Over,
        };
    }

    fn refuse(&mut self) {
        self.verdict.refused.store(self.heads, Ordering::Relaxed);
        self.state = State::Over;
    }

    /// The line of a chunk's size, or a part of it.
    fn see_size(&mut self, rest: &mut [u8]) -> usize {
        let State::Size { mut size, mut length, mut extended, mut cr } = self.state else { return 0 };
        for (at, byte) in rest.iter_mut().enumerate() {
            length += 1;
            let after_cr = std::mem::replace(&mut cr, *byte == b'\r');
            match *byte {
                b'\n' => {
                    self.state = if size == 0 { State::Trailers } else { State::Chunk(size.saturating_add(2)) };
                    return at + 1;
                }
                _ if length > CHUNK_LINE_MAX => {
                    // Behind a CR only a line end is taken, and anywhere else it is the one thing that is not.
                    *byte = if after_cr { 0 } else { b'\n' };
                    self.state = State::Over;
                    return at + 1;
                }
                _ if extended => {}
                b';' => extended = true,
                b'\r' | b' ' | b'\t' => {}
                digit => {
                    let digit = char::from(digit).to_digit(16).map(u64::from);
                    let Some(more) = digit.and_then(|digit| size.checked_mul(16)?.checked_add(digit)) else {
                        self.state = State::Over;
                        return at + 1;
                    };
                    size = more;
                }
            }
        }
        self.state = State::Size { size, length, extended, cr };
        rest.len()
    }
}

#[cfg(test)]
#[path = "framing_fuzz.rs"]
mod fuzz;

#[cfg(test)]
#[path = "framing_tests.rs"]
mod tests;
