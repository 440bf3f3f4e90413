//! Job `end_sessions`: removes expired sessions.

use domain::Schedule;

use super::{Job, Progress};
use crate::{Cx, Result};

/// See the module.
pub(super) struct EndSessions;

impl Job for EndSessions {
    const NAME: &'static str = "end_sessions";
    const DESCRIPTION: &'static str = "Removes sessions whose time is over.";
    const SCHEDULE: Schedule = Schedule::minutes(10);

    async fn run(&self, cx: &Cx, progress: &mut Progress) -> Result<String> {
        let (store, now) = (cx.store(), cx.now());
        let removed = progress.in_batches(|limit| store.delete_ended_sessions(now, limit)).await?;
        Ok(format!("{removed} removed"))
    }
}
