use domain::{Actor, AuditEvent, EventId};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, bytes, user};

fn event(n: u8) -> AuditEvent {
    AuditEvent {
        id: EventId::new(NOON, bytes(n)),
        at: NOON.plus(i64::from(n)),
        actor: Actor::User(user(1)),
        action: "key.create",
        target: format!("key_{n}"),
        address: Some("10.0.0.1".to_owned()),
        before: None,
        after: Some(r#"{"name":"ci"}"#.to_owned()),
    }
}

/// Not a MAC, but every byte of its input moves it.
fn mac(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0_u8; 32];
    for (i, byte) in bytes.iter().enumerate() {
        out[i % 32] = out[i % 32].wrapping_mul(31).wrapping_add(*byte);
    }
    out
}

both_engines! {
    async fn the_chain_begins_with_zeros_and_every_record_points_at_the_one_before(db: TestDb) {
        for n in 1..=3 {
            let mut tx = db.store.begin().await.unwrap();
            tx.record(&event(n), &mac).await.unwrap();
            tx.commit().await.unwrap();
        }
        let records = db.store.audit_after(0, 10).await.unwrap();
        assert_eq!(records.iter().map(|record| record.seq).collect::<Vec<_>>(), [1, 2, 3]);
        let mut previous = vec![0; 32];
        for (n, record) in (1..).zip(&records) {
            let mut expected = event(n).at_place(i64::from(n), previous);
            expected.link = mac(&expected.chain_bytes()).to_vec();
            assert_eq!(record, &expected);
            previous = expected.link;
        }
        assert_eq!(db.store.audit_after(1, 1).await.unwrap(), records[1..2]);
    }

    async fn two_records_of_one_transaction_follow_each_other(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        tx.record(&event(1), &mac).await.unwrap();
        tx.record(&event(2), &mac).await.unwrap();
        tx.commit().await.unwrap();
        let records = db.store.audit_after(0, 10).await.unwrap();
        assert_eq!(records[1].previous, records[0].link);
    }

    async fn a_dropped_transaction_leaves_no_gap(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        tx.record(&event(1), &mac).await.unwrap();
        drop(tx);
        let mut tx = db.store.begin().await.unwrap();
        tx.record(&event(2), &mac).await.unwrap();
        tx.commit().await.unwrap();
        let records = db.store.audit_after(0, 10).await.unwrap();
        assert_eq!(records.iter().map(|record| (record.seq, record.target.as_str())).collect::<Vec<_>>(), [(1, "key_2")]);
    }

    async fn writers_at_the_same_time_make_one_chain(db: TestDb) {
        let writers = (1..=8).map(|n| {
            let store = db.store.clone();
            async move {
                let mut tx = store.begin().await.unwrap();
                tx.record(&event(n), &mac).await.unwrap();
                tx.commit().await.unwrap();
            }
        });
        let mut tasks = tokio::task::JoinSet::new();
        writers.for_each(|writer| drop(tasks.spawn(writer)));
        tasks.join_all().await;
        let records = db.store.audit_after(0, 100).await.unwrap();
        assert_eq!(records.iter().map(|record| record.seq).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
        assert!(records.windows(2).all(|pair| pair[1].previous == pair[0].link));
    }
}
