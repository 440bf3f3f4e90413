//! Background jobs: periodic, leased to one node at a time, resumable, runnable by hand (S3).
//!
//! A job is a file here that implements [`Job`], and a line in [`all`].

mod audit_head;
mod end_sessions;
mod list;
mod progress;
mod prune_events;
mod prune_runs;
mod runner;
mod settle_answers;
mod start;
mod trim_changes;

pub use list::{list, show_run};
pub use progress::Progress;
pub use runner::Runner;
pub use start::start;

use async_trait::async_trait;
use domain::Schedule;

use crate::{Cx, Result};

/// What is done again and again, by whichever node is first.
///
/// A run may be cut short at any instant and taken up by another node: work goes in small batches, each of which may
/// be done twice, with [`Progress::advance`] after each.
pub trait Job: Send + Sync + 'static {
    /// Its name, in the database and on the wire.
    const NAME: &'static str;
    /// What it does, in a sentence for people.
    const DESCRIPTION: &'static str;
    /// When it is due.
    const SCHEDULE: Schedule;

    /// Does the work; returns the outcome in a sentence.
    fn run(&self, cx: &Cx, progress: &mut Progress) -> impl Future<Output = Result<String>> + Send;
}

/// A [`Job`] behind a pointer.
#[async_trait]
pub(crate) trait AnyJob: Send + Sync + 'static {
    fn name(&self) -> &'static str;
    fn description(&self) -> &'static str;
    fn schedule(&self) -> Schedule;
    async fn run(&self, cx: &Cx, progress: &mut Progress) -> Result<String>;
}

#[async_trait]
impl<J: Job> AnyJob for J {
    fn name(&self) -> &'static str {
        J::NAME
    }

    fn description(&self) -> &'static str {
        J::DESCRIPTION
    }

    fn schedule(&self) -> Schedule {
        J::SCHEDULE
    }

    async fn run(&self, cx: &Cx, progress: &mut Progress) -> Result<String> {
        Job::run(self, cx, progress).await
    }
}

/// Every job of the product, by name.
pub(crate) fn all() -> Vec<Box<dyn AnyJob>> {
    vec![
        Box::new(audit_head::AuditHead),
        Box::new(end_sessions::EndSessions),
        Box::new(prune_events::PruneEvents),
        Box::new(prune_runs::PruneRuns),
        Box::new(settle_answers::SettleAnswers),
        Box::new(trim_changes::TrimChanges),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn jobs_are_listed_by_name_and_each_name_once() {
        let names: Vec<_> = super::all().iter().map(|job| job.name()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
    }
}
