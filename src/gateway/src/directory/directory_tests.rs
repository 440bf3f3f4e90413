use domain::Provider;

use super::*;
use crate::fixture::{House, Issued};

async fn state(house: &House, issued: &Issued) -> Option<KeyState> {
    let found = house.gateway.directory.find_key(&issued.secret).await.unwrap();
    found.map(|(known, _)| known.key.state(house.clock.now()))
}

#[tokio::test]
async fn what_is_committed_holds_for_the_next_request() {
    let house = House::new().await;
    let issued = house.issue(|_| {}).await;
    assert_eq!(state(&house, &issued).await, Some(KeyState::Active));
    house.change(&issued, ChangeKind::KeyEnded, true, |key| key.enabled = false).await;
    assert_eq!(state(&house, &issued).await, Some(KeyState::Disabled));
    house.change(&issued, ChangeKind::Key, true, |_| {}).await;
    assert_eq!(state(&house, &issued).await, Some(KeyState::Active));
    house.revoke(&issued).await;
    assert_eq!(state(&house, &issued).await, Some(KeyState::Revoked));
}

#[tokio::test]
async fn a_key_made_after_it_was_asked_for_is_found_at_once() {
    let house = House::new().await;
    let one = house.issue(|_| {}).await;
    let unknown = SecretString::from("sk-auto-live-unknown");
    assert!(house.gateway.directory.find_key(&unknown).await.unwrap().is_none());
    let two = house.issue(|_| {}).await;
    assert!(state(&house, &one).await.is_some() && state(&house, &two).await.is_some());
}

#[tokio::test]
async fn a_row_changed_behind_our_back_is_no_key() {
    let house = House::new().await;
    let issued = house.issue(|key| key.policy.rate_limits.requests_per_minute = Some(1)).await;
    house.change(&issued, ChangeKind::Key, false, |key| key.policy.rate_limits.requests_per_minute = None).await;
    assert_eq!(state(&house, &issued).await, None);
}

#[tokio::test]
async fn without_the_database_cached_keys_live_a_minute() {
    let house = House::new().await;
    let (cached, other) = (house.issue(|_| {}).await, house.issue(|_| {}).await);
    house.upstream(Provider::Echo, "echo:", true).await;
    assert!(state(&house, &cached).await.is_some());
    assert_eq!(house.gateway.directory.routes().await.unwrap().upstreams.len(), 1);
    house.db.store.close().await;
    for _ in 0..5 {
        house.clock.advance(Duration::from_secs(11));
        assert!(state(&house, &cached).await.is_some());
        assert!(house.gateway.directory.routes().await.is_ok());
    }
    assert_eq!(house.gateway.directory.find_key(&other.secret).await.err(), Some(StoreGone));
    house.clock.advance(Duration::from_secs(6));
    assert_eq!(house.gateway.directory.find_key(&cached.secret).await.err(), Some(StoreGone));
    assert_eq!(house.gateway.directory.routes().await.err(), Some(StoreGone));
}

#[tokio::test]
async fn what_no_notice_told_is_seen_after_five_seconds() {
    let house = House::new().await;
    let issued = house.issue(|_| {}).await;
    house.upstream(Provider::Echo, "echo:", true).await;
    assert_eq!(state(&house, &issued).await, Some(KeyState::Active));
    assert_eq!(house.gateway.directory.routes().await.unwrap().upstreams.len(), 1);
    // Another process writes, and its notice is lost.
    let elsewhere = Store::open(&house.db.location).await.unwrap();
    let mut tx = elsewhere.begin().await.unwrap();
    let mut key = house.keyring.verify(tx.find_key(&issued.key.id).await.unwrap().unwrap()).unwrap();
    key.edit().revoked_at = Some(house.clock.now());
    tx.update_key(&house.keyring, key).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(state(&house, &issued).await, Some(KeyState::Active));
    house.clock.advance(Duration::from_secs(5));
    assert_eq!(state(&house, &issued).await, Some(KeyState::Revoked));
}

#[tokio::test]
async fn upstreams_follow_their_notices() {
    let house = House::new().await;
    assert!(house.gateway.directory.routes().await.unwrap().upstreams.is_empty());
    let upstream = house.upstream(Provider::OpenaiCompatible, "http://127.0.0.1:9/v1", true).await;
    let routes = house.gateway.directory.routes().await.unwrap();
    assert!(routes.upstreams[0].is_default);
    assert!(routes.bearer(&upstream, &house.keyring).unwrap().is_none(), "no secret is stored");
}

#[tokio::test]
async fn revoking_ends_the_watch_of_requests_under_way() {
    let house = House::new().await;
    let issued = house.issue(|_| {}).await;
    let (_, watch) = house.gateway.directory.find_key(&issued.secret).await.unwrap().unwrap();
    assert!(!watch.ended().is_cancelled());
    house.revoke(&issued).await;
    ended(&watch).await;
}

async fn ended(watch: &Watch) {
    let told = tokio::time::timeout(Duration::from_secs(10), watch.ended().cancelled_owned()).await;
    assert!(told.is_ok(), "an active key whose end nobody told");
}

#[tokio::test]
async fn a_notice_told_again_ends_nothing_of_a_key_that_is_enabled_again() {
    let house = House::new().await;
    let issued = house.issue(|_| {}).await;
    house.change(&issued, ChangeKind::KeyEnded, true, |key| key.enabled = false).await;
    house.change(&issued, ChangeKind::Key, true, |_| {}).await;
    let (_, watch) = house.gateway.directory.find_key(&issued.secret).await.unwrap().unwrap();
    // As the poll says it, after everything.
    let told_again = house.gateway.directory.notices.clone();
    told_again.clone().end_streams(issued.key.id.clone()).await;
    assert!(!watch.ended().is_cancelled());
    house.db.store.close().await;
    told_again.end_streams(issued.key.id.clone()).await;
    assert!(watch.ended().is_cancelled(), "in doubt it ends");
}

/// However lookups and revokes interleave, whoever got an active key gets to know that it ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_slips_between_lookup_and_revoke() {
    let house = Arc::new(House::new().await);
    let mut before_the_revoke = 0;
    for _ in 0..20 {
        let issued = Arc::new(house.issue(|_| {}).await);
        let lookups: Vec<_> = (0..8)
            .map(|_| {
                let (house, issued) = (house.clone(), issued.clone());
                #[allow(clippy::disallowed_methods)] // a test's own tasks end with it
                tokio::spawn(async move { house.gateway.directory.find_key(&issued.secret).await.unwrap().unwrap() })
            })
            .collect();
        house.revoke(&issued).await;
        for lookup in lookups {
            let (known, watch) = lookup.await.unwrap();
            if known.key.state(house.clock.now()) == KeyState::Active {
                before_the_revoke += 1;
                ended(&watch).await;
            }
        }
    }
    assert!(before_the_revoke > 0, "no lookup came before its revoke: nothing was shown");
}
