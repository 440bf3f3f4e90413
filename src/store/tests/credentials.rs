use store::Error;
use testkit_db::{TestDb, both_engines};

use crate::builders::{behind_its_back, credential, upstream, with_upstreams};

both_engines! {
    async fn a_credential_comes_back_with_the_version_in_use(db: TestDb) {
        let upstream = upstream(1);
        with_upstreams(&db.store, std::slice::from_ref(&upstream)).await;
        assert_eq!(db.store.find_credential(&upstream.id).await.unwrap(), None);

        let (first, first_version) = credential(&upstream, 1);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_credential(&first, &first_version).await.unwrap();
        assert_eq!(tx.find_credential(&upstream.id).await.unwrap(), Some((first.clone(), first_version.clone())));
        tx.commit().await.unwrap();
        assert_eq!(db.store.find_credential(&upstream.id).await.unwrap(), Some((first, first_version)));

        let (second, second_version) = credential(&upstream, 2);
        let mut tx = db.store.begin().await.unwrap();
        tx.replace_secret(&second, &second_version).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(db.store.find_credential(&upstream.id).await.unwrap(), Some((second, second_version)));
    }

    async fn an_upstream_has_one_credential(db: TestDb) {
        let upstream = upstream(1);
        with_upstreams(&db.store, std::slice::from_ref(&upstream)).await;
        let (first, first_version) = credential(&upstream, 1);
        let (mut other, mut other_version) = credential(&upstream, 1);
        other.id = domain::CredentialId::new(domain::Timestamp(5), [5; 10]);
        other_version.credential_id = other.id.clone();
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_credential(&first, &first_version).await.unwrap();
        let refused = tx.insert_credential(&other, &other_version).await;
        assert!(matches!(refused, Err(Error::Conflict("credentials_upstream"))));
    }

    async fn a_credential_needs_its_upstream(db: TestDb) {
        let (credential, version) = credential(&upstream(1), 1);
        let mut tx = db.store.begin().await.unwrap();
        let refused = tx.insert_credential(&credential, &version).await;
        assert!(matches!(refused, Err(Error::Conflict("reference"))));
    }

    async fn a_credential_without_its_version_is_damage(db: TestDb) {
        let upstream = upstream(1);
        with_upstreams(&db.store, std::slice::from_ref(&upstream)).await;
        let (first, version) = credential(&upstream, 1);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_credential(&first, &version).await.unwrap();
        tx.commit().await.unwrap();
        behind_its_back(&db, "UPDATE credentials SET version = 9").await;
        assert!(matches!(db.store.page_upstreams(10, 0).await, Err(Error::Damaged(_))));
    }
}
