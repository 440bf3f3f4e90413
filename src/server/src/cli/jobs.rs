//! `keywright jobs`: what the server does by itself.

use contract::{
    Nothing,
    jobs::{JobView, JobsList, JobsRun},
    operation::PathId as _,
};
use control::jobs::Runner;
use domain::JobName;

use super::{
    args::JobsCommand,
    backend::Backend,
    error::{CliError, Kind},
    output::Output,
};

/// The columns of a list, in the order that scripts rely on: new ones come at the end.
const COLUMNS: [&str; 7] = ["name", "schedule", "running", "result", "last_run_at", "next_run_at", "detail"];

/// Runs the command.
pub async fn run(command: JobsCommand, backend: &Backend, out: &Output) -> Result<(), CliError> {
    match command {
        JobsCommand::List => {
            let jobs = backend.call::<JobsList>((), Nothing {}).await?;
            let rows: Vec<Vec<String>> = jobs.items.iter().map(row).collect();
            out.list(&jobs, &COLUMNS, &rows);
            out.finish()
        }
        JobsCommand::Run { name } => {
            let name = JobName::parse(&name).ok_or_else(|| CliError::new(Kind::NotFound, "there is no such job"))?;
            let started = backend.call::<JobsRun>(name.clone(), Nothing {}).await?;
            if let Backend::Local(cx) = backend {
                // No server may be running: then this process is the node that does it.
                Runner::new(cx.control().clone()).run(name.as_str()).await?;
            }
            out.show(&started);
            out.finish()
        }
    }
}

fn row(job: &JobView) -> Vec<String> {
    let last = job.last_run.as_ref();
    vec![
        job.name.clone(),
        job.schedule.clone(),
        job.running.to_string(),
        last.map(|run| run.result.clone()).unwrap_or_default(),
        last.map(|run| run.started_at.clone()).unwrap_or_default(),
        job.next_run_at.clone().unwrap_or_default(),
        last.and_then(|run| run.detail.clone()).unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{
        backend::tests::{Bench, typed},
        output::tests::CapturedOutput,
    };

    #[tokio::test]
    async fn jobs_are_listed_and_started_over_both_backends() {
        let bench = Bench::new().await;
        for (name, backend) in bench.both() {
            let captured = CapturedOutput::pipe();
            run(typed(&["list"]).unwrap(), &backend, &captured.out).await.unwrap();
            assert!(captured.data().lines().any(|line| line.starts_with("audit_head\tevery hour\tfalse\t")), "{name}");
            run(typed(&["run", "trim_changes"]).unwrap(), &backend, &captured.out).await.unwrap();
            assert!(captured.data().starts_with("run_id\tjob_"), "{name}");
            let error = run(typed(&["run", "no_such_job"]).unwrap(), &backend, &captured.out).await.unwrap_err();
            assert_eq!(error.kind(), Kind::NotFound, "{name}: {error}");
        }
    }

    #[tokio::test]
    async fn a_local_run_is_done_when_the_command_ends() {
        let bench = Bench::new().await;
        let captured = CapturedOutput::pipe();
        run(typed(&["run", "trim_changes"]).unwrap(), &bench.local(), &captured.out).await.unwrap();
        let last = bench.store.latest_job_run("trim_changes").await.unwrap().unwrap();
        assert_eq!(last.detail.as_deref(), Some("0 removed"));
    }
}
