//! Background job tables: when each is due, and what its runs have done.

use domain::{JobRun, JobRunId, RunState, Timestamp};

use crate::{Error, Result, Store, Tx, on, parse, table::table};

macro_rules! run_columns {
    () => {
        "id, job, state, requested_by, queued_at, started_at, ended_at, attempts, done, total, checkpoint, detail"
    };
}

const FIND: &str = concat!("SELECT ", run_columns!(), " FROM job_runs WHERE id = $1");
const LATEST: &str = concat!(
    "SELECT ",
    run_columns!(),
    " FROM job_runs WHERE job = $1 AND started_at IS NOT NULL ORDER BY started_at DESC, id DESC LIMIT 1"
);
/// What was begun comes before what is still to begin.
const OPEN: &str = concat!(
    "SELECT ",
    run_columns!(),
    " FROM job_runs WHERE job = $1 AND ended_at IS NULL \
     ORDER BY CASE state WHEN 'running' THEN 0 ELSE 1 END, id LIMIT 1"
);
const INSERT: &str =
    concat!("INSERT INTO job_runs (", run_columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
/// A run that was begun is due when the lease of whoever began it has ended.
const DUE: &str = "SELECT name FROM jobs WHERE next_at <= $1 \
     UNION SELECT job FROM job_runs WHERE ended_at IS NULL AND NOT EXISTS \
     (SELECT 1 FROM leases WHERE leases.name = 'job:' || job_runs.job AND leases.expires_at > $1)";

table! {
    /// A run of a job.
    RunColumns in "job_runs", unsigned "runs say what periodic work did and give no access; who writes to the database can forge them";
    id: String;
    job: String;
    state: String;
    requested_by: Option<String>;
    queued_at: i64;
    started_at: Option<i64>;
    ended_at: Option<i64>;
    attempts: i64;
    done: i64;
    total: Option<i64>;
    checkpoint: Option<String>;
    detail: Option<String>;
}

impl TryFrom<RunColumns> for JobRun {
    type Error = Error;

    fn try_from(row: RunColumns) -> Result<Self> {
        Ok(Self {
            id: parse::text("job_runs.id", &row.id)?,
            job: row.job,
            state: parse::text::<RunState>("job_runs.state", &row.state)?,
            requested_by: row.requested_by,
            queued_at: Timestamp(row.queued_at),
            started_at: row.started_at.map(Timestamp),
            ended_at: row.ended_at.map(Timestamp),
            attempts: row.attempts,
            done: row.done,
            total: row.total,
            checkpoint: row.checkpoint,
            detail: row.detail,
        })
    }
}

/// Binds every column of a run, in the order of [`run_columns`].
macro_rules! bind_run {
    ($query:expr, $run:expr) => {
        $query
            .bind($run.id.as_str())
            .bind(&$run.job)
            .bind(<&'static str>::from($run.state))
            .bind(&$run.requested_by)
            .bind($run.queued_at.0)
            .bind($run.started_at.map(|at| at.0))
            .bind($run.ended_at.map(|at| at.0))
            .bind($run.attempts)
            .bind($run.done)
            .bind($run.total)
            .bind(&$run.checkpoint)
            .bind(&$run.detail)
    };
}

impl Store {
    /// Makes a job known, due at `next_at` first; one that is known stays as it is.
    pub async fn insert_job(&self, name: &str, next_at: Timestamp) -> Result<()> {
        on!(pool self.control_writer(), |c| sqlx::query(
            "INSERT INTO jobs (name, next_at) VALUES ($1, $2) ON CONFLICT DO NOTHING"
        )
        .bind(name)
        .bind(next_at.0)
        .execute(c)
        .await
        .map(drop))?;
        Ok(())
    }

    /// When the job is due next; `None` for one that is not known.
    pub async fn job_due_at(&self, name: &str) -> Result<Option<Timestamp>> {
        let at: Option<i64> = on!(pool self.control(), |c| sqlx::query_scalar("SELECT next_at FROM jobs WHERE name = $1")
            .bind(name)
            .fetch_optional(c)
            .await)?;
        Ok(at.map(Timestamp))
    }

    /// Sets when the job is due next.
    pub async fn set_job_due_at(&self, name: &str, next_at: Timestamp) -> Result<()> {
        on!(pool self.control_writer(), |c| sqlx::query("UPDATE jobs SET next_at = $2 WHERE name = $1")
            .bind(name)
            .bind(next_at.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Names of jobs that should be begun or taken up again at `now`.
    pub async fn due_jobs(&self, now: Timestamp) -> Result<Vec<String>> {
        Ok(on!(pool self.control(), |c| sqlx::query_scalar(DUE).bind(now.0).fetch_all(c).await)?)
    }

    /// The run with this id.
    pub async fn find_job_run(&self, id: &JobRunId) -> Result<Option<JobRun>> {
        let row: Option<RunColumns> =
            on!(pool self.control(), |c| sqlx::query_as(FIND).bind(id.as_str()).fetch_optional(c).await)?;
        row.map(JobRun::try_from).transpose()
    }

    /// The job's newest run that was begun.
    pub async fn latest_job_run(&self, job: &str) -> Result<Option<JobRun>> {
        let row: Option<RunColumns> =
            on!(pool self.control(), |c| sqlx::query_as(LATEST).bind(job).fetch_optional(c).await)?;
        row.map(JobRun::try_from).transpose()
    }

    /// The job's run that was begun and not ended, else the oldest that was not begun.
    pub async fn open_job_run(&self, job: &str) -> Result<Option<JobRun>> {
        let row: Option<RunColumns> =
            on!(pool self.control(), |c| sqlx::query_as(OPEN).bind(job).fetch_optional(c).await)?;
        row.map(JobRun::try_from).transpose()
    }

    /// Adds a run.
    pub async fn insert_job_run(&self, run: &JobRun) -> Result<()> {
        on!(pool self.control_writer(), |c| bind_run!(sqlx::query(INSERT), run).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Writes what has become of a run.
    pub async fn update_job_run(&self, run: &JobRun) -> Result<()> {
        on!(pool self.control_writer(), |c| sqlx::query(
            "UPDATE job_runs SET state = $2, started_at = $3, ended_at = $4, attempts = $5, done = $6, total = $7, \
             checkpoint = $8, detail = $9 WHERE id = $1"
        )
        .bind(run.id.as_str())
        .bind(<&'static str>::from(run.state))
        .bind(run.started_at.map(|at| at.0))
        .bind(run.ended_at.map(|at| at.0))
        .bind(run.attempts)
        .bind(run.done)
        .bind(run.total)
        .bind(&run.checkpoint)
        .bind(&run.detail)
        .execute(c)
        .await
        .map(drop))?;
        Ok(())
    }

    /// Removes at most `limit` runs that ended before `before`; says how many. The newest run of each job stays.
    pub async fn delete_job_runs(&self, before: Timestamp, limit: i64) -> Result<u64> {
        Ok(on!(pool self.control_writer(), |c| sqlx::query(
            "DELETE FROM job_runs WHERE id IN (SELECT id FROM job_runs WHERE ended_at < $1 \
             AND id NOT IN (SELECT MAX(id) FROM job_runs GROUP BY job) ORDER BY id LIMIT $2)"
        )
        .bind(before.0)
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
    }
}

impl Tx {
    /// Adds a run within this transaction: that of the act that asks for it.
    pub async fn insert_job_run(&mut self, run: &JobRun) -> Result<()> {
        on!(tx &mut self.open, |c| bind_run!(sqlx::query(INSERT), run).execute(c).await.map(drop))?;
        Ok(())
    }
}
