//! Versioned encoding of spool records: a format for each version that ever wrote a segment.
//!
//! Spools outlive upgrades, so no format changes and none goes: a row that has more to say gets a format of its own,
//! and the older ones go on being read. Each is a frozen struct apart from [`domain::RequestLog`], serialised as
//! [postcard](https://postcard.jamesmunns.com/wire-format) has it, and read in place: texts are borrowed from the bytes.

mod v1;
mod v2;
mod v3;

use domain::{RequestLog, RequestLogRef};
use serde::{Deserialize, Serialize};

use super::record::{FRAME_HEAD, PAYLOAD_MAX, Record};

/// How the records of a segment are encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// Of the first release.
    V1,
    /// With `policy_version`, `count`, `usage_unreadable`, and error classes as text.
    V2,
    /// With every count of an answer, and how it came about.
    #[default]
    V3,
}

impl Format {
    /// What this version writes.
    pub(crate) const CURRENT: Self = Self::V3;
    /// Every format, oldest first.
    pub(crate) const ALL: [Self; 3] = [Self::V1, Self::V2, Self::V3];

    /// The number in a segment's header.
    pub(crate) const fn version(self) -> u16 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
            Self::V3 => 3,
        }
    }

    /// The format of that number; `None` for one of a newer version, or of none.
    pub(crate) fn of(version: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.version() == version)
    }

    /// Reads a payload; `None` if it is none of this format's records, to its last byte.
    pub(crate) fn decode(self, payload: &[u8]) -> Option<Record<RequestLogRef<'_>>> {
        let (record, rest) = self.decode_first(payload)?;
        rest.is_empty().then_some(record)
    }

    /// Reads the first of payloads that stand one behind the other, and says where the next one begins.
    pub(crate) fn decode_first(self, payloads: &[u8]) -> Option<(Record<RequestLogRef<'_>>, &[u8])> {
        match self {
            Self::V1 => take::<v1::Row<'_>>(payloads),
            Self::V2 => take::<v2::Row<'_>>(payloads),
            Self::V3 => take::<v3::Row<'_>>(payloads),
        }
    }

    /// Whether a payload is an OPEN, without reading it: postcard writes an enum's number first.
    pub(crate) fn is_open(self, payload: &[u8]) -> bool {
        match self {
            Self::V1 | Self::V2 | Self::V3 => payload.first() == Some(&0),
        }
    }
}

/// Serialises a record in [`Format::CURRENT`], with space in front of it for the frame's head, so that framing copies
/// nothing. `None` only if it is larger than a frame may be.
pub(crate) fn encode(record: &Record<&RequestLog>) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(FRAME_HEAD + 512);
    out.resize(FRAME_HEAD, 0);
    let out = postcard::to_extend(&Envelope::from(record.map(v3::Row::of)), out).ok()?;
    (out.len() - FRAME_HEAD <= PAYLOAD_MAX).then_some(out)
}

/// What all formats have around a row. The order of variants and fields is the layout.
#[derive(Serialize, Deserialize)]
enum Envelope<R> {
    Open { reservation_nano: Option<i64>, row: R },
    Close { opened_in: Option<u64>, row: R },
}

fn take<'p, R>(payloads: &'p [u8]) -> Option<(Record<RequestLogRef<'p>>, &'p [u8])>
where
    R: Deserialize<'p> + Into<RequestLogRef<'p>>,
{
    let (envelope, rest) = postcard::take_from_bytes::<Envelope<R>>(payloads).ok()?;
    let record = match envelope {
        Envelope::Open { reservation_nano, row } => Record::Open { reservation_nano, row: row.into() },
        Envelope::Close { opened_in, row } => Record::Close { opened_in, row: row.into() },
    };
    Some((record, rest))
}

impl<R> From<Record<R>> for Envelope<R> {
    fn from(record: Record<R>) -> Self {
        match record {
            Record::Open { reservation_nano, row } => Self::Open { reservation_nano, row },
            Record::Close { opened_in, row } => Self::Close { opened_in, row },
        }
    }
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "format_fuzz.rs"]
mod fuzz;
