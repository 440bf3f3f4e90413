//! Outbox events: delivered to subscribers at least once and always under the same id.

use crate::{EventId, Timestamp};

/// An event on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEvent {
    /// `evt_…`: the id of the audit record of the same act. It stays the same at every attempt.
    pub id: EventId,
    /// `key.created`
    pub kind: String,
    /// Id of the thing that the event is about.
    pub subject: String,
    /// JSON, without secrets.
    pub payload: String,
    /// When the act happened.
    pub created_at: Timestamp,
    /// Attempts so far.
    pub attempts: i64,
    /// No attempt before this instant.
    pub next_at: Timestamp,
    /// When there was nothing more to do: delivered everywhere, or given up.
    pub done_at: Option<Timestamp>,
    /// Names of the deliveries that have taken it.
    pub delivered: Vec<String>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

impl OutboxEvent {
    /// So many attempts, then it is given up: about a day and a half in all.
    pub const ATTEMPTS_MAX: i64 = 40;
    const FIRST_WAIT: i64 = 10 * Timestamp::SECOND;
    const LONGEST_WAIT: i64 = 3600 * Timestamp::SECOND;

    /// An event not yet tried.
    pub fn new(id: EventId, kind: &str, subject: String, payload: String, at: Timestamp) -> Self {
        Self {
            id,
            kind: kind.to_owned(),
            subject,
            payload,
            created_at: at,
            attempts: 0,
            next_at: at,
            done_at: None,
            delivered: Vec::new(),
            last_error: None,
        }
    }

    /// Milliseconds to wait after the `attempts`-th failed attempt: 10 seconds, doubled each time, an hour at most.
    pub fn back_off(attempts: i64) -> i64 {
        let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(20);
        (Self::FIRST_WAIT << doublings).min(Self::LONGEST_WAIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let waits = [1, 2, 3, 9, 10, 40].map(OutboxEvent::back_off);
        assert_eq!(waits, [10_000, 20_000, 40_000, 2_560_000, 3_600_000, 3_600_000]);
    }
}
