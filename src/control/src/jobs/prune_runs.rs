//! Job `prune_runs`: removes job runs that ended a week ago; the newest of each job stays.

use domain::{Schedule, Timestamp};

use super::{Job, Progress};
use crate::{Cx, Result};

const KEPT: i64 = 7 * Timestamp::DAY;

/// See the module.
pub(super) struct PruneRuns;

impl Job for PruneRuns {
    const NAME: &'static str = "prune_runs";
    const DESCRIPTION: &'static str = "Removes what is known of runs that ended a week ago.";
    const SCHEDULE: Schedule = Schedule::hours(1);

    async fn run(&self, cx: &Cx, progress: &mut Progress) -> Result<String> {
        let (store, before) = (cx.store(), cx.now().plus(-KEPT));
        let removed = progress.in_batches(|limit| store.delete_job_runs(before, limit)).await?;
        Ok(format!("{removed} removed"))
    }
}
