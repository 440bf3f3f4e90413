//! Store tests: background jobs.

use domain::{JobRun, JobRunId, RunState};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, bytes};

fn run(n: u8, job: &str) -> JobRun {
    let at = NOON.plus(i64::from(n));
    JobRun::queued(JobRunId::new(at, bytes(n)), job, None, at)
}

fn begun(n: u8, job: &str) -> JobRun {
    JobRun { state: RunState::Running, started_at: Some(NOON.plus(i64::from(n))), attempts: 1, ..run(n, job) }
}

both_engines! {
    async fn a_known_job_keeps_its_next_start(db: TestDb) {
        let store = &db.store;
        assert_eq!(store.job_due_at("x").await.unwrap(), None);
        store.insert_job("x", NOON).await.unwrap();
        store.insert_job("x", NOON.plus(9)).await.unwrap();
        assert_eq!(store.job_due_at("x").await.unwrap(), Some(NOON));
        store.set_job_due_at("x", NOON.plus(9)).await.unwrap();
        assert_eq!(store.job_due_at("x").await.unwrap(), Some(NOON.plus(9)));
    }

    async fn due_is_what_the_schedule_says_what_was_asked_for_and_what_was_left_behind(db: TestDb) {
        let store = &db.store;
        for job in ["asked", "held", "left", "later", "scheduled"] {
            store.insert_job(job, if job == "scheduled" { NOON } else { NOON.plus(1_000) }).await.unwrap();
        }
        let mut tx = store.begin().await.unwrap();
        tx.insert_job_run(&run(1, "asked")).await.unwrap();
        tx.commit().await.unwrap();
        store.insert_job_run(&begun(2, "left")).await.unwrap();
        store.insert_job_run(&begun(3, "held")).await.unwrap();
        assert!(store.acquire_lease("job:left", "a", NOON.plus(-100), NOON).await.unwrap());
        assert!(store.acquire_lease("job:held", "a", NOON, NOON.plus(100)).await.unwrap());
        let mut due = store.due_jobs(NOON).await.unwrap();
        due.sort();
        assert_eq!(due, ["asked", "left", "scheduled"]);
    }

    async fn what_was_begun_comes_before_what_is_still_to_begin(db: TestDb) {
        let store = &db.store;
        store.insert_job_run(&run(1, "x")).await.unwrap();
        store.insert_job_run(&begun(2, "x")).await.unwrap();
        assert_eq!(store.open_job_run("x").await.unwrap(), Some(begun(2, "x")));
        let ended = JobRun {
            state: RunState::Succeeded,
            ended_at: Some(NOON.plus(5)),
            done: 7,
            total: Some(7),
            checkpoint: Some("7".to_owned()),
            detail: Some("seven".to_owned()),
            ..begun(2, "x")
        };
        store.update_job_run(&ended).await.unwrap();
        assert_eq!(store.open_job_run("x").await.unwrap(), Some(run(1, "x")));
        assert_eq!(store.find_job_run(&ended.id).await.unwrap(), Some(ended.clone()));
        assert_eq!(store.latest_job_run("x").await.unwrap(), Some(ended));
    }

    async fn old_runs_go_and_the_newest_of_each_job_stays(db: TestDb) {
        let store = &db.store;
        for (n, job) in [(1, "x"), (2, "x"), (3, "y"), (4, "x")] {
            let ended = JobRun { state: RunState::Failed, ended_at: Some(NOON), ..begun(n, job) };
            store.insert_job_run(&ended).await.unwrap();
        }
        assert_eq!(store.delete_job_runs(NOON, 10).await.unwrap(), 0);
        assert_eq!(store.delete_job_runs(NOON.plus(1), 1).await.unwrap(), 1);
        assert_eq!(store.delete_job_runs(NOON.plus(1), 10).await.unwrap(), 1);
        assert_eq!(store.find_job_run(&run(2, "x").id).await.unwrap(), None);
        assert!(store.find_job_run(&run(3, "y").id).await.unwrap().is_some());
        assert!(store.find_job_run(&run(4, "x").id).await.unwrap().is_some());
    }
}
