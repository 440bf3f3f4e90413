//! `Send` check: servers run every handler on many threads, so the futures must be able to move between them.

use std::sync::Arc;

use domain::{Change, ChangeKind, Visible};
use store::{KeyFilter, RequestFilter, Store};

use crate::builders::{NOON, TestMacs, credential, key, project, request, upstream, user, version};

fn movable<F: Future + Send + 'static>(future: F) -> F {
    future
}

#[tokio::test]
async fn every_future_can_move_between_threads() {
    let location = store::Location::SqliteMemory;
    let run = movable(async move {
        store::inspect(&location).await?;
        let store = Store::open(&location).await?;
        store.migrate().await?;
        store.ping().await?;
        store.subscribe(Arc::new(|_| {}));
        store.poll_changes().await?;
        let (upstream, key, user) = (upstream(1), key(1), user(1));
        let (sealed, sealed_version) = credential(&upstream, 1);
        let (next, next_version) = credential(&upstream, 2);
        let mut tx = store.begin().await?;
        tx.find_installation().await?;
        tx.insert_project(&TestMacs, &project()).await?;
        tx.insert_user(&TestMacs, &user, "hash").await?;
        let account = tx.find_account(&user.id).await?.unwrap().verify(&TestMacs).unwrap();
        tx.update_account(&TestMacs, account).await?;
        tx.delete_sessions_of(&user.id).await?;
        tx.insert_key(&TestMacs, &key, &version(&key, 1)).await?;
        let row = tx.find_key(&key.id).await?.unwrap().verify(&TestMacs).unwrap();
        tx.update_key(&TestMacs, row).await?;
        tx.insert_upstream(&TestMacs, &upstream).await?;
        let row = tx.find_upstream(&upstream.id).await?.unwrap().verify(&TestMacs).unwrap();
        tx.update_upstream(&TestMacs, row).await?;
        tx.count_upstreams().await?;
        tx.list_upstreams().await?;
        tx.clear_damaged_defaults(&[]).await?;
        tx.default_claims().await?;
        tx.insert_credential(&TestMacs, &sealed, &sealed_version).await?;
        let mut row = tx.find_credential(&upstream.id).await?.unwrap().verify(&TestMacs).unwrap();
        row.edit().clone_from(&next);
        tx.replace_secret(&TestMacs, row, &next_version).await?;
        tx.delete_upstream(&upstream.id).await?;
        tx.note_expired_keys(NOON).await?;
        tx.announce(Change { kind: ChangeKind::Key, id: key.id.to_string() }).await?;
        tx.commit().await?;
        store.find_key(&key.id).await?;
        store.find_key_by_hash(&[1; 32]).await?;
        store.list_keys(&Visible::everything(), &KeyFilter::default()).await?;
        store.count_listed_keys(&Visible::everything(), &KeyFilter::default(), 1).await?;
        store.expiring_keys(&Visible::everything(), NOON, NOON, 1).await?;
        store.count_keys(&Visible::everything(), NOON).await?;
        store.touch_keys(&[(key.id.clone(), NOON)]).await?;
        store.list_upstreams().await?;
        store.list_credentials().await?;
        store.page_upstreams(&Visible::everything(), None, 1, 0).await?;
        store.count_upstreams(&Visible::everything()).await?;
        store.find_upstream_by_name("x").await?;
        store.find_credential(&upstream.id).await?;
        store.insert_requests(&[request(0)]).await?;
        store.list_requests(&Visible::everything(), &RequestFilter::default()).await?;
        store.find_request(&request(0).id).await?;
        store.request_hours(&Visible::everything(), NOON, NOON).await?;
        store.request_totals(&Visible::everything(), NOON).await?;
        store.upstream_figures(&Visible::everything(), NOON).await?;
        store.key_activity(&key.id, NOON).await?;
        store.latest_request_of_key(&key.id).await?;
        store.audit_after(0, 1).await?;
        store.load_session(&[]).await?;
        store.audit_head().await?;
        store.list_audit(&Visible::everything(), &store::AuditFilter::default()).await?;
        store.live_keys_among(&[]).await?;
        store.acquire_lease("x", "y", NOON, NOON).await?;
        store.release_lease("x", "y").await?;
        store.due_jobs(NOON).await?;
        store.due_events(NOON, 1).await?;
        store.trim_changes(1).await?;
        store.delete_ended_sessions(NOON, 1).await?;
        store.close().await;
        Ok::<_, store::Error>(())
    });
    run.await.unwrap();
}
