//! Store tests: transactions.

use store::{Error, Store};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, TestMacs, key, project, request, sound, with_keys};

both_engines! {
    async fn what_is_not_committed_has_never_been(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_project(&TestMacs, &project()).await.unwrap();
        assert!(db.store.first_project().await.unwrap().is_none());
        drop(tx);
        assert!(db.store.first_project().await.unwrap().is_none());
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_project(&TestMacs, &project()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sound(db.store.first_project().await.unwrap()), Some(project()));
    }

    async fn no_change_is_lost_between_two_writers(db: TestDb) {
        with_keys(&db.store, &[key(1)]).await;
        let other = Store::open(&db.location).await.unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for store in [db.store.clone(), other.clone(), db.store.clone(), other.clone()] {
            tasks.spawn(async move {
                let mut tx = store.begin().await.unwrap();
                let mut row = tx.find_key(&key(1).id).await.unwrap().unwrap().verify(&TestMacs).unwrap();
                // Gives every other writer its turn between reading and writing.
                tokio::task::yield_now().await;
                row.edit().name.push('+');
                tx.update_key(&TestMacs, row).await.unwrap();
                tx.commit().await.unwrap();
            });
        }
        tasks.join_all().await;
        assert_eq!(sound(db.store.find_key(&key(1).id).await.unwrap()).unwrap().name, "key 1++++");
        other.close().await;
    }

    async fn an_open_transaction_holds_up_neither_readers_nor_request_rows(db: TestDb) {
        with_keys(&db.store, &[key(1)]).await;
        let mut tx = db.store.begin().await.unwrap();
        let mut row = tx.find_key(&key(1).id).await.unwrap().unwrap().verify(&TestMacs).unwrap();
        "new".clone_into(&mut row.edit().name);
        tx.update_key(&TestMacs, row).await.unwrap();
        assert_eq!(sound(db.store.find_key(&key(1).id).await.unwrap()), Some(key(1)));
        db.store.insert_requests(&[request(0)]).await.unwrap();
        assert_eq!(db.store.latest_request_of_key(&key(1).id).await.unwrap(), Some(Ok(request(0))));
        tx.commit().await.unwrap();
        assert_eq!(sound(db.store.find_key(&key(1).id).await.unwrap()).unwrap().name, "new");
    }

    async fn a_touch_beside_an_edit_is_kept(db: TestDb) {
        with_keys(&db.store, &[key(1)]).await;
        let stored = {
            let mut tx = db.store.begin().await.unwrap();
            tx.find_key(&key(1).id).await.unwrap().unwrap().verify(&TestMacs).unwrap()
        };
        db.store.touch_keys(&[(key(1).id, NOON.plus(5))]).await.unwrap();
        let mut tx = db.store.begin().await.unwrap();
        tx.update_key(&TestMacs, stored).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sound(db.store.find_key(&key(1).id).await.unwrap()).unwrap().last_used_at, Some(NOON.plus(5)));
    }

    /// Another transaction that does not end is an error after five seconds, and no longer one when it has.
    async fn a_writer_does_not_wait_for_ever(db: TestDb) {
        let other = Store::open(&db.location).await.unwrap();
        let endless = other.begin().await.unwrap();
        assert!(matches!(db.store.begin().await, Err(Error::Unavailable(_))));
        drop(endless);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_project(&TestMacs, &project()).await.unwrap();
        tx.commit().await.unwrap();
        other.close().await;
    }
}
