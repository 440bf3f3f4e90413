//! Store tests: audit log.

use domain::{Act, Actor, AuditEvent, AuditHead, EventId, KeyId, Visible, audit::changed};
use store::{AuditFilter, Store};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, behind_its_back, bytes, key, project, user, with_keys};

fn event(n: u8) -> AuditEvent {
    AuditEvent {
        id: EventId::new(NOON, bytes(n)),
        at: NOON.plus(i64::from(n)),
        actor: Actor::User(user(1)),
        act: Act::KeyCreate { id: target(n), project: project().id },
        address: Some("10.0.0.1".to_owned()),
        user_agent: Some("curl".to_owned()),
        request_id: Some(format!("req_{n}")),
        changes: vec![changed("name", "a", "b")],
    }
}

fn target(n: u8) -> KeyId {
    KeyId::new(NOON, bytes(n))
}

async fn record(store: &Store, n: u8) {
    let mut tx = store.begin().await.unwrap();
    tx.record(&event(n), &mac).await.unwrap();
    tx.commit().await.unwrap();
}

async fn places(store: &Store) -> Vec<i64> {
    store.audit_after(0, 100).await.unwrap().iter().map(|record| record.seq).collect()
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
            expected.link = mac(&expected.chain_bytes().unwrap()).to_vec();
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
        let found: Vec<_> = records.iter().map(|record| (record.seq, record.target.clone())).collect();
        assert_eq!(found, [(1, target(2).to_string())]);
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

    async fn the_head_moves_with_every_record_and_falls_with_its_transaction(db: TestDb) {
        assert_eq!(db.store.audit_head().await.unwrap(), None);
        record(&db.store, 1).await;
        record(&db.store, 2).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.record(&event(3), &mac).await.unwrap();
        drop(tx);
        let newest = db.store.audit_after(1, 1).await.unwrap().remove(0);
        let head = db.store.audit_head().await.unwrap().unwrap();
        assert_eq!((head.seq, &head.link), (2, &newest.link));
        assert_eq!(head.mac, mac(&AuditHead::bytes(2, &newest.link)));
    }

    async fn a_cut_tail_keeps_its_places_empty(db: TestDb) {
        for n in 1..=3 {
            record(&db.store, n).await;
        }
        behind_its_back(&db, "DELETE FROM audit WHERE seq > 1").await;
        record(&db.store, 4).await;
        assert_eq!(places(&db.store).await, [1, 4]);
    }

    async fn a_head_that_was_changed_or_removed_leaves_a_hole_in_the_numbers(db: TestDb) {
        record(&db.store, 1).await;
        behind_its_back(&db, "UPDATE audit_head SET seq = 7").await;
        record(&db.store, 2).await;
        assert_eq!(places(&db.store).await, [1, 3]);
        behind_its_back(&db, "DELETE FROM audit_head").await;
        record(&db.store, 3).await;
        assert_eq!(places(&db.store).await, [1, 3, 5]);
    }

    async fn a_chain_of_a_version_without_heads_is_anchored_once_and_goes_on_without_a_hole(db: TestDb) {
        record(&db.store, 1).await;
        behind_its_back(&db, "DELETE FROM audit_head").await;
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(tx.anchor_audit_head(&mac).await.unwrap(), None, "a record of its time is there");
        drop(tx);
        behind_its_back(&db, "UPDATE audit SET encoding = 1").await;
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(tx.anchor_audit_head(&mac).await.unwrap(), Some(1));
        assert_eq!(tx.anchor_audit_head(&mac).await.unwrap(), None);
        tx.commit().await.unwrap();
        record(&db.store, 2).await;
        assert_eq!(places(&db.store).await, [1, 2]);
    }

    async fn filters_hold_together_and_pages_go_down(db: TestDb) {
        for n in 1..=3 {
            record(&db.store, n).await;
        }
        let found = async |filter: AuditFilter| {
            let rows = db.store.list_audit(&Visible::everything(), &AuditFilter { limit: 10, ..filter }).await.unwrap();
            rows.iter().map(|row| row.seq).collect::<Vec<_>>()
        };
        let any = AuditFilter::default;
        assert_eq!(found(any()).await, [3, 2, 1]);
        assert_eq!(found(AuditFilter { below: Some(3), ..any() }).await, [2, 1]);
        assert_eq!(found(AuditFilter { target: Some(target(2).to_string()), ..any() }).await, [2]);
        assert_eq!(found(AuditFilter { actor: Some(user(1).id.to_string()), ..any() }).await, [3, 2, 1]);
        assert!(found(AuditFilter { actor: Some("system".to_owned()), ..any() }).await.is_empty());
        assert!(found(AuditFilter { act: Some("key.revoke".to_owned()), ..any() }).await.is_empty());
        assert_eq!(found(AuditFilter { project_id: Some(project().id.to_string()), ..any() }).await, [3, 2, 1]);
        let (since, until) = (Some(NOON.plus(2)), Some(NOON.plus(3)));
        assert_eq!(found(AuditFilter { since, until, ..any() }).await, [2]);
    }

    async fn live_keys_are_neither_switched_off_nor_revoked(db: TestDb) {
        let (mut off, mut revoked) = (key(2), key(3));
        (off.enabled, revoked.revoked_at) = (false, Some(NOON));
        with_keys(&db.store, &[key(1), off.clone(), revoked.clone()]).await;
        let ids = [key(1).id, off.id, revoked.id].map(|id| id.to_string());
        assert_eq!(db.store.live_keys_among(&ids).await.unwrap(), [(ids[0].clone(), key(1).name)]);
        assert_eq!(db.store.live_keys_among(&[]).await.unwrap(), []);
    }
}
