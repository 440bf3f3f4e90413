//! Background job tests: schedules, leases, resumption, runs by hand.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use control::{
    Cx, Error, Result,
    jobs::{self, Job, Progress, Runner},
};
use domain::{Actor, RunState, Schedule};
use testkit_db::{TestDb, both_engines, execute};
use testkit_domain::NOON;
use tokio::sync::Notify;

use crate::fixture::{HOUR, MINUTE, Node};

/// Counts to ten, one checkpoint each; may be made to wait or to fail on its way.
#[derive(Clone, Default)]
struct Counting {
    steps: Arc<AtomicUsize>,
    at_three: Arc<Notify>,
    go_on: Arc<Notify>,
    waits: Arc<AtomicBool>,
    fails: Arc<AtomicBool>,
}

impl Job for Counting {
    const NAME: &'static str = "test_counting";
    const DESCRIPTION: &'static str = "Counts to ten.";
    const SCHEDULE: Schedule = Schedule::minutes(5);

    async fn run(&self, _: &Cx, progress: &mut Progress) -> Result<String> {
        progress.expect(10);
        let from: usize = progress.checkpoint().map_or(0, |text| text.parse().unwrap());
        for step in from..10 {
            if self.waits.load(Ordering::SeqCst) && step == 3 {
                self.at_three.notify_one();
                self.go_on.notified().await;
            }
            if self.fails.load(Ordering::SeqCst) {
                return Err(Error::NotFound("number"));
            }
            self.steps.fetch_add(1, Ordering::SeqCst);
            progress.advance(1, Some((step + 1).to_string())).await?;
        }
        Ok(format!("counted from {from}"))
    }
}

async fn runner(node: &Node, job: &Counting) -> Runner {
    let runner = Runner::new(node.control.clone()).with(job.clone());
    runner.register().await.unwrap();
    runner
}

both_engines! {
    async fn a_job_runs_at_its_instant_and_not_before(db: TestDb) {
        let (node, job) = (Node::first(&db).await, Counting::default());
        let runner = runner(&node, &job).await;
        assert!(runner.run_due().await.unwrap().is_empty());
        node.forward(5 * MINUTE - 1);
        assert!(!runner.run_due().await.unwrap().contains(&"test_counting"));
        node.forward(1);
        assert!(runner.run_due().await.unwrap().contains(&"test_counting"));
        assert!(runner.run_due().await.unwrap().is_empty());
        assert_eq!(job.steps.load(Ordering::SeqCst), 10);
        let run = db.store.latest_job_run("test_counting").await.unwrap().unwrap();
        assert_eq!((run.state, run.done, run.total, run.attempts), (RunState::Succeeded, 10, Some(10), 1));
        assert_eq!(run.detail.as_deref(), Some("counted from 0"));
        assert_eq!(db.store.job_due_at("test_counting").await.unwrap(), Some(NOON.plus(10 * MINUTE)));
    }

    async fn two_nodes_on_one_database_run_each_job_once(db: TestDb) {
        let (node, job) = (Node::first(&db).await, Counting::default());
        let other = node.beside(&db).await;
        let (one, two) = (runner(&node, &job).await, runner(&other, &job).await);
        for round in 1..=3 {
            node.forward(5 * MINUTE);
            let (first, second) = tokio::join!(one.run_due(), two.run_due());
            let ran: Vec<_> = first.unwrap().into_iter().chain(second.unwrap()).collect();
            assert_eq!(ran.iter().filter(|name| **name == "test_counting").count(), 1, "{ran:?}");
            assert_eq!(job.steps.load(Ordering::SeqCst), round * 10);
        }
    }

    async fn a_job_that_one_node_is_at_is_left_alone_by_all(db: TestDb) {
        let (node, job) = (Node::first(&db).await, Counting::default());
        job.waits.store(true, Ordering::SeqCst);
        let (one, two) = (Arc::new(runner(&node, &job).await), runner(&node.beside(&db).await, &job).await);
        node.forward(5 * MINUTE);
        let running = tokio::spawn({
            let one = one.clone();
            async move { one.run("test_counting").await.unwrap() }
        });
        job.at_three.notified().await;
        assert_eq!(two.run("test_counting").await.unwrap(), None);
        assert_eq!(one.run("test_counting").await.unwrap(), None, "not even by the same process");
        let listed = jobs::list(&node.cx()).await.unwrap();
        assert!(listed.items.iter().all(|job| !job.running), "a job of another version is not listed");
        job.go_on.notify_one();
        assert_eq!(running.await.unwrap(), Some(RunState::Succeeded));
        assert_eq!(job.steps.load(Ordering::SeqCst), 10);
    }

    async fn what_a_dead_node_left_is_taken_up_at_its_checkpoint(db: TestDb) {
        let (node, job) = (Node::first(&db).await, Counting::default());
        job.waits.store(true, Ordering::SeqCst);
        let (one, two) = (Arc::new(runner(&node, &job).await), runner(&node.beside(&db).await, &job).await);
        node.forward(5 * MINUTE);
        let running = tokio::spawn({
            let one = one.clone();
            async move { one.run("test_counting").await.map(drop) }
        });
        job.at_three.notified().await;
        // As `kill -9` does: nothing is given back.
        running.abort();
        drop(running.await);
        job.waits.store(false, Ordering::SeqCst);
        assert_eq!(two.run("test_counting").await.unwrap(), None, "its lease still holds");
        node.forward(MINUTE);
        assert!(two.due().await.unwrap().contains(&"test_counting"));
        assert_eq!(two.run("test_counting").await.unwrap(), Some(RunState::Succeeded));
        assert_eq!(job.steps.load(Ordering::SeqCst), 10, "nothing was done twice");
        let run = db.store.latest_job_run("test_counting").await.unwrap().unwrap();
        assert_eq!((run.attempts, run.done, run.detail.as_deref()), (2, 10, Some("counted from 3")));
    }

    async fn a_node_that_was_taken_for_dead_stops_when_it_comes_back(db: TestDb) {
        let (node, job) = (Node::first(&db).await, Counting::default());
        job.waits.store(true, Ordering::SeqCst);
        let (one, two) = (Arc::new(runner(&node, &job).await), runner(&node.beside(&db).await, &job).await);
        node.forward(5 * MINUTE);
        let running = tokio::spawn({
            let one = one.clone();
            async move { one.run("test_counting").await.unwrap() }
        });
        job.at_three.notified().await;
        node.forward(MINUTE);
        job.waits.store(false, Ordering::SeqCst);
        let taken_over = two.run("test_counting").await.unwrap();
        assert_eq!(taken_over, Some(RunState::Succeeded));
        job.go_on.notify_one();
        assert_eq!(running.await.unwrap(), None, "its lease was taken over");
        let run = db.store.latest_job_run("test_counting").await.unwrap().unwrap();
        assert_eq!((run.state, run.done), (RunState::Succeeded, 10));
    }

    async fn a_stop_ends_a_run_at_its_next_checkpoint_for_the_next_start(db: TestDb) {
        let (node, job) = (Node::first(&db).await, Counting::default());
        let one = runner(&node, &job).await;
        node.forward(5 * MINUTE);
        one.stop();
        assert_eq!(one.run("test_counting").await.unwrap(), None);
        assert_eq!(job.steps.load(Ordering::SeqCst), 1);
        let two = runner(&node.beside(&db).await, &job).await;
        assert_eq!(two.run("test_counting").await.unwrap(), Some(RunState::Succeeded), "at once: the lease was given back");
        assert_eq!(job.steps.load(Ordering::SeqCst), 10);
    }

    async fn a_run_that_is_cut_short_again_and_again_is_given_up(db: TestDb) {
        let (node, job) = (Node::first(&db).await, Counting::default());
        node.forward(5 * MINUTE);
        for _ in 0..5 {
            let one = runner(&node, &job).await;
            execute(&db.location, "UPDATE jobs SET next_at = 0 WHERE name = 'test_counting'").await;
            one.stop();
            assert_eq!(one.run("test_counting").await.unwrap(), None);
        }
        assert_eq!(runner(&node, &job).await.run("test_counting").await.unwrap(), Some(RunState::Failed));
        let run = db.store.latest_job_run("test_counting").await.unwrap().unwrap();
        assert!(run.detail.unwrap().contains("given up"));
    }

    async fn a_failure_is_kept_and_the_next_instant_tries_anew(db: TestDb) {
        let (node, job) = (Node::first(&db).await, Counting::default());
        let runner = runner(&node, &job).await;
        job.fails.store(true, Ordering::SeqCst);
        node.forward(5 * MINUTE);
        assert_eq!(runner.run("test_counting").await.unwrap(), Some(RunState::Failed));
        let run = db.store.latest_job_run("test_counting").await.unwrap().unwrap();
        assert_eq!(run.detail.as_deref(), Some("there is no such number"));
        assert_eq!(runner.run("test_counting").await.unwrap(), None);
        job.fails.store(false, Ordering::SeqCst);
        node.forward(5 * MINUTE);
        assert_eq!(runner.run("test_counting").await.unwrap(), Some(RunState::Succeeded));
    }

    async fn a_run_by_hand_is_queued_once_recorded_and_shown(db: TestDb) {
        let node = Node::first(&db).await;
        let runner = Runner::new(node.control.clone());
        runner.register().await.unwrap();
        assert!(matches!(jobs::start(&node.cx(), "no_such_job").await, Err(Error::NotFound("job"))));
        let started = jobs::start(&node.cx(), "audit_head").await.unwrap();
        assert_eq!(jobs::start(&node.cx(), "audit_head").await.unwrap(), started, "one in the queue is enough");
        let id = started.run_id.parse().unwrap();
        assert_eq!(jobs::show_run(&node.cx(), &id).await.unwrap().state, "queued");
        assert_eq!(runner.run_due().await.unwrap(), ["audit_head"]);
        let run = jobs::show_run(&node.cx(), &id).await.unwrap();
        assert_eq!((run.state.as_str(), run.job.as_str()), ("succeeded", "audit_head"));
        assert_eq!(run.detail.as_deref(), Some("the audit log ends at 1"));
        let listed = jobs::list(&node.cx()).await.unwrap();
        let job = listed.items.iter().find(|job| job.name == "audit_head").unwrap();
        assert_eq!((job.schedule.as_str(), job.running), ("every hour", false));
        assert_eq!(job.next_run_at, Some(NOON.plus(HOUR).to_rfc3339()));
        assert_eq!(job.last_run.as_ref().map(|run| run.result.as_str()), Some("succeeded"));
        let records = db.store.audit_after(0, 10).await.unwrap();
        assert_eq!(records.iter().map(|record| record.act.as_str()).collect::<Vec<_>>(), ["job.run"]);
        let anonymous = node.control.cx(Actor::Anonymous, None);
        assert!(matches!(jobs::start(&anonymous, "audit_head").await, Err(Error::Unauthenticated(_))));
        assert!(matches!(jobs::list(&anonymous).await, Err(Error::Unauthenticated(_))));
    }

    async fn a_head_that_was_changed_fails_the_hourly_job(db: TestDb) {
        let node = Node::first(&db).await;
        let runner = Runner::new(node.control.clone());
        runner.register().await.unwrap();
        execute(&db.location, "UPDATE audit_head SET seq = 5").await;
        node.forward(HOUR);
        assert_eq!(runner.run("audit_head").await.unwrap(), Some(RunState::Failed));
    }

    async fn the_first_jobs_trim_what_they_are_for(db: TestDb) {
        let node = Node::first(&db).await;
        let runner = Runner::new(node.control.clone());
        runner.register().await.unwrap();
        execute(
            &db.location,
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10450) \
             INSERT INTO changes (seq, kind, id) SELECT i, 'key', 'x' FROM n",
        )
        .await;
        for n in 1..=3 {
            let session = domain::session::Session {
                id_hash: vec![n; 32],
                user_id: None,
                data: "{}".to_owned(),
                created_at: NOON,
                touched_at: NOON,
                expires_at: NOON.plus(i64::from(n) * 5 * MINUTE),
            };
            db.store.insert_session(&node.keyring, &session).await.unwrap();
        }
        node.forward(10 * MINUTE);
        runner.run_due().await.unwrap();
        let detail = async |name: &str| db.store.latest_job_run(name).await.unwrap().unwrap().detail.unwrap();
        assert_eq!(detail("trim_changes").await, "450 removed");
        assert_eq!(detail("end_sessions").await, "2 removed");
        assert!(db.store.load_session(&[3; 32]).await.unwrap().is_some());
        // A week later the runs themselves go, but for the newest of each job.
        let first = db.store.latest_job_run("trim_changes").await.unwrap().unwrap();
        node.forward(8 * 24 * HOUR);
        runner.run_due().await.unwrap();
        runner.run_due().await.unwrap();
        execute(&db.location, "UPDATE jobs SET next_at = 0 WHERE name = 'prune_runs'").await;
        runner.run_due().await.unwrap();
        assert_eq!(db.store.find_job_run(&first.id).await.unwrap(), None);
    }
}
