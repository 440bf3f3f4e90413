//! Column parsing: from columns to domain types. What does not parse is damage, never a default.

use std::{borrow::Cow, fmt::Display, str::FromStr};

use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// Text that reads itself: ids, URLs.
pub(crate) fn text<T: FromStr>(column: &str, text: &str) -> Result<T>
where
    T::Err: Display,
{
    text.parse().map_err(|error| Error::Damaged(format!("{column}: {error}")))
}

/// Text of a fixed set, by the set's own `parse`.
pub(crate) fn one_of<T>(column: &str, text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
    parse(text).ok_or_else(|| Error::Damaged(format!("{column}: {text:?} is none of the known ones")))
}

/// A number in a narrower range than the column's.
pub(crate) fn number<T: TryFrom<i64>>(column: &str, number: i64) -> Result<T> {
    T::try_from(number).map_err(|_| Error::Damaged(format!("{column}: {number} is out of range")))
}

/// A JSON document.
pub(crate) fn json<T: DeserializeOwned>(column: &str, json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::Damaged(format!("{column}: {error}")))
}

/// A JSON list of texts that read themselves.
pub(crate) fn list<T: DeserializeOwned>(column: &str, text: &str) -> Result<Vec<T>> {
    json(column, text)
}

/// The JSON that [`list`] reads.
pub(crate) fn to_list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let texts = items.into_iter().map(|item| serde_json::Value::String(item.to_string())).collect();
    serde_json::Value::Array(texts).to_string()
}

/// Bytes of a fixed length.
pub(crate) fn bytes<const N: usize>(column: &str, bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| Error::Damaged(format!("{column}: {} bytes instead of {N}", bytes.len())))
}

/// Text from outside as both engines can hold it: `PostgreSQL` has no NUL character in texts.
pub(crate) fn storable(text: &str) -> Cow<'_, str> {
    if text.as_bytes().contains(&0) { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}
