//! Row MAC: rows that give access carry a MAC over their columns, and only a verified or a new row can be signed.
//!
//! The store reads a row as [`Unverified`]; checking its MAC yields [`Verified`], and only that can be written back. The
//! MAC covers a canonical encoding of the columns in which absent values are left out: a column that a later version adds
//! leaves the MACs of rows without it whole, and a row that uses it does not verify where the column is unknown.

use std::{fmt, ops::Deref};

use crate::epoch::ReadMark;

/// Computes row MACs: the keyring does, and no one without its keys.
pub trait RowMac: Send + Sync {
    /// The MAC of the canonical `bytes` of a row, for one table's domain (`key-v2`).
    fn row_mac(&self, domain: &str, bytes: &[u8]) -> [u8; 32];

    /// Whether `mac` is that MAC, compared in constant time.
    fn row_mac_holds(&self, domain: &str, bytes: &[u8], mac: &[u8]) -> bool;
}

/// The value of a column, as it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<'a> {
    /// NULL: left out of the encoding.
    Absent,
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// A column's type that can be signed.
pub trait AsField {
    /// The value as it is signed.
    fn as_field(&self) -> Field<'_>;
}

impl AsField for String {
    fn as_field(&self) -> Field<'_> {
        Field::Text(self)
    }
}

impl AsField for Vec<u8> {
    fn as_field(&self) -> Field<'_> {
        Field::Bytes(self)
    }
}

impl AsField for i64 {
    fn as_field(&self) -> Field<'_> {
        Field::Integer(*self)
    }
}

impl AsField for bool {
    fn as_field(&self) -> Field<'_> {
        Field::Boolean(*self)
    }
}

impl<T: AsField> AsField for Option<T> {
    fn as_field(&self) -> Field<'_> {
        self.as_ref().map_or(Field::Absent, T::as_field)
    }
}

/// The canonical encoding of named columns: sorted by name, each behind its length, its type marked, absent ones left
/// out. Two rows have the same encoding only if they say the same.
pub fn encode(mut fields: Vec<(&str, Field<'_>)>) -> Vec<u8> {
    fn put(out: &mut Vec<u8>, bytes: &[u8]) {
        out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        out.extend_from_slice(bytes);
    }
    fields.sort_by_key(|(name, _)| *name);
    let mut out = Vec::with_capacity(fields.len() * 48);
    for (name, field) in fields {
        let mut number = [0; 8];
        let (kind, bytes): (u8, &[u8]) = match field {
            Field::Absent => continue,
            Field::Integer(value) => {
                number = value.to_be_bytes();
                (b'i', &number)
            }
            Field::Boolean(value) => {
                number[0] = u8::from(value);
                (b'b', &number[..1])
            }
            Field::Text(text) => (b't', text.as_bytes()),
            Field::Bytes(bytes) => (b'x', bytes),
        };
        put(&mut out, name.as_bytes());
        out.push(kind);
        put(&mut out, bytes);
    }
    out
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// It has no MAC, or one of other columns or another installation.
    #[error("it was changed by something other than Keywright")]
    Tampered,
    /// An older state of it was put back.
    #[error("an older state of it was put back (epoch {epoch}, seen {seen})")]
    Replayed {
        /// The row's.
        epoch: i64,
        /// The highest that this process has seen.
        seen: i64,
    },
    /// A column does not parse: written by a newer version, or broken.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
}

/// A row that must not be used, only shown, ended or deleted.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("the row {id} of table {table} is damaged: {damage}")]
pub struct DamagedRow<T> {
    /// The table.
    pub table: &'static str,
    /// Its primary key, as it stands there.
    pub id: String,
    /// What is wrong.
    pub damage: Damage,
    /// What the row says of itself, where that can be read at all. For showing it, and to whom; nothing else may be
    /// decided by it. Boxed, because this is an error and most rows are whole.
    pub claimed: Option<Box<T>>,
}

/// What the row holds is left out: it may be a secret's hash.
impl<T> fmt::Debug for DamagedRow<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, id, damage, claimed: _ } = self;
        f.debug_struct("DamagedRow")
            .field("table", table)
            .field("id", id)
            .field("damage", damage)
            .finish_non_exhaustive()
    }
}

/// A row as it was read: its author is not known yet.
#[derive(Clone)]
pub struct Unverified<T> {
    table: &'static str,
    domain: &'static str,
    id: String,
    value: Result<T, String>,
    bytes: Vec<u8>,
    mac: Option<Vec<u8>>,
    epoch: i64,
    mark: ReadMark,
}

impl<T> fmt::Debug for Unverified<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified").field("table", &self.table).field("id", &self.id).finish_non_exhaustive()
    }
}

/// What the store knows of a row beside its value.
#[derive(Clone)]
pub struct RowSeal {
    /// The table.
    pub table: &'static str,
    /// The domain of the table's MACs.
    pub domain: &'static str,
    /// The primary key as text.
    pub id: String,
    /// The canonical encoding of the signed columns.
    pub bytes: Vec<u8>,
    /// The MAC that stands in the row.
    pub mac: Option<Vec<u8>>,
    /// How often it was written.
    pub epoch: i64,
    /// When its reading began.
    pub mark: ReadMark,
}

impl<T> Unverified<T> {
    /// A row that was read: its value, or why it cannot be read.
    pub fn new(value: Result<T, String>, seal: RowSeal) -> Self {
        let RowSeal { table, domain, id, bytes, mac, epoch, mark } = seal;
        Self { table, domain, id, value, bytes, mac, epoch, mark }
    }

    /// The primary key as it stands in the row.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The MAC that stands in the row.
    pub fn mac(&self) -> Option<&[u8]> {
        self.mac.as_deref()
    }

    /// Checks the MAC, and that no newer state of the row has been seen. Only a row that passes gives its value.
    pub fn verify(self, macs: &dyn RowMac) -> Result<Verified<T>, DamagedRow<T>> {
        let holds = self.mac.as_ref().is_some_and(|mac| macs.row_mac_holds(self.domain, &self.bytes, mac));
        let damage = if holds {
            match (self.mark.check(self.domain, &self.id, self.epoch), &self.value) {
                (Some(seen), _) => Some(Damage::Replayed { epoch: self.epoch, seen }),
                (None, Err(what)) => Some(Damage::Unreadable(what.clone())),
                (None, Ok(_)) => None,
            }
        } else {
            match &self.value {
                Ok(_) => Some(Damage::Tampered),
                Err(what) => Some(Damage::Unreadable(what.clone())),
            }
        };
        match (damage, self.value) {
            (None, Ok(value)) => Ok(Verified { value, epoch: self.epoch }),
            (damage, value) => Err(DamagedRow {
                table: self.table,
                id: self.id,
                damage: damage.unwrap_or(Damage::Tampered),
                claimed: value.ok().map(Box::new),
            }),
        }
    }

    /// The value without any check, for the one upgrade that signs what had no MAC before.
    pub fn unchecked(self) -> Result<T, String> {
        self.value
    }
}

/// A row whose MAC holds. It may be used, changed, and written back under a new MAC.
#[derive(Clone, PartialEq, Eq)]
pub struct Verified<T> {
    value: T,
    epoch: i64,
}

impl<T> Verified<T> {
    /// How often it was written.
    pub const fn epoch(&self) -> i64 {
        self.epoch
    }

    /// The value, to be changed and written back.
    pub fn edit(&mut self) -> &mut T {
        &mut self.value
    }

    /// The value alone; it can no longer be written back.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The row after it was written once more.
    #[must_use]
    pub fn rewritten(self) -> Self {
        Self { epoch: self.epoch.saturating_add(1), ..self }
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Verified<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified").field("value", &self.value).field("epoch", &self.epoch).finish()
    }
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "row_fuzz.rs"]
mod fuzz;
