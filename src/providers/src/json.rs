//! Streaming JSON scanner that builds no tree: where the members of an object begin and end, and whether all of it is
//! JSON (RFC 8259) nested no deeper than allowed.
//!
//! Bodies of megabytes pass through here on every request. Strings are looked at in blocks, containers are counted in
//! one machine word, and nothing is allocated.

mod block;

use std::{borrow::Cow, ops::Range};

/// How deep arrays and objects may nest.
pub(crate) const MAX_DEPTH: u32 = 64;

/// Why text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// Not JSON.
    Syntax,
    /// Nested deeper than [`MAX_DEPTH`].
    Depth,
}

/// A member of an object, as positions in the text it was found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// Name and value with everything between them: `"name": value`.
    pub(crate) whole: Range<usize>,
    /// What stands between the name's quotes, escapes and all.
    pub(crate) name: Range<usize>,
    /// The value, without spaces around it.
    pub(crate) value: Range<usize>,
    /// The comma in front, unless it is the first member.
    pub(crate) comma: Option<usize>,
}

/// Walks one JSON value that is the whole of `text`. Where it is an object, `visit` sees its own members in order
/// (not those of objects inside). The rest of the text is checked also after `visit` saw what it wanted.
pub(crate) fn members(text: &[u8], mut visit: impl FnMut(&Member)) -> Result<(), JsonError> {
    let mut walk = Walk::new(text);
    walk.space();
    if walk.peek() == Some(b'{') {
        walk.object(&mut visit)?;
    } else {
        walk.value(MAX_DEPTH)?;
    }
    walk.end()
}

/// Walks one JSON value that is the whole of `text`. Where it is an array, `visit` sees where its own items stand.
pub(crate) fn items(text: &[u8], mut visit: impl FnMut(Range<usize>)) -> Result<(), JsonError> {
    let mut walk = Walk::new(text);
    walk.space();
    if walk.peek() == Some(b'[') {
        walk.array(&mut visit)?;
    } else {
        walk.value(MAX_DEPTH)?;
    }
    walk.end()
}

/// The characters of a string whose inside is `inside`. An unpaired surrogate, which no Rust string can hold, leaves
/// the escapes as they are written.
pub(crate) fn unescape(inside: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(b'\\', inside).is_none() {
        return String::from_utf8_lossy(inside);
    }
    let mut quoted = Vec::with_capacity(inside.len() + 2);
    quoted.push(b'"');
    quoted.extend_from_slice(inside);
    quoted.push(b'"');
    serde_json::from_slice::<String>(&quoted).map_or_else(|_| String::from_utf8_lossy(inside), Cow::Owned)
}

/// The characters of `value` if it is a string.
pub(crate) fn as_text(value: &[u8]) -> Option<Cow<'_, str>> {
    let inside = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    Some(unescape(inside))
}

/// The number in `value` if it is a whole one that fits and is not negative.
pub(crate) fn as_count(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// The positions to cut so that `member` is gone and its object is still one: the comma in front goes with it, or,
/// for the first of several, the comma behind.
pub(crate) fn cut(text: &[u8], member: &Member) -> Range<usize> {
    if let Some(comma) = member.comma {
        return comma..member.whole.end;
    }
    let mut walk = Walk { at: member.whole.end, ..Walk::new(text) };
    walk.space();
    if walk.peek() == Some(b',') {
        walk.at += 1;
        walk.space();
        return member.whole.start..walk.at;
    }
    member.whole.clone()
}

/// Where the first quote or backslash stands.
#[inline]
pub(crate) fn quote_or_escape(text: &[u8]) -> Option<usize> {
    let (blocks, rest) = text.as_chunks::<{ block::SIZE }>();
    for (number, block) in blocks.iter().enumerate() {
        let quotes = block::marks(block).quotes;
        if quotes != 0 {
            return Some(number * block::SIZE + quotes.trailing_zeros() as usize);
        }
    }
    let at = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    Some(text.len() - rest.len() + at)
}

struct Walk<'a> {
    text: &'a [u8],
    at: usize,
    /// Some string may hold characters beyond ASCII.
    beyond_ascii: bool,
}

impl<'a> Walk<'a> {
    const fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, beyond_ascii: false }
    }

    /// Behind the value: nothing may follow, and all of the text must be UTF-8. Checked last, because most is ASCII, and
    /// a byte below 0x80 is never part of a longer character.
    fn end(mut self) -> Result<(), JsonError> {
        self.space();
        if self.at != self.text.len() || (self.beyond_ascii && simdutf8::basic::from_utf8(self.text).is_err()) {
            return Err(JsonError::Syntax);
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(JsonError::Syntax)
        }
    }

    /// The outermost object, member by member.
    fn object(&mut self, visit: &mut impl FnMut(&Member)) -> Result<(), JsonError> {
        self.expect(b'{')?;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        let mut comma = None;
        loop {
            self.space();
            let start = self.at;
            let name = self.string()?;
            self.space();
            self.expect(b':')?;
            self.space();
            let value_start = self.at;
            self.value(MAX_DEPTH - 1)?;
            visit(&Member { whole: start..self.at, name, value: value_start..self.at, comma });
            self.space();
            match self.peek() {
                Some(b',') => comma = Some(self.at),
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(JsonError::Syntax),
            }
            self.at += 1;
        }
    }

    /// The outermost array, item by item.
    fn array(&mut self, visit: &mut impl FnMut(Range<usize>)) -> Result<(), JsonError> {
        self.expect(b'[')?;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.space();
            let start = self.at;
            self.value(MAX_DEPTH - 1)?;
            visit(start..self.at);
            self.space();
            let end = self.peek();
            self.at += 1;
            match end {
                Some(b',') => {}
                Some(b']') => return Ok(()),
                _ => return Err(JsonError::Syntax),
            }
        }
    }

    /// Any value, `max_depth` containers deep at most. The containers around the position are bits of one word
    /// (1: object), so that depth costs no stack.
    fn value(&mut self, max_depth: u32) -> Result<(), JsonError> {
        let mut kinds = 0_u64;
        let mut depth = 0_u32;
        loop {
            // At the start of a value.
            match self.peek().ok_or(JsonError::Syntax)? {
                open @ (b'{' | b'[') => {
                    if depth == max_depth {
                        return Err(JsonError::Depth);
                    }
                    let is_object = open == b'{';
                    depth += 1;
                    kinds = kinds << 1 | u64::from(is_object);
                    self.at += 1;
                    self.space();
                    let close = if is_object { b'}' } else { b']' };
                    if self.peek() != Some(close) {
                        if is_object {
                            self.name()?;
                        }
                        continue;
                    }
                }
                b'"' => {
                    self.string()?;
                }
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => self.number()?,
            }
            // Behind a value, or before the end of an empty container.
            loop {
                if depth == 0 {
                    return Ok(());
                }
                self.space();
                let is_object = kinds & 1 == 1;
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        self.space();
                        if is_object {
                            self.name()?;
                        }
                        break;
                    }
                    Some(b'}') if is_object => {}
                    Some(b']') if !is_object => {}
                    _ => return Err(JsonError::Syntax),
                }
                self.at += 1;
                kinds >>= 1;
                depth -= 1;
            }
        }
    }

    /// `"name" :` and the space behind it.
    fn name(&mut self) -> Result<(), JsonError> {
        self.string()?;
        self.space();
        self.expect(b':')?;
        self.space();
        Ok(())
    }

    /// A string; the answer is its inside.
    fn string(&mut self) -> Result<Range<usize>, JsonError> {
        self.expect(b'"')?;
        let start = self.at;
        while let Some(block) = self.text[self.at..].first_chunk() {
            if self.string_block(block)? {
                return Ok(start..self.at - 1);
            }
        }
        loop {
            let byte = self.peek().ok_or(JsonError::Syntax)?;
            self.at += 1;
            self.beyond_ascii |= byte >= 0x80;
            match byte {
                b'"' => return Ok(start..self.at - 1),
                b'\\' => self.escape()?,
                ..0x20 => return Err(JsonError::Syntax),
                _ => {}
            }
        }
    }

    /// The block of a string that begins here; whether the string ends in it.
    fn string_block(&mut self, block: &[u8; block::SIZE]) -> Result<bool, JsonError> {
        let found = block::marks(block);
        // It may be another string's: then the text is checked without need.
        self.beyond_ascii |= found.beyond_ascii != 0;
        let from = self.at;
        let mut stops = found.quotes | found.controls;
        while stops != 0 {
            self.at = from + stops.trailing_zeros() as usize + 1;
            match self.text[self.at - 1] {
                b'"' => return Ok(true),
                b'\\' => self.escape()?,
                _ => return Err(JsonError::Syntax),
            }
            let Some(rest) = u32::MAX.checked_shl(u32::try_from(self.at - from).unwrap_or(u32::MAX)) else {
                return Ok(false);
            };
            stops &= rest;
        }
        self.at = from + block::SIZE;
        Ok(false)
    }

    /// What stands behind a backslash.
    #[inline]
    fn escape(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                let digits = self.text.get(self.at + 1..self.at + 5).ok_or(JsonError::Syntax)?;
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(JsonError::Syntax);
                }
                self.at += 5;
            }
            _ => return Err(JsonError::Syntax),
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8]) -> Result<(), JsonError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(JsonError::Syntax);
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Result<(), JsonError> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        if self.digits()? > 1 && leading_zero {
            return Err(JsonError::Syntax);
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// How many digits were passed; none is a flaw.
    fn digits(&mut self) -> Result<usize, JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(JsonError::Syntax) } else { Ok(self.at - start) }
    }
}

#[cfg(test)]
mod tests;
