//! Outbox tests: delivery, retries, back-off.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use control::{
    events::{Delivery, Dispatcher},
    jobs::Runner,
    keys,
};
use domain::{OutboxEvent, RevokeReason};
use testkit_db::{TestDb, both_engines};

use crate::fixture::{HOUR, Node};

/// Remembers what it was handed.
#[derive(Default)]
struct RecordingDelivery {
    name: &'static str,
    delivered: Mutex<Vec<(String, String)>>,
    fails: AtomicBool,
}

impl RecordingDelivery {
    fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self { name, ..Self::default() })
    }

    fn kinds(&self) -> Vec<String> {
        self.delivered.lock().unwrap().iter().map(|(_, kind)| kind.clone()).collect()
    }

    fn ids(&self) -> Vec<String> {
        self.delivered.lock().unwrap().iter().map(|(id, _)| id.clone()).collect()
    }
}

#[async_trait]
impl Delivery for RecordingDelivery {
    fn name(&self) -> &str {
        self.name
    }

    fn takes(&self, kind: &str) -> bool {
        kind.starts_with("key.")
    }

    async fn deliver(&self, event: &OutboxEvent) -> Result<(), String> {
        self.delivered.lock().unwrap().push((event.id.to_string(), event.kind.clone()));
        if self.fails.load(Ordering::SeqCst) { Err("no answer".to_owned()) } else { Ok(()) }
    }
}

both_engines! {
    async fn acts_on_keys_become_events_under_the_ids_of_their_records(db: TestDb) {
        let node = Node::first(&db).await;
        let (key, secret) = node.key("ci").await;
        let id = key.id.as_str().parse().unwrap();
        keys::disable(&node.cx(), &id).await.unwrap();
        node.forward(1);
        keys::enable(&node.cx(), &id).await.unwrap();
        node.forward(1);
        keys::revoke(&node.cx(), &id, RevokeReason::Other).await.unwrap();
        let kept = RecordingDelivery::new("test");
        let dispatcher = Dispatcher::new(node.control.clone(), vec![kept.clone()]);
        assert_eq!(dispatcher.dispatch().await.unwrap(), 4);
        let mut kinds = kept.kinds();
        kinds.sort();
        assert_eq!(kinds, ["key.created", "key.disabled", "key.enabled", "key.revoked"]);
        let mut ids = kept.ids();
        ids.sort();
        let mut records: Vec<_> = db.store.audit_after(0, 10).await.unwrap().into_iter().map(|row| row.id).collect();
        records.sort();
        assert_eq!(ids, records);
        for event in db.store.newest_events(10).await.unwrap() {
            assert_eq!(event.subject, key.id.as_str());
            assert!(event.payload.contains(&event.kind) && !event.payload.contains(&secret));
            assert!(event.done_at.is_some());
        }
        assert_eq!(dispatcher.dispatch().await.unwrap(), 0);
    }

    async fn a_failed_delivery_comes_again_with_the_same_id_and_leaves_the_others_alone(db: TestDb) {
        let node = Node::first(&db).await;
        node.key("ci").await;
        let (good, bad) = (RecordingDelivery::new("good"), RecordingDelivery::new("bad"));
        bad.fails.store(true, Ordering::SeqCst);
        let dispatcher = Dispatcher::new(node.control.clone(), vec![good.clone(), bad.clone()]);
        assert_eq!(dispatcher.dispatch().await.unwrap(), 1);
        assert_eq!(dispatcher.dispatch().await.unwrap(), 0, "it waits");
        node.forward(10_000);
        assert_eq!(dispatcher.dispatch().await.unwrap(), 1);
        node.forward(19_999);
        assert_eq!(dispatcher.dispatch().await.unwrap(), 0, "and longer each time");
        let event = db.store.newest_events(1).await.unwrap().remove(0);
        assert_eq!((event.attempts, event.last_error.as_deref()), (2, Some("bad: no answer")));
        bad.fails.store(false, Ordering::SeqCst);
        node.forward(1);
        assert_eq!(dispatcher.dispatch().await.unwrap(), 1);
        assert_eq!(good.ids().len(), 1);
        assert_eq!(bad.ids(), vec![event.id.to_string(); 3]);
        assert!(db.store.newest_events(1).await.unwrap()[0].done_at.is_some());
    }

    async fn an_event_is_given_up_in_the_end(db: TestDb) {
        let node = Node::first(&db).await;
        node.key("ci").await;
        let bad = RecordingDelivery::new("bad");
        bad.fails.store(true, Ordering::SeqCst);
        let dispatcher = Dispatcher::new(node.control.clone(), vec![bad.clone()]);
        for _ in 0..60 {
            dispatcher.dispatch().await.unwrap();
            node.forward(HOUR);
        }
        assert_eq!(bad.ids().len(), usize::try_from(OutboxEvent::ATTEMPTS_MAX).unwrap());
        let event = db.store.newest_events(1).await.unwrap().remove(0);
        assert!(event.done_at.is_some() && event.last_error.is_some());
    }

    async fn two_dispatchers_on_one_database_deliver_each_event_once(db: TestDb) {
        let node = Node::first(&db).await;
        let other = node.beside(&db).await;
        for n in 0..5 {
            node.key(&format!("key {n}")).await;
        }
        let kept = RecordingDelivery::new("test");
        let one = Dispatcher::new(node.control.clone(), vec![kept.clone()]);
        let two = Dispatcher::new(other.control.clone(), vec![kept.clone()]);
        let (first, second) = tokio::join!(one.dispatch(), two.dispatch());
        assert_eq!(first.unwrap() + second.unwrap(), 5);
        let mut ids = kept.ids();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), kept.ids().len()), (5, 5));
    }

    async fn done_events_are_pruned_by_the_job(db: TestDb) {
        let node = Node::first(&db).await;
        node.key("ci").await;
        let runner = Runner::new(node.control.clone());
        runner.register().await.unwrap();
        Dispatcher::new(node.control.clone(), Vec::new()).dispatch().await.unwrap();
        node.forward(7 * 24 * HOUR);
        runner.run_due().await.unwrap();
        assert_eq!(db.store.newest_events(10).await.unwrap().len(), 1, "it is a week old to the instant");
        node.forward(HOUR);
        runner.run_due().await.unwrap();
        assert!(db.store.newest_events(10).await.unwrap().is_empty());
    }
}
