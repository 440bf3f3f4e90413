//! Background job DTOs.

use serde::{Deserialize, Serialize};

pub mod operations;
pub use operations::{JobsList, JobsRun, JobsRunShow};

/// A job: what it is called, when it runs, how it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobView {
    /// Its name: what `run` takes.
    pub name: String,
    /// What it does, in a sentence.
    pub description: String,
    /// How often: `every hour`.
    pub schedule: String,
    /// Whether some node is at it.
    pub running: bool,
    /// Its newest run that was begun.
    pub last_run: Option<LastRun>,
    /// RFC 3339: when it is due; `null` until a server has started once.
    pub next_run_at: Option<String>,
}

/// How a job went last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastRun {
    /// RFC 3339.
    pub started_at: String,
    /// RFC 3339; `null` while it is under way.
    pub ended_at: Option<String>,
    /// `running`, `succeeded` or `failed`.
    pub result: String,
    /// The outcome in a sentence.
    pub detail: Option<String>,
}

/// Every job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Jobs {
    /// In the order of their names.
    pub items: Vec<JobView>,
}

/// A run that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartedRun {
    /// `job_…`: ask `/jobs/runs/{run_id}` what has become of it.
    pub run_id: String,
}

/// What has become of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobRunView {
    /// `job_…`
    pub id: String,
    /// The job's name.
    pub job: String,
    /// `queued`, `running`, `succeeded` or `failed`.
    pub state: String,
    /// Things done so far.
    pub done: i64,
    /// Things to do, where that is known.
    pub total: Option<i64>,
    /// RFC 3339.
    pub started_at: Option<String>,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// The outcome in a sentence.
    pub detail: Option<String>,
}
