use domain::{KeyEnv, ModelPattern, RateLimits, RevokeReason, Timestamp, VirtualKey};
use store::{Error, StoredKey};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, behind_its_back, key, upstream, user, version, with_keys, with_project};

/// A key that says something in every field.
fn full() -> VirtualKey {
    VirtualKey {
        owner_id: Some(user(1).id),
        name: "Prüfung \"1\" %".to_owned(),
        description: "for\nthe night".to_owned(),
        env: KeyEnv::Test,
        enabled: false,
        expires_at: Some(NOON.plus(5)),
        revoked_at: Some(NOON.plus(6)),
        revoke_reason: Some(RevokeReason::Leaked),
        allowed_models: ["gpt-*", "say\"hi"].map(|m| ModelPattern::try_from(m.to_owned()).unwrap()).to_vec(),
        allowed_upstreams: vec![upstream(1).id, upstream(2).id],
        allowed_cidrs: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
        rate_limits: RateLimits { requests_per_minute: Some(u32::MAX) },
        last_used_at: Some(NOON.plus(7)),
        ..key(1)
    }
}

both_engines! {
    async fn every_field_comes_back(db: TestDb) {
        with_project(&db.store).await;
        let (key, hash) = (full(), [1; 32]);
        let stored = StoredKey { key: key.clone(), version: version(&key, 1), row_mac: vec![3; 32] };
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_user(&user(1), "hash").await.unwrap();
        tx.insert_key(&key, &stored.version, &stored.row_mac).await.unwrap();
        assert_eq!(tx.find_key(&key.id).await.unwrap(), Some(stored.clone()));
        tx.commit().await.unwrap();
        assert_eq!(db.store.find_key(&key.id).await.unwrap(), Some(key));
        assert_eq!(db.store.find_key_by_hash(&hash).await.unwrap(), Some(stored));
    }

    async fn what_is_not_there_is_none(db: TestDb) {
        with_keys(&db.store, &[key(1)]).await;
        assert_eq!(db.store.find_key(&key(2).id).await.unwrap(), None);
        assert_eq!(db.store.find_key_by_hash(&[9; 32]).await.unwrap(), None);
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(tx.find_key(&key(2).id).await.unwrap(), None);
    }

    async fn an_update_reaches_every_field_but_those_with_writers_of_their_own(db: TestDb) {
        with_keys(&db.store, &[key(1), key(2)]).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_user(&user(1), "hash").await.unwrap();
        let changed = VirtualKey { updated_at: NOON.plus(99), ..full() };
        tx.update_key(&changed, &[8; 32]).await.unwrap();
        tx.commit().await.unwrap();

        let stored = db.store.find_key_by_hash(&[1; 32]).await.unwrap().unwrap();
        let expected = VirtualKey { env: KeyEnv::Live, last_used_at: None, ..changed };
        assert_eq!((stored.key, stored.row_mac), (expected, vec![8; 32]));
        let other = db.store.find_key_by_hash(&[2; 32]).await.unwrap().unwrap();
        assert_eq!((other.key, other.row_mac), (key(2), vec![2; 32]));
    }

    async fn an_older_version_is_found_and_the_key_shows_the_current_one(db: TestDb) {
        with_keys(&db.store, &[key(1)]).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.update_key(&key(1), &[7; 32]).await.unwrap();
        tx.commit().await.unwrap();
        behind_its_back(
            &db,
            "INSERT INTO key_versions (key_id, version, lookup_hash, masked, row_mac, created_at) \
             SELECT key_id, 2, row_mac, 'new', row_mac, 5 FROM key_versions; UPDATE keys SET version = 2",
        )
        .await;
        let current = VirtualKey { version: 2, masked: "new".to_owned(), ..key(1) };
        let old = db.store.find_key_by_hash(&[1; 32]).await.unwrap().unwrap();
        assert_eq!((old.key, old.version), (current.clone(), version(&key(1), 1)));
        let new = db.store.find_key_by_hash(&[7; 32]).await.unwrap().unwrap();
        assert_eq!((&new.key, new.version.version, new.version.masked.as_str()), (&current, 2, "new"));
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(tx.find_key(&current.id).await.unwrap(), Some(new));
    }

    async fn two_keys_never_share_a_hash(db: TestDb) {
        with_keys(&db.store, &[key(1)]).await;
        let mut tx = db.store.begin().await.unwrap();
        let refused = tx.insert_key(&key(2), &version(&key(2), 1), &[]).await;
        assert!(matches!(refused, Err(Error::Conflict("keys_hash"))));
    }

    async fn a_key_needs_its_project(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        let refused = tx.insert_key(&key(1), &version(&key(1), 1), &[]).await;
        assert!(matches!(refused, Err(Error::Conflict("reference"))));
    }

    async fn the_last_use_moves_forward_only_and_touches_nothing_else(db: TestDb) {
        with_keys(&db.store, &[key(1), key(2)]).await;
        let (one, two) = (key(1).id, key(2).id);
        let (early, late) = (NOON.plus(60_000), NOON.plus(120_000));
        db.store.touch_keys(&[]).await.unwrap();
        db.store.touch_keys(&[(one.clone(), late), (two.clone(), early), (key(9).id, late)]).await.unwrap();
        db.store.touch_keys(&[(one.clone(), early)]).await.unwrap();
        let used = |key: VirtualKey, at: Timestamp| VirtualKey { last_used_at: Some(at), ..key };
        assert_eq!(db.store.find_key(&one).await.unwrap(), Some(used(key(1), late)));
        assert_eq!(db.store.find_key(&two).await.unwrap(), Some(used(key(2), early)));
    }

    async fn a_row_that_does_not_parse_is_damage_and_names_its_column(db: TestDb) {
        with_keys(&db.store, &[key(1)]).await;
        for (column, value, back) in [
            ("env", "'staging'", "'live'"),
            ("allowed_models", "'[\"a b\"]'", "'[]'"),
            ("allowed_upstreams", "'[\"key_1\"]'", "'[]'"),
            ("allowed_cidrs", "'not json'", "'[]'"),
            ("requests_per_minute", "-1", "NULL"),
            ("revoke_reason", "'because'", "NULL"),
        ] {
            behind_its_back(&db, &format!("UPDATE keys SET {column} = {value}")).await;
            match db.store.find_key(&key(1).id).await {
                Err(Error::Damaged(what)) => assert!(what.contains(&format!("keys.{column}")), "{what}"),
                other => panic!("{column}: {other:?}"),
            }
            behind_its_back(&db, &format!("UPDATE keys SET {column} = {back}")).await;
        }
        assert!(db.store.find_key(&key(1).id).await.unwrap().is_some());

        let mut tx = db.store.begin().await.unwrap();
        tx.update_key(&key(1), &[7; 31]).await.unwrap();
        tx.commit().await.unwrap();
        behind_its_back(&db, "UPDATE key_versions SET lookup_hash = row_mac").await;
        let mut tx = db.store.begin().await.unwrap();
        assert!(matches!(tx.find_key(&key(1).id).await, Err(Error::Damaged(_))));
    }
}
