//! Store tests: installation.

use domain::{Installation, KeyringRow};
use store::{Constraint, Error};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, TestMacs, behind_its_back, sound};

fn installation() -> Installation {
    Installation { id: "00112233445566778899aabbccddeeff".to_owned(), setup_token_hash: None, created_at: NOON }
}

fn row(id: &str) -> KeyringRow {
    KeyringRow {
        id: id.to_owned(),
        kind: id.split('-').next().unwrap().to_owned(),
        root_key_id: "rk_0123456789abcdef".to_owned(),
        wrapped: vec![0, 1, 255],
        created_at: NOON,
    }
}

both_engines! {
    async fn an_installation_comes_back_with_its_keyring(db: TestDb) {
        assert!(db.store.find_installation().await.unwrap().is_none());
        assert_eq!(db.store.list_keyring().await.unwrap(), []);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_installation(&TestMacs, &installation()).await.unwrap();
        tx.insert_keyring_row(&row("pepper-1")).await.unwrap();
        tx.insert_keyring_row(&row("dek-1")).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sound(db.store.find_installation().await.unwrap()), Some(installation()));
        assert_eq!(db.store.installation_id().await.unwrap(), Some(installation().id));
        assert_eq!(db.store.list_keyring().await.unwrap(), [row("dek-1"), row("pepper-1")]);
    }

    async fn there_is_one_installation(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_installation(&TestMacs, &installation()).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.store.begin().await.unwrap();
        let other = Installation { id: "ff".to_owned(), setup_token_hash: None, created_at: NOON };
        assert!(matches!(tx.insert_installation(&TestMacs, &other).await, Err(Error::Conflict(Constraint::InstallationSingleton))));
    }

    async fn a_wrapped_key_is_never_overwritten(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_keyring_row(&row("dek-1")).await.unwrap();
        assert!(matches!(tx.insert_keyring_row(&row("dek-1")).await, Err(Error::Conflict(Constraint::KeyringId))));
    }

    async fn the_setup_token_is_part_of_the_signed_row(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_installation(&TestMacs, &installation()).await.unwrap();
        let mut row = tx.find_installation().await.unwrap().unwrap().verify(&TestMacs).unwrap();
        row.edit().setup_token_hash = Some(vec![1; 32]);
        tx.update_installation(&TestMacs, row).await.unwrap();
        tx.commit().await.unwrap();
        let found = sound(db.store.find_installation().await.unwrap()).unwrap();
        assert_eq!(found.setup_token_hash, Some(vec![1; 32]));
        behind_its_back(&db, "UPDATE installation SET setup_token_hash = NULL").await;
        assert!(db.store.find_installation().await.unwrap().unwrap().verify(&TestMacs).is_err());
    }

    async fn a_wrapped_key_is_replaced_where_it_stands(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_keyring_row(&row("canary")).await.unwrap();
        tx.insert_keyring_row(&row("dek-1")).await.unwrap();
        let other = KeyringRow { wrapped: vec![7], ..row("canary") };
        tx.update_keyring_row(&other).await.unwrap();
        assert_eq!(tx.list_keyring().await.unwrap(), [other, row("dek-1")]);
    }
}
