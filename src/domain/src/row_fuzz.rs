//! Fuzz target: the canonical encoding of rows that is signed.

use std::collections::BTreeMap;

use super::*;

const NAMES: [&str; 6] = ["a", "ab", "b", "enabled", "policy", "row_mac"];

#[derive(Clone, Debug, PartialEq)]
enum Owned {
    Integer(i64),
    Boolean(bool),
    Text(String),
    Bytes(Vec<u8>),
}

impl Owned {
    fn field(&self) -> Field<'_> {
        match self {
            Self::Integer(value) => Field::Integer(*value),
            Self::Boolean(value) => Field::Boolean(*value),
            Self::Text(text) => Field::Text(text),
            Self::Bytes(bytes) => Field::Bytes(bytes),
        }
    }
}

/// Columns made of bytes: which are there, and what stands in them.
fn columns(mut bytes: &[u8]) -> BTreeMap<&'static str, Owned> {
    let mut found = BTreeMap::new();
    while let [name, kind, length, rest @ ..] = bytes {
        let (inside, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        let value = match kind % 4 {
            0 => Owned::Integer(
                inside.iter().fold(i64::from(*kind) - 128, |n, byte| n.wrapping_mul(257) + i64::from(*byte)),
            ),
            1 => Owned::Boolean(*length > 127),
            2 => Owned::Text(String::from_utf8_lossy(inside).into_owned()),
            _ => Owned::Bytes(inside.to_vec()),
        };
        found.insert(NAMES[usize::from(*name) % NAMES.len()], value);
        bytes = rest;
    }
    found
}

/// The encoding read back: that this is possible says that no two rows have one encoding.
fn slow_decode(mut bytes: &[u8]) -> Option<BTreeMap<String, Owned>> {
    fn take<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
        let (length, rest) = bytes.split_first_chunk::<8>()?;
        let (inside, rest) = rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
        *bytes = rest;
        Some(inside)
    }
    let mut found = BTreeMap::new();
    while !bytes.is_empty() {
        let name = std::str::from_utf8(take(&mut bytes)?).ok()?.to_owned();
        let (kind, rest) = bytes.split_first()?;
        bytes = rest;
        let inside = take(&mut bytes)?;
        let value = match kind {
            b'i' => Owned::Integer(i64::from_be_bytes(inside.try_into().ok()?)),
            b'b' => Owned::Boolean(match inside {
                [0] => false,
                [1] => true,
                _ => return None,
            }),
            b't' => Owned::Text(std::str::from_utf8(inside).ok()?.to_owned()),
            b'x' => Owned::Bytes(inside.to_vec()),
            _ => return None,
        };
        if found.insert(name, value).is_some() {
            return None;
        }
    }
    Some(found)
}

/// Any columns can be read back from their encoding; their order and absent ones change nothing of it.
#[test]
fn any_row_can_be_read_back_from_what_is_signed() {
    bolero::check!(name = "row-encoding").with_max_len(200).for_each(|bytes| {
        let columns = columns(bytes);
        let forwards: Vec<_> = columns.iter().map(|(name, value)| (*name, value.field())).collect();
        let encoded = encode(forwards.clone());
        let mut backwards: Vec<_> = forwards.into_iter().rev().collect();
        backwards.insert(backwards.len() / 2, ("of a later version", Field::Absent));
        assert_eq!(encode(backwards), encoded);
        let read: BTreeMap<String, Owned> =
            columns.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        assert_eq!(slow_decode(&encoded), Some(read));
    });
}
