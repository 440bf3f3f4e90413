//! Operation declarations: background jobs.

use domain::{
    JobName, JobRunId,
    permission_table::{Resource::Job, Verb},
};

use super::{JobRunView, Jobs, StartedRun};
use crate::operation::{Access::Needs, operations};

operations! {
    tag: "jobs";

    JobsList: Get "/jobs" {
        id: "jobs_list",
        input: nothing,
        output: 200 Jobs,
        answer: "Every job.",
        access: Needs(Job, Verb::Read),
        idempotency: Safe,
        cli: "jobs list",
        summary: "List background jobs with their last and their next run.",
    }
    JobsRun: Post "/jobs/{name}/run" {
        id: "jobs_run",
        of: JobName,
        input: nothing,
        output: 202 StartedRun,
        answer: "The run; a node begins it within a second or two.",
        access: Needs(Job, Verb::Run),
        idempotency: Natural,
        cli: "jobs run",
        summary: "Run a job now. While a run waits to begin, this is that one.",
    }
    JobsRunShow: Get "/jobs/runs/{run_id}" {
        id: "jobs_run_show",
        of: JobRunId,
        input: nothing,
        output: 200 JobRunView,
        answer: "The run.",
        access: Needs(Job, Verb::Read),
        idempotency: Safe,
        summary: "Show what has become of a run.",
    }
}
