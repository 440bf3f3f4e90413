//! Store tests: credentials.

use domain::{Credential, CredentialVersion, Upstream};
use store::{Constraint, Error, Store};
use testkit_db::{TestDb, both_engines};

use crate::builders::{TestMacs, behind_its_back, credential, sound, upstream, with_upstreams};

async fn find(store: &Store, upstream: &Upstream) -> Option<(Credential, CredentialVersion)> {
    let stored = store.find_credential(&upstream.id).await.unwrap()?;
    Some((sound(Some(stored.credential)).unwrap(), sound(stored.version).unwrap()))
}

both_engines! {
    async fn a_credential_comes_back_with_the_version_in_use(db: TestDb) {
        let upstream = upstream(1);
        with_upstreams(&db.store, std::slice::from_ref(&upstream)).await;
        assert_eq!(find(&db.store, &upstream).await, None);

        let (first, first_version) = credential(&upstream, 1);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_credential(&TestMacs, &first, &first_version).await.unwrap();
        assert_eq!(sound(tx.find_credential(&upstream.id).await.unwrap()), Some(first.clone()));
        tx.commit().await.unwrap();
        assert_eq!(find(&db.store, &upstream).await, Some((first, first_version)));

        let (second, second_version) = credential(&upstream, 2);
        let mut tx = db.store.begin().await.unwrap();
        let mut row = tx.find_credential(&upstream.id).await.unwrap().unwrap().verify(&TestMacs).unwrap();
        row.edit().clone_from(&second);
        tx.replace_secret(&TestMacs, row, &second_version).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(find(&db.store, &upstream).await, Some((second, second_version.clone())));
        let all = db.store.list_credentials().await.unwrap();
        assert_eq!((all.len(), all[0].upstream_id.as_str()), (1, upstream.id.as_str()));
        assert_eq!(sound(all[0].version.clone()), Some(second_version));
    }

    async fn an_upstream_has_one_credential(db: TestDb) {
        let upstream = upstream(1);
        with_upstreams(&db.store, std::slice::from_ref(&upstream)).await;
        let (first, first_version) = credential(&upstream, 1);
        let (mut other, mut other_version) = credential(&upstream, 1);
        other.id = domain::CredentialId::new(domain::Timestamp(5), [5; 10]);
        other_version.credential_id = other.id.clone();
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_credential(&TestMacs, &first, &first_version).await.unwrap();
        let refused = tx.insert_credential(&TestMacs, &other, &other_version).await;
        assert!(matches!(refused, Err(Error::Conflict(Constraint::CredentialsUpstream))));
    }

    async fn a_credential_needs_its_upstream(db: TestDb) {
        let (credential, version) = credential(&upstream(1), 1);
        let mut tx = db.store.begin().await.unwrap();
        let refused = tx.insert_credential(&TestMacs, &credential, &version).await;
        assert!(matches!(refused, Err(Error::Conflict(Constraint::Reference))));
    }

    async fn a_credential_without_its_version_has_none(db: TestDb) {
        let upstream = upstream(1);
        with_upstreams(&db.store, std::slice::from_ref(&upstream)).await;
        let (first, version) = credential(&upstream, 1);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_credential(&TestMacs, &first, &version).await.unwrap();
        tx.commit().await.unwrap();
        behind_its_back(&db, "UPDATE credentials SET version = 9").await;
        let stored = db.store.find_credential(&upstream.id).await.unwrap().unwrap();
        assert!(stored.version.is_none() && stored.credential.verify(&TestMacs).is_err());
    }
}
