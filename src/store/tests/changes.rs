//! Store tests: change feed.

use std::sync::{Arc, Mutex};

use domain::{Change, ChangeKind};
use store::Store;
use testkit_db::{TestDb, both_engines};

use crate::builders::behind_its_back;

fn change(kind: ChangeKind, id: &str) -> Change {
    Change { kind, id: id.to_owned() }
}

/// Collects what a store announces.
fn listen(store: &Store) -> Arc<Mutex<Vec<Change>>> {
    let received = Arc::new(Mutex::new(Vec::new()));
    let sink = received.clone();
    store.subscribe(Arc::new(move |change| sink.lock().unwrap().push(change.clone())));
    received
}

fn taken(received: &Mutex<Vec<Change>>) -> Vec<Change> {
    std::mem::take(&mut *received.lock().unwrap())
}

async fn announce(store: &Store, changes: &[Change]) {
    let mut tx = store.begin().await.unwrap();
    for change in changes {
        tx.announce(change.clone()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

both_engines! {
    async fn commit_has_notified_every_subscriber_when_it_returns(db: TestDb) {
        let (one, two) = (listen(&db.store), listen(&db.store.clone()));
        let changes = [change(ChangeKind::Key, "a"), change(ChangeKind::KeyEnded, "b")];
        announce(&db.store, &changes).await;
        assert_eq!(taken(&one), changes);
        assert_eq!(taken(&two), changes);
    }

    async fn nothing_is_announced_before_the_commit_or_without_it(db: TestDb) {
        let received = listen(&db.store);
        let mut tx = db.store.begin().await.unwrap();
        tx.announce(change(ChangeKind::Key, "a")).await.unwrap();
        assert_eq!(taken(&received), []);
        drop(tx);
        db.store.poll_changes().await.unwrap();
        db.store.poll_changes().await.unwrap();
        assert_eq!(taken(&received), []);
    }

    async fn another_process_sees_by_polling_what_came_after_its_first_poll(db: TestDb) {
        announce(&db.store, &[change(ChangeKind::Upstream, "old")]).await;
        let other = Store::open(&db.location).await.unwrap();
        let received = listen(&other);
        other.poll_changes().await.unwrap();
        assert_eq!(taken(&received), []);

        let changes = [change(ChangeKind::KeyEnded, "a"), change(ChangeKind::Upstream, "b")];
        announce(&db.store, &changes).await;
        other.poll_changes().await.unwrap();
        assert_eq!(taken(&received), changes);
        other.poll_changes().await.unwrap();
        assert_eq!(taken(&received), []);
        other.close().await;
    }

    async fn a_first_poll_of_an_empty_database_misses_nothing_later(db: TestDb) {
        let other = Store::open(&db.location).await.unwrap();
        let received = listen(&other);
        other.poll_changes().await.unwrap();
        announce(&db.store, &[change(ChangeKind::Key, "first")]).await;
        other.poll_changes().await.unwrap();
        assert_eq!(taken(&received), [change(ChangeKind::Key, "first")]);
        other.close().await;
    }

    async fn more_than_a_batch_is_announced_in_one_poll(db: TestDb) {
        let received = listen(&db.store);
        db.store.poll_changes().await.unwrap();
        behind_its_back(
            &db,
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) \
             INSERT INTO changes (seq, kind, id) SELECT i, 'key', 'x' FROM n",
        )
        .await;
        db.store.poll_changes().await.unwrap();
        assert_eq!(taken(&received).len(), 2500);
    }

    async fn a_kind_of_a_newer_version_is_passed_over(db: TestDb) {
        let received = listen(&db.store);
        db.store.poll_changes().await.unwrap();
        behind_its_back(&db, "INSERT INTO changes (seq, kind, id) VALUES (1, 'route', 'x'), (2, 'key', 'y')").await;
        db.store.poll_changes().await.unwrap();
        assert_eq!(taken(&received), [change(ChangeKind::Key, "y")]);
    }

    async fn only_the_newest_rows_are_kept_and_numbers_go_on(db: TestDb) {
        behind_its_back(&db, "INSERT INTO changes (seq, kind, id) VALUES (1, 'key', 'x'), (20000, 'key', 'y')").await;
        announce(&db.store, &[change(ChangeKind::Key, "z")]).await;
        assert_eq!(db.store.trim_changes(10).await.unwrap(), 1);
        assert_eq!(db.store.trim_changes(10).await.unwrap(), 0);
        let received = listen(&db.store);
        db.store.poll_changes().await.unwrap();
        // Would fail on the primary key if the oldest row were still there, or if the newest had another number.
        behind_its_back(&db, "INSERT INTO changes (seq, kind, id) VALUES (1, 'key', 'x'), (20002, 'upstream', 'w')").await;
        db.store.poll_changes().await.unwrap();
        assert_eq!(taken(&received), [change(ChangeKind::Upstream, "w")]);
    }
}
