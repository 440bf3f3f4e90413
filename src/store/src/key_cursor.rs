//! Cursors of key lists: keyset pagination, one key per order.

use std::{fmt, str::FromStr};

use domain::{KeyId, KeySort};

/// The last row of a page, in the order of its list; the next page begins below it. As text it is opaque to callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyCursor {
    /// Number in the order of creation.
    Created(i64),
    /// Folded name and visible key, and the number that breaks ties.
    Name(String, i64),
    /// Milliseconds since 1970 UTC, 0 for never, and the id that breaks ties.
    Used(i64, KeyId),
}

impl KeyCursor {
    /// The order that it belongs to.
    pub const fn sort(&self) -> KeySort {
        match self {
            Self::Created(_) => KeySort::Created,
            Self::Name(..) => KeySort::Name,
            Self::Used(..) => KeySort::Used,
        }
    }
}

impl fmt::Display for KeyCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created(seq) => write!(f, "c{seq}"),
            Self::Name(folded, seq) => {
                write!(f, "n{seq}.")?;
                folded.bytes().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Self::Used(at, id) => write!(f, "u{at}.{id}"),
        }
    }
}

/// Text that is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no cursor of this list; take next_cursor of the page before, or leave it out for the first page")]
pub struct BadCursor;

impl FromStr for KeyCursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let number = |text: &str| text.parse::<i64>().ok().filter(|n| *n >= 0).ok_or(BadCursor);
        if let Some(seq) = text.strip_prefix('c') {
            return number(seq).map(Self::Created);
        }
        let (first, second) = text.get(1..).and_then(|rest| rest.split_once('.')).ok_or(BadCursor)?;
        match text.chars().next() {
            Some('n') => Ok(Self::Name(unhex(second)?, number(first)?)),
            Some('u') => Ok(Self::Used(number(first)?, second.parse().map_err(|_| BadCursor)?)),
            _ => Err(BadCursor),
        }
    }
}

fn unhex(text: &str) -> Result<String, BadCursor> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err(BadCursor) };
    let bytes = pairs
        .iter()
        .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()).ok_or(BadCursor))
        .collect::<Result<Vec<u8>, BadCursor>>()?;
    let text = String::from_utf8(bytes).map_err(|_| BadCursor)?;
    if text.contains('\0') { Err(BadCursor) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;

    use super::*;

    #[test]
    fn a_cursor_survives_its_text() {
        let id = KeyId::new(Timestamp(5), [1; 10]);
        for cursor in [KeyCursor::Created(7), KeyCursor::Name("prüfung\nsk-…".to_owned(), 8), KeyCursor::Used(0, id)]
        {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in
            ["", "c", "c-1", "cx", "x7", "n7", "n7.0", "n7.zz", "n7.ff", "n7.00", "u7", "u7.key_1", "ü.", "k1.2"]
        {
            assert_eq!(text.parse::<KeyCursor>(), Err(BadCursor), "{text}");
        }
    }
}
