//! Job `prune_events`: removes outbox events that were done with a week ago.

use domain::{Schedule, Timestamp};

use super::{Job, Progress};
use crate::{Cx, Result};

const KEPT: i64 = 7 * Timestamp::DAY;

/// See the module.
pub(super) struct PruneEvents;

impl Job for PruneEvents {
    const NAME: &'static str = "prune_events";
    const DESCRIPTION: &'static str = "Removes events that were delivered or given up a week ago.";
    const SCHEDULE: Schedule = Schedule::hours(1);

    async fn run(&self, cx: &Cx, progress: &mut Progress) -> Result<String> {
        let (store, before) = (cx.store(), cx.now().plus(-KEPT));
        let removed = progress.in_batches(|limit| store.delete_events(before, limit)).await?;
        Ok(format!("{removed} removed"))
    }
}
