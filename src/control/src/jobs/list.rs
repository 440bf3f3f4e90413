//! Job listing: schedules, next runs, and the outcome of runs.

use contract::{
    Nothing,
    jobs::{JobRunView, JobView, Jobs, JobsList, JobsRunShow, LastRun},
};
use domain::{JobRunId, Resource, Target, Timestamp, Verb};

use super::all;
use crate::{Cx, Error, Perform, Result};

/// Every job with its last and its next run.
pub async fn list(cx: &Cx) -> Result<Jobs> {
    cx.allow(Verb::Read, &Target::of(Resource::Job))?;
    let mut items = Vec::new();
    for job in all() {
        let store = cx.store();
        let last = store.latest_job_run(job.name()).await?;
        items.push(JobView {
            name: job.name().to_owned(),
            description: job.description().to_owned(),
            schedule: job.schedule().to_string(),
            running: store.lease_is_held(&format!("job:{}", job.name()), cx.now()).await?,
            last_run: last.and_then(|run| {
                Some(LastRun {
                    started_at: run.started_at?.to_rfc3339(),
                    ended_at: run.ended_at.map(Timestamp::to_rfc3339),
                    result: run.state.to_string(),
                    detail: run.detail,
                })
            }),
            next_run_at: store.job_due_at(job.name()).await?.map(Timestamp::to_rfc3339),
        });
    }
    Ok(Jobs { items })
}

/// What has become of a run.
pub async fn show_run(cx: &Cx, id: &JobRunId) -> Result<JobRunView> {
    cx.allow(Verb::Read, &Target::of(Resource::Job))?;
    let run = cx.store().find_job_run(id).await?.ok_or(Error::NotFound("run"))?;
    Ok(JobRunView {
        id: run.id.to_string(),
        job: run.job,
        state: run.state.to_string(),
        done: run.done,
        total: run.total,
        started_at: run.started_at.map(Timestamp::to_rfc3339),
        ended_at: run.ended_at.map(Timestamp::to_rfc3339),
        detail: run.detail,
    })
}

impl Perform for JobsList {
    async fn perform(cx: &Cx, (): (), _: Nothing) -> Result<Jobs> {
        list(cx).await
    }
}

impl Perform for JobsRunShow {
    async fn perform(cx: &Cx, id: JobRunId, _: Nothing) -> Result<JobRunView> {
        show_run(cx, &id).await
    }
}
