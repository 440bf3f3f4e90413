//! Arguments of `keywright jobs`.

use clap::Subcommand;

/// Background jobs.
#[derive(Subcommand)]
pub enum JobsCommand {
    /// List jobs with their last and their next run
    List,
    /// Run a job now
    Run {
        /// Its name
        name: String,
    },
}
