//! Directory tests: change notices, staleness, streams ended by a revocation.

use super::*;
use crate::fixture::{Issued, TestGateway};

async fn state(fixture: &TestGateway, issued: &Issued) -> Option<KeyState> {
    let found = fixture.gateway.directory.find_key(&issued.secret, [127, 0, 0, 1].into()).await.unwrap();
    found.map(|(known, _)| known.key.state(fixture.clock.now()))
}

#[tokio::test]
async fn what_is_committed_holds_for_the_next_request() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    assert_eq!(state(&fixture, &issued).await, Some(KeyState::Active));
    fixture.change(&issued, ChangeKind::KeyEnded, true, |key| key.enabled = false).await;
    assert_eq!(state(&fixture, &issued).await, Some(KeyState::Disabled));
    fixture.change(&issued, ChangeKind::Key, true, |_| {}).await;
    assert_eq!(state(&fixture, &issued).await, Some(KeyState::Active));
    fixture.revoke(&issued).await;
    assert_eq!(state(&fixture, &issued).await, Some(KeyState::Revoked));
}

#[tokio::test]
async fn a_key_made_after_it_was_asked_for_is_found_at_once() {
    let fixture = TestGateway::new().await;
    let one = fixture.issue(|_| {}).await;
    let unknown = SecretString::from("sk-auto-live-unknown");
    assert!(fixture.gateway.directory.find_key(&unknown, [127, 0, 0, 1].into()).await.unwrap().is_none());
    let two = fixture.issue(|_| {}).await;
    assert!(state(&fixture, &one).await.is_some() && state(&fixture, &two).await.is_some());
}

#[tokio::test]
async fn a_row_changed_behind_our_back_is_no_key() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|key| key.policy.rate_limits.requests_per_minute = Some(1)).await;
    fixture.change(&issued, ChangeKind::Key, false, |key| key.policy.rate_limits.requests_per_minute = None).await;
    assert_eq!(state(&fixture, &issued).await, None);
}

#[tokio::test]
async fn without_the_database_cached_keys_live_a_minute() {
    let fixture = TestGateway::new().await;
    let (cached, other) = (fixture.issue(|_| {}).await, fixture.issue(|_| {}).await);
    fixture.upstream("echo", "echo:", true).await;
    assert!(state(&fixture, &cached).await.is_some());
    assert_eq!(fixture.gateway.directory.routes().await.unwrap().upstreams.len(), 1);
    fixture.db.store.close().await;
    for _ in 0..5 {
        fixture.clock.advance(Duration::from_secs(11));
        assert!(state(&fixture, &cached).await.is_some());
        assert!(fixture.gateway.directory.routes().await.is_ok());
    }
    assert_eq!(
        fixture.gateway.directory.find_key(&other.secret, [127, 0, 0, 1].into()).await.err(),
        Some(StoreUnavailable)
    );
    fixture.clock.advance(Duration::from_secs(6));
    assert_eq!(
        fixture.gateway.directory.find_key(&cached.secret, [127, 0, 0, 1].into()).await.err(),
        Some(StoreUnavailable)
    );
    assert_eq!(fixture.gateway.directory.routes().await.err(), Some(StoreUnavailable));
}

#[tokio::test]
async fn what_no_notice_announced_is_seen_after_five_seconds() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    fixture.upstream("echo", "echo:", true).await;
    assert_eq!(state(&fixture, &issued).await, Some(KeyState::Active));
    assert_eq!(fixture.gateway.directory.routes().await.unwrap().upstreams.len(), 1);
    // Another process writes, and its notice is lost.
    let elsewhere = Store::open(&fixture.db.location).await.unwrap();
    let mut tx = elsewhere.begin().await.unwrap();
    let mut key = fixture.keyring.verify(tx.find_key(&issued.key.id).await.unwrap().unwrap()).unwrap();
    key.edit().revoked_at = Some(fixture.clock.now());
    tx.update_key(&fixture.keyring, key).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(state(&fixture, &issued).await, Some(KeyState::Active));
    fixture.clock.advance(Duration::from_secs(5));
    assert_eq!(state(&fixture, &issued).await, Some(KeyState::Revoked));
}

#[tokio::test]
async fn upstreams_follow_their_notices() {
    let fixture = TestGateway::new().await;
    assert!(fixture.gateway.directory.routes().await.unwrap().upstreams.is_empty());
    let upstream = fixture.upstream("openai_compatible", "http://127.0.0.1:9/v1", true).await;
    let routes = fixture.gateway.directory.routes().await.unwrap();
    assert!(routes.upstreams[0].is_default());
    assert!(
        routes.way(&upstream, domain::Dialect::Openai, &fixture.keyring).unwrap().unwrap().credential.is_none(),
        "no secret is stored"
    );
}

#[tokio::test]
async fn revoking_ends_the_watch_of_requests_under_way() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    let (_, stream_guard) =
        fixture.gateway.directory.find_key(&issued.secret, [127, 0, 0, 1].into()).await.unwrap().unwrap();
    assert!(!stream_guard.ended().is_cancelled());
    fixture.revoke(&issued).await;
    ended(&stream_guard).await;
}

async fn ended(stream_guard: &StreamGuard) {
    let outcome = tokio::time::timeout(Duration::from_secs(10), stream_guard.ended().cancelled_owned()).await;
    assert!(outcome.is_ok(), "an active key without a notice of its end");
}

#[tokio::test]
async fn a_repeated_notice_ends_nothing_of_a_key_that_is_enabled_again() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    fixture.change(&issued, ChangeKind::KeyEnded, true, |key| key.enabled = false).await;
    fixture.change(&issued, ChangeKind::Key, true, |_| {}).await;
    let (_, stream_guard) =
        fixture.gateway.directory.find_key(&issued.secret, [127, 0, 0, 1].into()).await.unwrap().unwrap();
    // As the poll says it, after everything.
    let same_listener = fixture.gateway.directory.change_listener.clone();
    same_listener.clone().end_streams(issued.key.id.clone()).await;
    assert!(!stream_guard.ended().is_cancelled());
    fixture.db.store.close().await;
    same_listener.end_streams(issued.key.id.clone()).await;
    assert!(stream_guard.ended().is_cancelled(), "in doubt it ends");
}

/// However lookups and revokes interleave, whoever got an active key gets to know that it ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_slips_between_lookup_and_revoke() {
    let fixture = Arc::new(TestGateway::new().await);
    let mut before_the_revoke = 0;
    for _ in 0..20 {
        let issued = Arc::new(fixture.issue(|_| {}).await);
        let lookups: Vec<_> = (0..8)
            .map(|_| {
                let (fixture, issued) = (fixture.clone(), issued.clone());
                #[allow(clippy::disallowed_methods)] // a test's own tasks end with it
                tokio::spawn(async move {
                    fixture.gateway.directory.find_key(&issued.secret, [127, 0, 0, 1].into()).await.unwrap().unwrap()
                })
            })
            .collect();
        fixture.revoke(&issued).await;
        for lookup in lookups {
            let (known, stream_guard) = lookup.await.unwrap();
            if known.key.state(fixture.clock.now()) == KeyState::Active {
                before_the_revoke += 1;
                ended(&stream_guard).await;
            }
        }
    }
    assert!(before_the_revoke > 0, "no lookup came before its revoke: nothing was shown");
}
