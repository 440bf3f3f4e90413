//! Manual job start.

use contract::{
    Nothing,
    jobs::{JobsRun, StartedRun},
};
use domain::{Act, JobName, JobRun, JobRunId, Resource, RunState, Target, Verb};

use super::all;
use crate::{Cx, Error, Perform, Result};

/// Asks for a run of the job: a node begins it within a second or two. While one is asked for already, this is that one.
pub async fn start(cx: &Cx, name: &str) -> Result<StartedRun> {
    cx.allow(Verb::Run, &Target::of(Resource::Job))?;
    if all().iter().all(|job| job.name() != name) {
        return Err(Error::NotFound("job"));
    }
    let mut tx = cx.store().begin().await?;
    if let Some(open) = cx.store().open_job_run(name).await?.filter(|run| run.state == RunState::Queued) {
        return Ok(StartedRun { run_id: open.id.to_string() });
    }
    let now = cx.now();
    let run = JobRun::queued(JobRunId::new(now, cx.random().bytes()), name, Some(cx.actor().audit_name()), now);
    tx.insert_job_run(&run).await?;
    let changes = vec![domain::audit::changed("run_id", serde_json::Value::Null, run.id.as_str())];
    cx.record_changes(&mut tx, Act::JobRun { job: name.to_owned() }, changes).await?;
    tx.commit().await?;
    Ok(StartedRun { run_id: run.id.to_string() })
}

impl Perform for JobsRun {
    async fn perform(cx: &Cx, name: JobName, _: Nothing) -> Result<StartedRun> {
        start(cx, name.as_str()).await
    }
}
