//! Store tests: sessions.

use domain::{Session, Timestamp};
use store::{Constraint, Error, Store};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, TestMacs, behind_its_back, sound, user, with_project};

fn session(n: u8) -> Session {
    Session {
        id_hash: vec![n; 32],
        user_id: None,
        data: r#"{"theme":"dark"}"#.to_owned(),
        created_at: NOON,
        touched_at: NOON,
        expires_at: NOON.plus(1_000),
    }
}

async fn with_user(store: &Store, n: u8) {
    let mut tx = store.begin().await.unwrap();
    tx.insert_user(&TestMacs, &user(n), "hash").await.unwrap();
    tx.commit().await.unwrap();
}

async fn insert(store: &Store, session: &Session) {
    store.insert_session(&TestMacs, session).await.unwrap();
}

async fn load(store: &Store, n: u8) -> Option<Session> {
    sound(store.load_session(&[n; 32]).await.unwrap())
}

both_engines! {
    async fn a_session_comes_back_until_it_is_deleted(db: TestDb) {
        insert(&db.store, &session(1)).await;
        insert(&db.store, &session(2)).await;
        assert_eq!(load(&db.store, 1).await, Some(session(1)));
        db.store.delete_session(&[1; 32]).await.unwrap();
        db.store.delete_session(&[1; 32]).await.unwrap();
        assert_eq!(load(&db.store, 1).await, None);
        assert_eq!(load(&db.store, 2).await, Some(session(2)));
    }

    async fn two_sessions_never_share_an_id(db: TestDb) {
        insert(&db.store, &session(1)).await;
        let refused = db.store.insert_session(&TestMacs, &session(1)).await;
        assert!(matches!(refused, Err(Error::Conflict(Constraint::SessionsIdHash))));
    }

    async fn an_update_writes_everything_of_one_session(db: TestDb) {
        with_project(&db.store).await;
        with_user(&db.store, 1).await;
        insert(&db.store, &session(1)).await;
        insert(&db.store, &session(2)).await;
        let mut known = db.store.load_session(&[1; 32]).await.unwrap().unwrap().verify(&TestMacs).unwrap();
        let changed = Session {
            user_id: Some(user(1).id),
            data: "{}".to_owned(),
            created_at: Timestamp(1),
            touched_at: NOON.plus(5),
            expires_at: NOON.plus(6),
            ..session(1)
        };
        *known.edit() = changed.clone();
        db.store.update_session(&TestMacs, known).await.unwrap();
        assert_eq!(load(&db.store, 1).await, Some(changed));
        assert_eq!(load(&db.store, 2).await, Some(session(2)));
    }

    async fn an_update_over_another_one_or_of_a_session_that_is_gone_is_stale(db: TestDb) {
        insert(&db.store, &session(1)).await;
        let known = db.store.load_session(&[1; 32]).await.unwrap().unwrap().verify(&TestMacs).unwrap();
        let newer = db.store.update_session(&TestMacs, known.clone()).await.unwrap();
        let stale = db.store.update_session(&TestMacs, known).await;
        assert!(matches!(stale, Err(Error::Conflict(Constraint::Stale))));
        db.store.delete_session(&[1; 32]).await.unwrap();
        assert!(matches!(db.store.update_session(&TestMacs, newer).await, Err(Error::Conflict(Constraint::Stale))));
        assert_eq!(load(&db.store, 1).await, None);
    }

    /// R13: a session that was signed out of is worth nothing when its row is put back.
    async fn a_deleted_session_that_is_put_back_does_not_verify(db: TestDb) {
        insert(&db.store, &session(1)).await;
        behind_its_back(&db, "CREATE TABLE kept AS SELECT * FROM sessions").await;
        db.store.delete_session(&[1; 32]).await.unwrap();
        behind_its_back(&db, "INSERT INTO sessions SELECT * FROM kept").await;
        assert!(db.store.load_session(&[1; 32]).await.unwrap().unwrap().verify(&TestMacs).is_err());
    }

    async fn ended_sessions_are_removed_in_batches(db: TestDb) {
        for n in 1..=3 {
            insert(&db.store, &Session { expires_at: NOON.plus(i64::from(n)), ..session(n) }).await;
        }
        assert_eq!(db.store.delete_ended_sessions(NOON, 10).await.unwrap(), 0);
        assert_eq!(db.store.delete_ended_sessions(NOON.plus(2), 1).await.unwrap(), 1);
        assert_eq!(load(&db.store, 1).await, None, "the longest ended first");
        assert_eq!(db.store.delete_ended_sessions(NOON.plus(2), 10).await.unwrap(), 1);
        assert!(load(&db.store, 3).await.is_some());
    }

    async fn all_sessions_of_one_person_end_with_the_transaction(db: TestDb) {
        with_project(&db.store).await;
        with_user(&db.store, 1).await;
        with_user(&db.store, 2).await;
        for (n, person) in [(1, 1), (2, 1), (3, 2)] {
            insert(&db.store, &Session { user_id: Some(user(person).id), ..session(n) }).await;
        }
        let mut tx = db.store.begin().await.unwrap();
        tx.delete_sessions_of(&user(1).id).await.unwrap();
        assert!(load(&db.store, 1).await.is_some());
        tx.commit().await.unwrap();
        assert_eq!(load(&db.store, 1).await, None);
        assert_eq!(load(&db.store, 2).await, None);
        assert!(load(&db.store, 3).await.is_some());
    }
}
