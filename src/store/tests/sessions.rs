use domain::Timestamp;
use store::{Error, SessionRow, Store};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, user, with_project};

fn session(n: u8) -> SessionRow {
    SessionRow {
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
    tx.insert_user(&user(n), "hash").await.unwrap();
    tx.commit().await.unwrap();
}

both_engines! {
    async fn a_session_comes_back_until_it_is_deleted(db: TestDb) {
        db.store.insert_session(&session(1)).await.unwrap();
        db.store.insert_session(&session(2)).await.unwrap();
        assert_eq!(db.store.load_session(&[1; 32]).await.unwrap(), Some(session(1)));
        db.store.delete_session(&[1; 32]).await.unwrap();
        db.store.delete_session(&[1; 32]).await.unwrap();
        assert_eq!(db.store.load_session(&[1; 32]).await.unwrap(), None);
        assert_eq!(db.store.load_session(&[2; 32]).await.unwrap(), Some(session(2)));
    }

    async fn two_sessions_never_share_an_id(db: TestDb) {
        db.store.insert_session(&session(1)).await.unwrap();
        let refused = db.store.insert_session(&session(1)).await;
        assert!(matches!(refused, Err(Error::Conflict("sessions_id_hash"))));
    }

    async fn an_update_writes_everything_but_the_beginning(db: TestDb) {
        with_project(&db.store).await;
        with_user(&db.store, 1).await;
        db.store.insert_session(&session(1)).await.unwrap();
        let changed = SessionRow {
            user_id: Some(user(1).id),
            data: "{}".to_owned(),
            created_at: Timestamp(1),
            touched_at: NOON.plus(5),
            expires_at: NOON.plus(6),
            ..session(1)
        };
        db.store.update_session(&changed).await.unwrap();
        let expected = SessionRow { created_at: NOON, ..changed };
        assert_eq!(db.store.load_session(&[1; 32]).await.unwrap(), Some(expected));
    }

    async fn updating_or_touching_a_session_that_is_gone_does_not_bring_it_back(db: TestDb) {
        db.store.update_session(&session(1)).await.unwrap();
        db.store.touch_session(&[1; 32], NOON).await.unwrap();
        assert_eq!(db.store.load_session(&[1; 32]).await.unwrap(), None);
    }

    async fn a_touch_moves_one_instant_of_one_session(db: TestDb) {
        db.store.insert_session(&session(1)).await.unwrap();
        db.store.insert_session(&session(2)).await.unwrap();
        db.store.touch_session(&[1; 32], NOON.plus(9)).await.unwrap();
        let touched = SessionRow { touched_at: NOON.plus(9), ..session(1) };
        assert_eq!(db.store.load_session(&[1; 32]).await.unwrap(), Some(touched));
        assert_eq!(db.store.load_session(&[2; 32]).await.unwrap(), Some(session(2)));
    }

    async fn a_new_session_sweeps_out_those_that_have_ended(db: TestDb) {
        db.store.insert_session(&session(1)).await.unwrap();
        let open = SessionRow { expires_at: NOON.plus(1_001), ..session(2) };
        db.store.insert_session(&open).await.unwrap();
        let new = SessionRow { created_at: NOON.plus(1_000), expires_at: NOON.plus(9_000), ..session(3) };
        db.store.insert_session(&new).await.unwrap();
        assert_eq!(db.store.load_session(&[1; 32]).await.unwrap(), None);
        assert_eq!(db.store.load_session(&[2; 32]).await.unwrap(), Some(open));
        assert_eq!(db.store.load_session(&[3; 32]).await.unwrap(), Some(new));
    }

    async fn all_sessions_of_one_person_end_with_the_transaction(db: TestDb) {
        with_project(&db.store).await;
        with_user(&db.store, 1).await;
        with_user(&db.store, 2).await;
        for (n, person) in [(1, 1), (2, 1), (3, 2)] {
            db.store.insert_session(&SessionRow { user_id: Some(user(person).id), ..session(n) }).await.unwrap();
        }
        let mut tx = db.store.begin().await.unwrap();
        tx.delete_sessions_of(&user(1).id).await.unwrap();
        assert!(db.store.load_session(&[1; 32]).await.unwrap().is_some());
        tx.commit().await.unwrap();
        assert_eq!(db.store.load_session(&[1; 32]).await.unwrap(), None);
        assert_eq!(db.store.load_session(&[2; 32]).await.unwrap(), None);
        assert!(db.store.load_session(&[3; 32]).await.unwrap().is_some());
    }
}
