//! Background jobs: schedules, runs and their states.

use crate::{JobRunId, Timestamp};

/// When a job is due: at whole multiples of its period since 1970 UTC, so that every node computes the same instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Milliseconds from one start to the next.
    every_ms: i64,
}

impl Schedule {
    /// Every so many minutes, one at least.
    pub const fn minutes(minutes: i64) -> Self {
        let minutes = if minutes < 1 { 1 } else { minutes };
        Self { every_ms: minutes * 60_000 }
    }

    /// Every so many hours, one at least.
    pub const fn hours(hours: i64) -> Self {
        Self::minutes(if hours < 1 { 60 } else { hours * 60 })
    }

    /// The first instant after `now`.
    pub fn next_after(self, now: Timestamp) -> Timestamp {
        Timestamp(now.0.div_euclid(self.every_ms).saturating_add(1).saturating_mul(self.every_ms))
    }
}

impl std::fmt::Display for Schedule {
    /// `every 10 minutes`, `every hour`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.every_ms / 60_000 {
            1 => f.write_str("every minute"),
            60 => f.write_str("every hour"),
            minutes if minutes % 60 == 0 => write!(f, "every {} hours", minutes / 60),
            minutes => write!(f, "every {minutes} minutes"),
        }
    }
}

/// A job's name in a path: what may be one, not what is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobName(String);

impl JobName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for JobName {
    type Err = NotAJobName;

    fn from_str(text: &str) -> Result<Self, NotAJobName> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        if (1..=64).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAJobName)
        }
    }
}

impl std::fmt::Display for JobName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text that no job is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("jobs are named by lower-case letters and underscores")]
pub struct NotAJobName;

/// What has become of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum RunState {
    /// Requested by hand; no node has begun.
    Queued,
    /// Under way, or cut short and about to be taken up again.
    Running,
    /// Done.
    Succeeded,
    /// Given up; `detail` says why.
    Failed,
}

/// One run of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRun {
    /// `job_…`
    pub id: JobRunId,
    /// The job's name.
    pub job: String,
    /// What has become of it.
    pub state: RunState,
    /// Who asked for it, as the audit log names them; `None`: its schedule.
    pub requested_by: Option<String>,
    /// When it was asked for, or due.
    pub queued_at: Timestamp,
    /// When a node first began.
    pub started_at: Option<Timestamp>,
    /// When it was done or given up.
    pub ended_at: Option<Timestamp>,
    /// How many times a node has begun it.
    pub attempts: i64,
    /// Things done so far.
    pub done: i64,
    /// Things to do, where that is known.
    pub total: Option<i64>,
    /// Where whoever takes it up again goes on; only the job itself reads it.
    pub checkpoint: Option<String>,
    /// The outcome in a sentence.
    pub detail: Option<String>,
}

impl JobRun {
    /// A run that has not begun.
    pub fn queued(id: JobRunId, job: &str, requested_by: Option<String>, at: Timestamp) -> Self {
        Self {
            id,
            job: job.to_owned(),
            state: RunState::Queued,
            requested_by,
            queued_at: at,
            started_at: None,
            ended_at: None,
            attempts: 0,
            done: 0,
            total: None,
            checkpoint: None,
            detail: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_computes_the_same_next_instant() {
        let hourly = Schedule::hours(1);
        let hour = 3_600_000;
        assert_eq!(hourly.next_after(Timestamp(0)), Timestamp(hour));
        assert_eq!(hourly.next_after(Timestamp(hour - 1)), Timestamp(hour));
        assert_eq!(hourly.next_after(Timestamp(hour)), Timestamp(2 * hour));
    }

    #[test]
    fn schedules_read_as_people_say_them() {
        let said = [Schedule::minutes(1), Schedule::minutes(10), Schedule::hours(1), Schedule::hours(24)];
        assert_eq!(
            said.map(|schedule| schedule.to_string()),
            ["every minute", "every 10 minutes", "every hour", "every 24 hours"]
        );
    }
}
