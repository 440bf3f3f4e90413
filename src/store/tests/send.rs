//! Servers run every handler on many threads: the futures must be able to move between them.

use std::sync::Arc;

use domain::{Change, ChangeKind, Timestamp};
use store::{KeyFilter, RequestFilter, Store};

use crate::builders::{NOON, credential, key, project, request, upstream, user, version};

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
        tx.set_setup_token(None).await?;
        tx.claim_setup(&[]).await?;
        tx.insert_project(&project()).await?;
        tx.insert_user(&user, "hash").await?;
        tx.set_password(&user.id, "hash").await?;
        tx.delete_sessions_of(&user.id).await?;
        tx.insert_key(&key, &version(&key, 1), &[]).await?;
        tx.find_key(&key.id).await?;
        tx.update_key(&key, &[]).await?;
        tx.insert_upstream(&upstream).await?;
        tx.find_upstream(&upstream.id).await?;
        tx.count_upstreams().await?;
        tx.list_upstreams().await?;
        tx.set_default(&upstream.id).await?;
        tx.insert_credential(&sealed, &sealed_version).await?;
        tx.find_credential(&upstream.id).await?;
        tx.replace_secret(&next, &next_version).await?;
        tx.delete_upstream(&upstream.id).await?;
        tx.announce(Change { kind: ChangeKind::Key, id: key.id.to_string() }).await?;
        tx.commit().await?;
        store.find_key(&key.id).await?;
        store.find_key_by_hash(&[1; 32]).await?;
        store.list_keys(&KeyFilter::default()).await?;
        store.expiring_keys(NOON, NOON, 1).await?;
        store.count_keys(NOON).await?;
        store.touch_keys(&[(key.id.clone(), NOON)]).await?;
        store.list_upstreams().await?;
        store.page_upstreams(1, 0).await?;
        store.find_upstream_by_name("x").await?;
        store.find_credential(&upstream.id).await?;
        store.insert_requests(&[request(0)]).await?;
        store.list_requests(&RequestFilter::default()).await?;
        store.find_request(&request(0).id).await?;
        store.request_hours(NOON, NOON).await?;
        store.request_totals(NOON).await?;
        store.upstream_figures(NOON).await?;
        store.key_activity(&key.id, NOON).await?;
        store.latest_request_of_key(&key.id).await?;
        store.audit_after(0, 1).await?;
        store.touch_session(&[], Timestamp(0)).await?;
        store.close().await;
        Ok::<_, store::Error>(())
    });
    run.await.unwrap();
}
