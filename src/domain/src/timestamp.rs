//! Timestamps in milliseconds, as the database and the wire hold them.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

/// Milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// One second in the unit of this type.
    pub const SECOND: i64 = 1_000;
    /// One day in the unit of this type.
    pub const DAY: i64 = 86_400_000;

    /// The later instant, `ms` milliseconds away; saturates.
    #[must_use]
    pub const fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to here; negative if `earlier` is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The same instant for calendars. Out-of-range values clamp to the epoch.
    pub fn to_datetime(self) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH.checked_add(Duration::milliseconds(self.0)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// From a calendar instant; below a millisecond is cut.
    pub fn from_datetime(at: OffsetDateTime) -> Self {
        Self(i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX))
    }

    /// RFC 3339, UTC, milliseconds: `2026-11-21T10:15:00.123Z`.
    pub fn to_rfc3339(self) -> String {
        let at = self.to_datetime();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            at.year(),
            u8::from(at.month()),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
            at.millisecond()
        )
    }

    /// Reads RFC 3339 with any offset; `None` if it is not.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::from_datetime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_round_trips_through_any_offset() {
        let at = Timestamp::parse_rfc3339("2026-11-21T12:00:00.250+02:00").unwrap();
        assert_eq!(at.to_rfc3339(), "2026-11-21T10:00:00.250Z");
        assert_eq!(Timestamp::parse_rfc3339("tomorrow"), None);
    }
}
