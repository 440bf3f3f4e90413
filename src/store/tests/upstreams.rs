use domain::{BaseUrl, Provider, Upstream};
use store::Error;
use testkit_db::{TestDb, both_engines};

use crate::builders::{behind_its_back, credential, upstream, with_upstreams};

both_engines! {
    async fn upstreams_are_found_by_id_and_by_name(db: TestDb) {
        let echo = Upstream { provider: Provider::Echo, base_url: BaseUrl::echo(), is_default: true, ..upstream(1) };
        with_upstreams(&db.store, &[echo.clone(), upstream(2)]).await;
        assert_eq!(db.store.find_upstream(&echo.id).await.unwrap(), Some(echo.clone()));
        assert_eq!(db.store.find_upstream(&upstream(9).id).await.unwrap(), None);
        assert_eq!(db.store.find_upstream_by_name("upstream 2").await.unwrap(), Some(upstream(2)));
        assert_eq!(db.store.find_upstream_by_name("Upstream 2").await.unwrap(), None);
        assert_eq!(db.store.find_upstream_by_name("\0").await.unwrap(), None);
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(tx.find_upstream(&echo.id).await.unwrap(), Some(echo));
        assert_eq!(tx.find_upstream(&upstream(9).id).await.unwrap(), None);
    }

    async fn lists_are_newest_first(db: TestDb) {
        assert_eq!(db.store.list_upstreams().await.unwrap(), []);
        with_upstreams(&db.store, &[upstream(2), upstream(1), upstream(3)]).await;
        let expected = [upstream(3), upstream(2), upstream(1)];
        assert_eq!(db.store.list_upstreams().await.unwrap(), expected);
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(tx.list_upstreams().await.unwrap(), expected);
        assert_eq!(tx.count_upstreams().await.unwrap(), 3);
    }

    async fn pages_carry_credentials_and_count_everything(db: TestDb) {
        with_upstreams(&db.store, &[upstream(1), upstream(2), upstream(3)]).await;
        let (sealed, version) = credential(&upstream(2), 1);
        let (replaced, next) = credential(&upstream(2), 2);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_credential(&sealed, &version).await.unwrap();
        tx.replace_secret(&replaced, &next).await.unwrap();
        tx.commit().await.unwrap();
        let (page, total) = db.store.page_upstreams(2, 0).await.unwrap();
        assert_eq!((page, total), (vec![(upstream(3), None), (upstream(2), Some(replaced))], 3));
        let (page, total) = db.store.page_upstreams(2, 2).await.unwrap();
        assert_eq!((page, total), (vec![(upstream(1), None)], 3));
    }

    async fn names_are_unique(db: TestDb) {
        with_upstreams(&db.store, &[upstream(1)]).await;
        let mut tx = db.store.begin().await.unwrap();
        let same = Upstream { name: upstream(1).name, ..upstream(2) };
        assert!(matches!(tx.insert_upstream(&same).await, Err(Error::Conflict("upstreams_name"))));
    }

    async fn one_upstream_at_most_is_the_default(db: TestDb) {
        with_upstreams(&db.store, &[upstream(1), upstream(2)]).await;
        for n in [1, 2, 2, 1] {
            let mut tx = db.store.begin().await.unwrap();
            tx.set_default(&upstream(n).id).await.unwrap();
            tx.commit().await.unwrap();
            let listed = db.store.list_upstreams().await.unwrap();
            let defaults: Vec<_> = listed.into_iter().filter(|upstream| upstream.is_default).collect();
            assert_eq!(defaults, [Upstream { is_default: true, ..upstream(n) }]);
        }
        let mut tx = db.store.begin().await.unwrap();
        let second = Upstream { is_default: true, ..upstream(3) };
        assert!(matches!(tx.insert_upstream(&second).await, Err(Error::Conflict("upstreams_default"))));
    }

    async fn deleting_takes_the_credential_along(db: TestDb) {
        with_upstreams(&db.store, &[upstream(1), upstream(2)]).await;
        let (sealed, version) = credential(&upstream(1), 1);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_credential(&sealed, &version).await.unwrap();
        tx.delete_upstream(&upstream(1).id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(db.store.list_upstreams().await.unwrap(), [upstream(2)]);
        assert_eq!(db.store.find_credential(&upstream(1).id).await.unwrap(), None);
        // The very same rows can come again: nothing of them is left.
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_upstream(&upstream(1)).await.unwrap();
        tx.insert_credential(&sealed, &version).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn a_row_that_does_not_parse_is_damage(db: TestDb) {
        with_upstreams(&db.store, &[upstream(1)]).await;
        behind_its_back(&db, "UPDATE upstreams SET base_url = 'https://a@b/'").await;
        assert!(matches!(db.store.find_upstream(&upstream(1).id).await, Err(Error::Damaged(_))));
        behind_its_back(&db, "UPDATE upstreams SET base_url = 'echo:', provider = 'acme'").await;
        assert!(matches!(db.store.list_upstreams().await, Err(Error::Damaged(_))));
    }
}
