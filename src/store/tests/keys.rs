//! Store tests: virtual keys.

use domain::{
    Damage, KeyEnv, KeyVersion, Labels, ModelPattern, Policy, RateLimits, RevokeReason, Timestamp, VirtualKey,
};
use store::{Constraint, Error, Store};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, TestMacs, behind_its_back, key, sound, upstream, user, version, with_keys, with_project};

/// A key that says something in every field.
fn full() -> VirtualKey {
    VirtualKey {
        owner_id: Some(user(1).id),
        name: "Prüfung \"1\" %".to_owned(),
        labels: Labels {
            description: "for\nthe night".to_owned(),
            tags: ["ci", "Größe 2"].map(|tag| tag.parse().unwrap()).to_vec(),
            metadata: serde_json::from_str(r#"{"cost centre": 4711, "z": null, "a": [{"\u0000": "\"é"}]}"#).unwrap(),
        },
        env: KeyEnv::Test,
        enabled: false,
        expires_at: Some(NOON.plus(5)),
        revoked_at: Some(NOON.plus(6)),
        revoke_reason: Some(RevokeReason::Leaked),
        policy: Policy {
            allowed_models: ["gpt-*", "say\"hi"].map(|m| ModelPattern::try_from(m.to_owned()).unwrap()).to_vec(),
            allowed_upstreams: vec![upstream(1).id, upstream(2).id],
            allowed_cidrs: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            rate_limits: RateLimits { requests_per_minute: Some(u32::MAX), ..RateLimits::default() },
            ..Policy::default()
        },
        policy_version: 7,
        last_used_at: Some(NOON.plus(7)),
        ..key(1)
    }
}

async fn by_hash(store: &Store, hash: u8) -> Option<(VirtualKey, KeyVersion)> {
    let found = store.find_key_by_hash(&[hash; 32]).await.unwrap()?;
    Some((sound(Some(found.key)).unwrap(), sound(Some(found.version)).unwrap()))
}

async fn find(store: &Store, key: &VirtualKey) -> Option<VirtualKey> {
    sound(store.find_key(&key.id).await.unwrap())
}

both_engines! {
    async fn every_field_comes_back(db: TestDb) {
        with_project(&db.store).await;
        let key = full();
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_user(&TestMacs, &user(1), "hash").await.unwrap();
        tx.insert_key(&TestMacs, &key, &version(&key, 1)).await.unwrap();
        assert_eq!(sound(tx.find_key(&key.id).await.unwrap()), Some(key.clone()));
        tx.commit().await.unwrap();
        assert_eq!(find(&db.store, &key).await, Some(key.clone()));
        assert_eq!(by_hash(&db.store, 1).await, Some((key.clone(), version(&key, 1))));
    }

    async fn what_is_not_there_is_none(db: TestDb) {
        with_keys(&db.store, &[key(1)]).await;
        assert_eq!(find(&db.store, &key(2)).await, None);
        assert_eq!(by_hash(&db.store, 9).await, None);
        let mut tx = db.store.begin().await.unwrap();
        assert!(tx.find_key(&key(2).id).await.unwrap().is_none());
    }

    async fn an_update_reaches_every_field_but_the_one_with_a_writer_of_its_own(db: TestDb) {
        with_keys(&db.store, &[key(1), key(2)]).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_user(&TestMacs, &user(1), "hash").await.unwrap();
        let changed = VirtualKey { updated_at: NOON.plus(99), ..full() };
        let mut row = tx.find_key(&key(1).id).await.unwrap().unwrap().verify(&TestMacs).unwrap();
        assert_eq!(row.epoch(), 1);
        *row.edit() = changed.clone();
        assert_eq!(tx.update_key(&TestMacs, row).await.unwrap().epoch(), 2);
        tx.commit().await.unwrap();
        let expected = VirtualKey { last_used_at: None, ..changed };
        assert_eq!(find(&db.store, &key(1)).await, Some(expected));
        assert_eq!(find(&db.store, &key(2)).await, Some(key(2)));
    }

    /// A change of any column but the one that says why not, and the row no longer verifies.
    async fn a_row_changed_from_outside_is_tampered_with(db: TestDb) {
        with_keys(&db.store, &[key(1)]).await;
        for change in ["enabled = FALSE", "expires_at = 5", "policy = '{}' || ' '", "epoch = epoch + 1", "mac = NULL"] {
            behind_its_back(&db, "CREATE TABLE kept AS SELECT * FROM keys").await;
            behind_its_back(&db, &format!("UPDATE keys SET {change}")).await;
            let damaged = db.store.find_key(&key(1).id).await.unwrap().unwrap().verify(&TestMacs).unwrap_err();
            assert_eq!(damaged.damage, Damage::Tampered, "{change}");
            behind_its_back(&db, "UPDATE keys SET (enabled, expires_at, policy, epoch, mac) = \
                (SELECT enabled, expires_at, policy, epoch, mac FROM kept); DROP TABLE kept").await;
        }
        behind_its_back(&db, "UPDATE keys SET last_used_at = 5").await;
        assert_eq!(find(&db.store, &key(1)).await.unwrap().last_used_at, Some(Timestamp(5)));
    }

    /// R13: what was seen to be newer is not undone by putting the older row back.
    async fn an_older_state_that_is_put_back_is_refused(db: TestDb) {
        with_keys(&db.store, &[key(1)]).await;
        behind_its_back(&db, "CREATE TABLE kept AS SELECT * FROM keys").await;
        let mut tx = db.store.begin().await.unwrap();
        let mut row = tx.find_key(&key(1).id).await.unwrap().unwrap().verify(&TestMacs).unwrap();
        row.edit().revoked_at = Some(NOON);
        tx.update_key(&TestMacs, row).await.unwrap();
        tx.commit().await.unwrap();
        behind_its_back(&db, "UPDATE keys SET (revoked_at, epoch, mac) = (SELECT revoked_at, epoch, mac FROM kept)").await;
        let damaged = db.store.find_key(&key(1).id).await.unwrap().unwrap().verify(&TestMacs).unwrap_err();
        assert_eq!(damaged.damage, Damage::Replayed { epoch: 1, seen: 2 });
    }

    async fn an_update_of_what_was_not_read_last_is_stale(db: TestDb) {
        with_keys(&db.store, &[key(1)]).await;
        let mut tx = db.store.begin().await.unwrap();
        let row = tx.find_key(&key(1).id).await.unwrap().unwrap().verify(&TestMacs).unwrap();
        tx.update_key(&TestMacs, row.clone()).await.unwrap();
        assert!(matches!(tx.update_key(&TestMacs, row).await, Err(Error::Conflict(Constraint::Stale))));
    }

    async fn ending_a_damaged_key_signs_nothing(db: TestDb) {
        with_keys(&db.store, &[key(1), key(2)]).await;
        behind_its_back(&db, "UPDATE keys SET name = 'changed'").await;
        let mut tx = db.store.begin().await.unwrap();
        tx.revoke_damaged_key(&key(1).id, NOON.plus(9), &RevokeReason::Leaked).await.unwrap();
        tx.commit().await.unwrap();
        let damaged = db.store.find_key(&key(1).id).await.unwrap().unwrap().verify(&TestMacs).unwrap_err();
        let claimed = damaged.claimed.unwrap();
        assert_eq!((claimed.enabled, claimed.revoked_at, claimed.revoke_reason), (false, Some(NOON.plus(9)), Some(RevokeReason::Leaked)));
        let other = db.store.find_key(&key(2).id).await.unwrap().unwrap().verify(&TestMacs).unwrap_err();
        assert_eq!(other.claimed.unwrap().revoked_at, None);
    }

    async fn two_keys_never_share_a_hash(db: TestDb) {
        with_keys(&db.store, &[key(1)]).await;
        let mut tx = db.store.begin().await.unwrap();
        let refused = tx.insert_key(&TestMacs, &key(2), &version(&key(2), 1)).await;
        assert!(matches!(refused, Err(Error::Conflict(Constraint::KeysHash))));
    }

    async fn a_key_needs_its_project(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        let refused = tx.insert_key(&TestMacs, &key(1), &version(&key(1), 1)).await;
        assert!(matches!(refused, Err(Error::Conflict(Constraint::Reference))));
    }

    async fn the_last_use_moves_forward_only_and_touches_nothing_else(db: TestDb) {
        with_keys(&db.store, &[key(1), key(2)]).await;
        let (one, two) = (key(1).id, key(2).id);
        let (early, late) = (NOON.plus(60_000), NOON.plus(120_000));
        db.store.touch_keys(&[]).await.unwrap();
        db.store.touch_keys(&[(one.clone(), late), (two.clone(), early), (key(9).id, late)]).await.unwrap();
        db.store.touch_keys(&[(one.clone(), early)]).await.unwrap();
        let used = |key: VirtualKey, at: Timestamp| VirtualKey { last_used_at: Some(at), ..key };
        assert_eq!(sound(db.store.find_key(&one).await.unwrap()), Some(used(key(1), late)));
        assert_eq!(sound(db.store.find_key(&two).await.unwrap()), Some(used(key(2), early)));
    }

    /// F12: a row that this version cannot read is one row.
    async fn a_row_that_does_not_parse_damages_itself_and_names_its_column(db: TestDb) {
        with_keys(&db.store, &[key(1), key(2)]).await;
        for (column, value, back) in [
            ("env", "'staging'", "'live'"),
            ("policy", r#"'{"allowed_models":["a b"]}'"#, "'{}'"),
            ("policy", r#"'{"allowed_upstreams":["key_1"]}'"#, "'{}'"),
            ("policy", r#"'{"scopes":["chat"]}'"#, "'{}'"),
            ("policy", "'not json'", "'{}'"),
            ("policy", r#"'{"rate_limits":{"requests_per_minute":-1}}'"#, "'{}'"),
        ] {
            let which = format!("WHERE id = '{}'", key(1).id);
            behind_its_back(&db, &format!("UPDATE keys SET {column} = {value} {which}")).await;
            let row = db.store.find_key(&key(1).id).await.unwrap().unwrap().verify(&TestMacs);
            match row.unwrap_err().damage {
                Damage::Unreadable(what) => assert!(what.contains(&format!("keys.{column}")), "{what}"),
                other => panic!("{column}: {other:?}"),
            }
            assert_eq!(find(&db.store, &key(2)).await, Some(key(2)));
            behind_its_back(&db, &format!("UPDATE keys SET {column} = {back} {which}")).await;
        }
    }

    async fn a_reason_of_a_newer_version_is_kept_as_it_stands(db: TestDb) {
        with_project(&db.store).await;
        let reason = RevokeReason::Unknown("merged".to_owned());
        let revoked = VirtualKey { revoked_at: Some(NOON), revoke_reason: Some(reason), ..key(1) };
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_key(&TestMacs, &revoked, &version(&revoked, 1)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(find(&db.store, &revoked).await, Some(revoked));
    }
}
