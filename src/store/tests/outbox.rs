//! Store tests: outbox.

use domain::{EventId, OutboxEvent};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, bytes};

fn event(n: u8) -> OutboxEvent {
    let at = NOON.plus(i64::from(n));
    OutboxEvent::new(EventId::new(at, bytes(n)), "key.created", format!("key_{n}"), "{}".to_owned(), at)
}

both_engines! {
    async fn an_event_stands_or_falls_with_its_transaction(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_event(&event(1)).await.unwrap();
        drop(tx);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_event(&event(2)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(db.store.newest_events(10).await.unwrap(), [event(2)]);
    }

    async fn due_events_come_in_the_order_of_their_time_until_they_are_done(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        for n in [3, 1, 2] {
            tx.insert_event(&event(n)).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(db.store.due_events(NOON.plus(2), 10).await.unwrap(), [event(1), event(2)]);
        assert_eq!(db.store.due_events(NOON.plus(2), 1).await.unwrap(), [event(1)]);
        let waiting = OutboxEvent {
            attempts: 1,
            next_at: NOON.plus(50),
            delivered: vec!["mail".to_owned()],
            last_error: Some("no answer".to_owned()),
            ..event(1)
        };
        db.store.update_event(&waiting).await.unwrap();
        assert_eq!(db.store.due_events(NOON.plus(49), 10).await.unwrap(), [event(2), event(3)]);
        assert_eq!(db.store.due_events(NOON.plus(50), 10).await.unwrap(), [event(2), event(3), waiting.clone()]);
        let done = OutboxEvent { done_at: Some(NOON.plus(60)), ..waiting };
        db.store.update_event(&done).await.unwrap();
        assert_eq!(db.store.due_events(NOON.plus(99), 10).await.unwrap(), [event(2), event(3)]);
        assert_eq!(db.store.delete_events(NOON.plus(60), 10).await.unwrap(), 0);
        assert_eq!(db.store.delete_events(NOON.plus(61), 10).await.unwrap(), 1);
        assert_eq!(db.store.newest_events(10).await.unwrap(), [event(3), event(2)]);
    }
}
