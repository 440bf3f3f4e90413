//! Time formatting by language: relative to now for the eye, absolute for exact reading. In the zone of the
//! reader.

use domain::Timestamp;
use time::{OffsetDateTime, UtcOffset};

use super::number::count;
use crate::texts::{self, t};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// `2 min ago`, `in 82 d`.
pub(crate) fn relative(at: Timestamp, now: Timestamp) -> String {
    let ms = at.since(now);
    let distance = ms.abs();
    let (n, ahead) = (|unit: i64| count((distance + unit / 2) / unit), ms > 0);
    match distance {
        0..45_000 => t!("when-now"),
        45_000..5_400_000 if ahead => t!("when-in-minutes", n = n(MINUTE)),
        45_000..5_400_000 => t!("when-minutes-ago", n = n(MINUTE)),
        5_400_000..129_600_000 if ahead => t!("when-in-hours", n = n(HOUR)),
        5_400_000..129_600_000 => t!("when-hours-ago", n = n(HOUR)),
        _ if ahead => t!("when-in-days", n = n(Timestamp::DAY)),
        _ => t!("when-days-ago", n = n(Timestamp::DAY)),
    }
}

/// How long something took: `412 ms`, `2.9 s`.
pub(crate) fn span(ms: i64) -> String {
    #[allow(clippy::cast_precision_loss)] // a span, far below 2⁵³ ms
    super::number::duration(ms.max(0) as f64)
}

/// `21 Nov 2026, 10:15:03 UTC`
pub(crate) fn absolute(at: Timestamp) -> String {
    t!("date-and-time", date = short_date(at), time = clock(at), zone = zone(at))
}

/// `21 Nov 2026`
pub(crate) fn short_date(at: Timestamp) -> String {
    let day = local(at);
    t!("date-short", day = day.day().to_string(), month = short_month(at), year = day.year().to_string())
}

/// `21 November 2026`
pub(crate) fn date(at: Timestamp) -> String {
    let day = local(at);
    t!("date-long", day = day.day().to_string(), month = month(at), year = day.year().to_string())
}

/// `10:15:03`
pub(crate) fn clock(at: Timestamp) -> String {
    let time = local(at);
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

/// `10:15:03.412`, with the day before it when that is not today.
pub(crate) fn precise(at: Timestamp, now: Timestamp) -> String {
    let ms = at.0.rem_euclid(1_000);
    let clock = clock(at);
    let (day, today) = (local(at), local(now));
    if day.date() == today.date() {
        format!("{clock}.{ms:03}")
    } else {
        t!("date-and-clock", day = day.day().to_string(), month = short_month(at), clock = clock)
    }
}

/// `21:00`, and `Fri 03:00` for the first mark of an axis and the first one of a day.
pub(crate) fn mark(at: Timestamp, with_day: bool) -> String {
    let time = local(at);
    let hour = format!("{:02}:{:02}", time.hour(), time.minute());
    if with_day { t!("day-and-hour", day = weekday(at), hour = hour) } else { hour }
}

/// What the reader's zone is called at that instant: `CET`, `UTC`, `+07`.
pub(crate) fn zone(at: Timestamp) -> String {
    let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    texts::zone().to_offset_info(instant).abbreviation().to_owned()
}

/// The reader's date and time of day at that instant.
fn local(at: Timestamp) -> OffsetDateTime {
    let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    let seconds = texts::zone().to_offset(instant).seconds();
    let offset = UtcOffset::from_whole_seconds(seconds).unwrap_or(UtcOffset::UTC);
    // At the ends of time there is no other day to go to.
    at.to_datetime().checked_to_offset(offset).unwrap_or_else(|| at.to_datetime())
}

fn weekday(at: Timestamp) -> String {
    let weekday = local(at).weekday().number_days_from_monday();
    t!("weekday-short", weekday = weekday)
}

/// `November`; in Chinese `11`, which the pattern makes a month of.
fn month(at: Timestamp) -> String {
    let month = u8::from(local(at).month());
    t!("month-long", month = month)
}

/// `Nov`
fn short_month(at: Timestamp) -> String {
    let month = u8::from(local(at).month());
    t!("month-short", month = month)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn distances() {
        let now = at("2026-11-21T10:15:00Z");
        for (text, expected) in [
            ("2026-11-21T10:14:58Z", "now"),
            ("2026-11-21T10:13:00Z", "2 min ago"),
            ("2026-11-21T04:15:00Z", "6 h ago"),
            ("2026-11-02T10:15:00Z", "19 d ago"),
            ("2027-02-11T10:15:00Z", "in 82 d"),
            ("2026-11-21T11:00:00Z", "in 45 min"),
        ] {
            assert_eq!(relative(at(text), now), expected, "{text}");
        }
    }

    #[test]
    fn instants_are_in_the_zone_of_the_reader() {
        use leptos::prelude::{Owner, provide_context};

        use crate::texts::{Locale, Reader};

        Owner::new().with(|| {
            provide_context(Reader::new(Locale::English, "Europe/Rome"));
            // Winter and summer; the day may be another one.
            assert_eq!(absolute(at("2026-11-20T23:30:00Z")), "21 Nov 2026, 00:30:00 CET");
            assert_eq!(absolute(at("2026-07-20T09:05:03Z")), "20 Jul 2026, 11:05:03 CEST");
            assert_eq!(precise(at("2026-11-20T23:30:00Z"), at("2026-11-21T10:00:00Z")), "00:30:00.000");
            assert_eq!(mark(at("2026-11-20T23:00:00Z"), true), "Sat 00:00");
        });
        assert_eq!(absolute(Timestamp(i64::MAX / 4)).chars().filter(|c| *c == ':').count(), 2);
    }

    #[test]
    fn calendar() {
        let then = at("2026-11-20T09:05:03.007Z");
        assert_eq!(absolute(then), "20 Nov 2026, 09:05:03 UTC");
        assert_eq!(date(then), "20 November 2026");
        assert_eq!(precise(then, then), "09:05:03.007");
        assert_eq!(precise(then, at("2026-11-21T00:00:00Z")), "20 Nov 09:05:03");
        assert_eq!((mark(then, true), mark(then, false)), ("Fri 09:05".into(), "09:05".into()));
    }
}
