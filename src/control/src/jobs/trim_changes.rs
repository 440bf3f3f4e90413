//! Job `trim_changes`: trims the change feed to its newest rows.

use domain::Schedule;

use super::{Job, Progress};
use crate::{Cx, Result};

/// See the module.
pub(super) struct TrimChanges;

impl Job for TrimChanges {
    const NAME: &'static str = "trim_changes";
    const DESCRIPTION: &'static str = "Keeps the newest ten thousand notices of the change feed.";
    const SCHEDULE: Schedule = Schedule::minutes(1);

    async fn run(&self, cx: &Cx, progress: &mut Progress) -> Result<String> {
        let store = cx.store();
        let removed = progress.in_batches(|limit| store.trim_changes(limit)).await?;
        Ok(format!("{removed} removed"))
    }
}
