//! Time formatting: relative to now for the eye, absolute for exact reading. All in UTC.

use domain::Timestamp;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// `2 min ago`, `in 82 d`.
pub(crate) fn relative(at: Timestamp, now: Timestamp) -> String {
    let ms = at.since(now);
    let distance = ms.abs();
    let span = if distance < 45_000 {
        return "now".to_owned();
    } else if distance < 90 * MINUTE {
        format!("{} min", (distance + MINUTE / 2) / MINUTE)
    } else if distance < 36 * HOUR {
        format!("{} h", (distance + HOUR / 2) / HOUR)
    } else {
        format!("{} d", (distance + Timestamp::DAY / 2) / Timestamp::DAY)
    };
    if ms > 0 { format!("in {span}") } else { format!("{span} ago") }
}

/// `21 Nov 2026, 10:15:03 UTC`
pub(crate) fn absolute(at: Timestamp) -> String {
    format!("{}, {} UTC", short_date(at), clock(at))
}

/// `21 Nov 2026`
pub(crate) fn short_date(at: Timestamp) -> String {
    let day = at.to_datetime();
    format!("{} {} {}", day.day(), &month(at)[..3], day.year())
}

/// `21 November 2026`
pub(crate) fn date(at: Timestamp) -> String {
    let day = at.to_datetime();
    format!("{} {} {}", day.day(), month(at), day.year())
}

/// `10:15:03`
pub(crate) fn clock(at: Timestamp) -> String {
    let time = at.to_datetime();
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

/// `10:15:03.412`, with the day before it when that is not today.
pub(crate) fn precise(at: Timestamp, now: Timestamp) -> String {
    let ms = at.0.rem_euclid(1_000);
    let clock = clock(at);
    let (day, today) = (at.to_datetime(), now.to_datetime());
    if day.date() == today.date() {
        format!("{clock}.{ms:03}")
    } else {
        format!("{} {} {clock}", day.day(), &month(at)[..3])
    }
}

/// `21:00`, and `Fri 03:00` for the first mark of an axis and the first one of a day.
pub(crate) fn mark(at: Timestamp, with_day: bool) -> String {
    let time = at.to_datetime();
    let hour = format!("{:02}:00", time.hour());
    if with_day { format!("{} {hour}", DAYS[usize::from(time.weekday().number_days_from_monday())]) } else { hour }
}

fn month(at: Timestamp) -> &'static str {
    MONTHS[usize::from(u8::from(at.to_datetime().month())) - 1]
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
    fn calendar() {
        let then = at("2026-11-20T09:05:03.007Z");
        assert_eq!(absolute(then), "20 Nov 2026, 09:05:03 UTC");
        assert_eq!(date(then), "20 November 2026");
        assert_eq!(precise(then, then), "09:05:03.007");
        assert_eq!(precise(then, at("2026-11-21T00:00:00Z")), "20 Nov 09:05:03");
        assert_eq!((mark(then, true), mark(then, false)), ("Fri 09:00".into(), "09:00".into()));
    }
}
