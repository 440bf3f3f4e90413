//! Background loops of one process: due jobs, outbox events, and what is recorded in sum.

use std::{collections::HashSet, sync::Arc, time::Duration};

use control::{
    Control, audit,
    events::{Delivery, Dispatcher},
    jobs::Runner,
};
use parking_lot::Mutex;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How often it is asked what is due.
const TICK: Duration = Duration::from_secs(1);

/// Starts the loops. They end, with their last batch written, when `stop` says so.
pub(crate) async fn start(
    control: &Control,
    deliveries: Vec<Arc<dyn Delivery>>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> control::Result<()> {
    let runner = Arc::new(Runner::new(control.clone()));
    runner.register().await?;
    tasks.spawn(run_jobs(runner, tasks.clone(), stop.clone()));
    tasks.spawn(dispatch_events(Dispatcher::new(control.clone(), deliveries), stop.clone()));
    tasks.spawn(write_observations(control.clone(), stop.clone()));
    Ok(())
}

/// Each job that is due runs as a task of its own, so that a long one holds up no other.
async fn run_jobs(runner: Arc<Runner>, tasks: TaskTracker, stop: CancellationToken) {
    let running: Arc<Mutex<HashSet<&'static str>>> = Arc::default();
    let mut failures = FailureLog::new("jobs cannot be looked up");
    while next_tick(&stop).await {
        let Some(due) = failures.noted(runner.due().await) else { continue };
        for name in due {
            if !running.lock().insert(name) {
                continue;
            }
            let (runner, running) = (runner.clone(), running.clone());
            tasks.spawn(async move {
                if let Err(error) = runner.run(name).await {
                    tracing::warn!(job = name, %error, "a job could not be run; it is tried again");
                }
                running.lock().remove(name);
            });
        }
    }
    runner.stop();
}

async fn dispatch_events(dispatcher: Dispatcher, stop: CancellationToken) {
    let mut failures = FailureLog::new("events cannot be dispatched");
    while next_tick(&stop).await {
        failures.noted(dispatcher.dispatch().await);
    }
}

async fn write_observations(control: Control, stop: CancellationToken) {
    let mut failures = FailureLog::new("refused sign-ins cannot be recorded");
    while next_tick(&stop).await {
        failures.noted(audit::flush(&control, false).await);
    }
    failures.noted(audit::flush(&control, true).await);
}

/// Waits for a tick; `false` once it is time to end.
async fn next_tick(stop: &CancellationToken) -> bool {
    tokio::select! {
        biased;
        () = stop.cancelled() => false,
        () = tokio::time::sleep(TICK) => true,
    }
}

/// Logs the first failure of a row of them, and no other.
struct FailureLog {
    what: &'static str,
    failing: bool,
}

impl FailureLog {
    const fn new(what: &'static str) -> Self {
        Self { what, failing: false }
    }

    fn noted<T>(&mut self, outcome: control::Result<T>) -> Option<T> {
        match outcome {
            Ok(done) => {
                self.failing = false;
                Some(done)
            }
            Err(error) => {
                if !self.failing {
                    tracing::warn!(%error, "{}; it is tried again each second", self.what);
                }
                self.failing = true;
                None
            }
        }
    }
}
