use domain::{Installation, KeyringRow};
use store::Error;
use testkit_db::{TestDb, both_engines};

use crate::builders::NOON;

fn installation() -> Installation {
    Installation { id: "00112233445566778899aabbccddeeff".to_owned(), created_at: NOON }
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
        assert_eq!(db.store.find_installation().await.unwrap(), None);
        assert_eq!(db.store.list_keyring().await.unwrap(), []);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_installation(&installation()).await.unwrap();
        tx.insert_keyring_row(&row("pepper-1")).await.unwrap();
        tx.insert_keyring_row(&row("dek-1")).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(db.store.find_installation().await.unwrap(), Some(installation()));
        assert_eq!(db.store.list_keyring().await.unwrap(), [row("dek-1"), row("pepper-1")]);
    }

    async fn there_is_one_installation(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_installation(&installation()).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.store.begin().await.unwrap();
        let other = Installation { id: "ff".to_owned(), created_at: NOON };
        assert!(matches!(tx.insert_installation(&other).await, Err(Error::Conflict("installation_singleton"))));
    }

    async fn a_wrapped_key_is_never_overwritten(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_keyring_row(&row("dek-1")).await.unwrap();
        assert!(matches!(tx.insert_keyring_row(&row("dek-1")).await, Err(Error::Conflict("keyring_id"))));
    }

    async fn the_setup_token_is_claimed_once(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_installation(&installation()).await.unwrap();
        tx.set_setup_token(Some(&[1; 32])).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(db.store.setup_token_hash().await.unwrap(), Some(vec![1; 32]));

        let mut tx = db.store.begin().await.unwrap();
        assert!(!tx.claim_setup(&[2; 32]).await.unwrap());
        assert!(tx.claim_setup(&[1; 32]).await.unwrap());
        assert!(!tx.claim_setup(&[1; 32]).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(db.store.setup_token_hash().await.unwrap(), None);
    }

    async fn the_setup_token_can_be_taken_back(db: TestDb) {
        assert_eq!(db.store.setup_token_hash().await.unwrap(), None);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_installation(&installation()).await.unwrap();
        tx.set_setup_token(Some(&[1; 32])).await.unwrap();
        tx.set_setup_token(None).await.unwrap();
        assert!(!tx.claim_setup(&[1; 32]).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(db.store.setup_token_hash().await.unwrap(), None);
    }
}
