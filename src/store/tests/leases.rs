//! Store tests: leases.

use testkit_db::{TestDb, both_engines};

use crate::builders::NOON;

both_engines! {
    async fn one_holder_at_a_time_and_others_after_it_expired(db: TestDb) {
        let store = &db.store;
        assert!(store.acquire_lease("job:x", "a", NOON, NOON.plus(100)).await.unwrap());
        assert!(!store.acquire_lease("job:x", "b", NOON.plus(99), NOON.plus(200)).await.unwrap());
        assert!(store.acquire_lease("job:y", "b", NOON, NOON.plus(100)).await.unwrap(), "another name is another lease");
        assert!(!store.acquire_lease("job:x", "a", NOON.plus(50), NOON.plus(150)).await.unwrap(), "not even twice");
        assert!(store.renew_lease("job:x", "a", NOON.plus(150)).await.unwrap());
        assert!(!store.renew_lease("job:x", "b", NOON.plus(150)).await.unwrap());
        assert!(!store.acquire_lease("job:x", "b", NOON.plus(149), NOON.plus(300)).await.unwrap());
        assert!(store.acquire_lease("job:x", "b", NOON.plus(150), NOON.plus(300)).await.unwrap());
        assert!(!store.acquire_lease("job:x", "a", NOON.plus(151), NOON.plus(300)).await.unwrap());
    }

    async fn a_lease_is_given_back_by_its_holder_alone(db: TestDb) {
        let store = &db.store;
        assert!(store.acquire_lease("x", "a", NOON, NOON.plus(100)).await.unwrap());
        store.release_lease("x", "b").await.unwrap();
        assert!(store.lease_is_held("x", NOON).await.unwrap());
        store.release_lease("x", "a").await.unwrap();
        assert!(!store.lease_is_held("x", NOON).await.unwrap());
        assert!(!store.renew_lease("x", "a", NOON.plus(100)).await.unwrap(), "what was given back is not held on to");
    }

    async fn of_many_that_ask_at_once_one_gets_it(db: TestDb) {
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..8 {
            let store = db.store.clone();
            tasks.spawn(async move {
                store.acquire_lease("x", &n.to_string(), NOON, NOON.plus(100)).await.unwrap()
            });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|taken| *taken).count(), 1);
    }
}
