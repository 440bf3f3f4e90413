//! Job runner: finds what is due, takes its lease, runs it, and takes up what a dead node left behind.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use domain::{Actor, JobRun, JobRunId, RunState};

use super::{
    AnyJob, Job, all,
    progress::{LEASE, Progress},
};
use crate::{Control, Error, Result, audit::hex};

/// A run that was cut short so often is given up: something in it ends the process.
const ATTEMPTS_MAX: i64 = 5;

/// Runs the jobs of one process. Several processes on one database share the work by leases.
pub struct Runner {
    control: Control,
    jobs: Vec<Box<dyn AnyJob>>,
    stopping: Arc<AtomicBool>,
}

impl Runner {
    /// A runner of every job of the product.
    pub fn new(control: Control) -> Self {
        Self { control, jobs: all(), stopping: Arc::default() }
    }

    /// The same with one job more.
    #[must_use]
    pub fn with(mut self, job: impl Job) -> Self {
        self.jobs.push(Box::new(job));
        self
    }

    /// Makes every job known to the database; one that was unknown is due at its next regular instant.
    pub async fn register(&self) -> Result<()> {
        let now = self.control.now();
        for job in &self.jobs {
            self.control.store().insert_job(job.name(), job.schedule().next_after(now)).await?;
        }
        Ok(())
    }

    /// Names of jobs that are due or requested. Jobs of another version are not run here.
    pub async fn due(&self) -> Result<Vec<&'static str>> {
        let due = self.control.store().due_jobs(self.control.now()).await?;
        Ok(self.jobs.iter().map(|job| job.name()).filter(|name| due.iter().any(|one| one == name)).collect())
    }

    /// Runs everything that is due, one after the other; says what was run here.
    pub async fn run_due(&self) -> Result<Vec<&'static str>> {
        let mut ran = Vec::new();
        for name in self.due().await? {
            if self.run(name).await?.is_some() {
                ran.push(name);
            }
        }
        Ok(ran)
    }

    /// Runs the job once if it is due and no other process is at it; says what came of it.
    pub async fn run(&self, name: &str) -> Result<Option<RunState>> {
        let Some(job) = self.jobs.iter().find(|job| job.name() == name) else { return Err(Error::NotFound("job")) };
        let lease = format!("job:{name}");
        // Another name for every attempt, so that even this process cannot begin a job that it is at already.
        let holder = hex(&self.control.random().bytes::<16>());
        let now = self.control.now();
        if !self.control.store().acquire_lease(&lease, &holder, now, now.plus(LEASE)).await? {
            return Ok(None);
        }
        let outcome = self.run_leased(&**job, &lease, &holder).await;
        self.control.store().release_lease(&lease, &holder).await?;
        outcome
    }

    /// From now on runs under way stop at their next checkpoint; another process, or the next start, goes on there.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    async fn run_leased(&self, job: &dyn AnyJob, lease: &str, holder: &str) -> Result<Option<RunState>> {
        let Some(mut run) = self.next_run(job).await? else { return Ok(None) };
        let store = self.control.store();
        let now = self.control.now();
        run.state = RunState::Running;
        run.started_at.get_or_insert(now);
        run.attempts += 1;
        if run.attempts > ATTEMPTS_MAX {
            let detail = format!("given up: {ATTEMPTS_MAX} attempts were cut short");
            tracing::error!(job = job.name(), run = %run.id, "{detail}");
            let given_up = JobRun { state: RunState::Failed, ended_at: Some(now), detail: Some(detail), ..run };
            store.update_job_run(&given_up).await?;
            return Ok(Some(RunState::Failed));
        }
        store.update_job_run(&run).await?;
        let mut progress = Progress {
            control: self.control.clone(),
            run,
            lease: lease.to_owned(),
            holder: holder.to_owned(),
            stopping: self.stopping.clone(),
            interrupted: false,
        };
        let cx = self.control.cx(Actor::System, None);
        let outcome = job.run(&cx, &mut progress).await;
        if progress.interrupted || progress.renew().await.is_err() {
            // Whoever has the lease now writes what becomes of the run.
            return Ok(None);
        }
        let (state, detail) = match outcome {
            Ok(detail) => (RunState::Succeeded, detail),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                tracing::error!(job = job.name(), run = %progress.run.id, %error, cause, "a job failed");
                (RunState::Failed, error.to_string())
            }
        };
        let ended = JobRun {
            state,
            ended_at: Some(self.control.now()),
            detail: Some(detail),
            checkpoint: None,
            ..progress.run
        };
        store.update_job_run(&ended).await?;
        Ok(Some(state))
    }

    /// What an earlier attempt left, what was requested by hand, or what the schedule says: in this order. Under the
    /// job's lease, so no other node decides at the same time.
    async fn next_run(&self, job: &dyn AnyJob) -> Result<Option<JobRun>> {
        let store = self.control.store();
        if let Some(open) = store.open_job_run(job.name()).await? {
            return Ok(Some(open));
        }
        let now = self.control.now();
        if store.job_due_at(job.name()).await?.is_none_or(|at| at > now) {
            return Ok(None);
        }
        let run = JobRun::queued(JobRunId::new(now, self.control.random().bytes()), job.name(), None, now);
        store.insert_job_run(&run).await?;
        store.set_job_due_at(job.name(), job.schedule().next_after(now)).await?;
        Ok(Some(run))
    }
}
