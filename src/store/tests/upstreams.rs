//! Store tests: upstreams.

use domain::{BaseUrl, Damage, Dialect, Upstream, Visible};
use store::{Constraint, Error};
use testkit_db::{TestDb, both_engines};

use crate::builders::{TestMacs, all_sound, behind_its_back, credential, sound, upstream, with_upstreams};

async fn listed(db: &TestDb) -> Vec<Upstream> {
    all_sound(db.store.list_upstreams().await.unwrap().into_iter().map(|row| row.upstream))
}

both_engines! {
    async fn upstreams_are_found_by_id_and_by_name(db: TestDb) {
        let echo = Upstream { provider: "echo".parse().unwrap(), base_url: BaseUrl::echo(), default_for: vec![Dialect::Openai], ..upstream(1) };
        with_upstreams(&db.store, &[echo.clone(), upstream(2)]).await;
        assert_eq!(sound(db.store.find_upstream(&echo.id).await.unwrap()), Some(echo.clone()));
        assert!(db.store.find_upstream(&upstream(9).id).await.unwrap().is_none());
        assert_eq!(sound(db.store.find_upstream_by_name("upstream 2").await.unwrap()), Some(upstream(2)));
        assert!(db.store.find_upstream_by_name("Upstream 2").await.unwrap().is_none());
        assert!(db.store.find_upstream_by_name("\0").await.unwrap().is_none());
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(sound(tx.find_upstream(&echo.id).await.unwrap()), Some(echo));
        assert!(tx.find_upstream(&upstream(9).id).await.unwrap().is_none());
    }

    async fn lists_are_newest_first(db: TestDb) {
        assert!(db.store.list_upstreams().await.unwrap().is_empty());
        with_upstreams(&db.store, &[upstream(2), upstream(1), upstream(3)]).await;
        let expected = [upstream(3), upstream(2), upstream(1)];
        assert_eq!(listed(&db).await, expected);
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(all_sound(tx.list_upstreams().await.unwrap()), expected);
        assert_eq!(tx.count_upstreams().await.unwrap(), 3);
    }

    async fn pages_carry_credentials_and_go_on_below_a_cursor(db: TestDb) {
        with_upstreams(&db.store, &[upstream(1), upstream(2), upstream(3)]).await;
        let (sealed, version) = credential(&upstream(2), 1);
        let (replaced, next) = credential(&upstream(2), 2);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_credential(&TestMacs, &sealed, &version).await.unwrap();
        let mut row = tx.find_credential(&upstream(2).id).await.unwrap().unwrap().verify(&TestMacs).unwrap();
        row.edit().clone_from(&replaced);
        tx.replace_secret(&TestMacs, row, &next).await.unwrap();
        tx.commit().await.unwrap();
        let page = async |after: Option<&domain::UpstreamId>, offset| {
            let page = db.store.page_upstreams(&Visible::everything(), after, 2, offset).await.unwrap();
            let both = |(upstream, credential)| (sound(Some(upstream)).unwrap(), sound(credential));
            page.into_iter().map(both).collect::<Vec<_>>()
        };
        assert_eq!(page(None, 0).await, [(upstream(3), None), (upstream(2), Some(replaced))]);
        let last = [(upstream(1), None)];
        assert_eq!(page(None, 2).await, last);
        assert_eq!(page(Some(&upstream(2).id), 0).await, last);
        assert_eq!(page(Some(&upstream(1).id), 0).await, []);
        assert_eq!(db.store.count_upstreams(&Visible::everything()).await.unwrap(), 3);
    }

    async fn names_are_unique(db: TestDb) {
        with_upstreams(&db.store, &[upstream(1)]).await;
        let mut tx = db.store.begin().await.unwrap();
        let same = Upstream { name: upstream(1).name, ..upstream(2) };
        assert!(matches!(tx.insert_upstream(&TestMacs, &same).await, Err(Error::Conflict(Constraint::UpstreamsName))));
    }

    /// Which dialects, survives the row; where only OpenAI is, the flag alone says so, as in rows of older versions.
    async fn each_dialect_has_a_default_of_its_own(db: TestDb) {
        let two = vec![Dialect::Openai, Dialect::Anthropic];
        with_upstreams(&db.store, &[upstream(1), Upstream { default_for: two.clone(), ..upstream(2) }]).await;
        let mut tx = db.store.begin().await.unwrap();
        let mut row = tx.find_upstream(&upstream(1).id).await.unwrap().unwrap().verify(&TestMacs).unwrap();
        row.edit().default_for = vec![Dialect::Openai];
        row.edit().settings.organization = Some("org".to_owned());
        tx.update_upstream(&TestMacs, row).await.unwrap();
        let mut claims = tx.default_claims().await.unwrap();
        claims.sort();
        assert_eq!(claims, [
            (upstream(1).id.to_string(), vec![Dialect::Openai]),
            (upstream(2).id.to_string(), two),
        ]);
        tx.clear_damaged_defaults(&[(upstream(2).id.to_string(), vec![Dialect::Anthropic])]).await.unwrap();
        tx.commit().await.unwrap();
        let stored = db.store.list_upstreams().await.unwrap();
        assert_eq!(stored[0].claims_default_for, [Dialect::Anthropic]);
        let found = sound(Some(stored[1].upstream.clone())).unwrap();
        assert_eq!((found.default_for, found.settings.organization), (vec![Dialect::Openai], Some("org".to_owned())));
    }

    async fn deleting_takes_the_credential_along(db: TestDb) {
        with_upstreams(&db.store, &[upstream(1), upstream(2)]).await;
        let (sealed, version) = credential(&upstream(1), 1);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_credential(&TestMacs, &sealed, &version).await.unwrap();
        tx.delete_upstream(&upstream(1).id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(listed(&db).await, [upstream(2)]);
        assert!(db.store.find_credential(&upstream(1).id).await.unwrap().is_none());
        // The very same rows can come again: nothing of them is left.
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_upstream(&TestMacs, &upstream(1)).await.unwrap();
        tx.insert_credential(&TestMacs, &sealed, &version).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// F12: one row with a provider that this version does not know affects no other row.
    async fn a_row_that_does_not_parse_damages_itself_and_no_list(db: TestDb) {
        with_upstreams(&db.store, &[upstream(1), upstream(2)]).await;
        let broken = format!("WHERE id = '{}'", upstream(1).id);
        for change in ["base_url = 'https://a@b/'", "base_url = 'echo:', provider = 'a b'"] {
            behind_its_back(&db, &format!("UPDATE upstreams SET {change} {broken}")).await;
            let mut rows = db.store.list_upstreams().await.unwrap().into_iter().map(|row| row.upstream);
            assert_eq!(sound(rows.next()), Some(upstream(2)));
            let damaged = rows.next().unwrap().verify(&TestMacs).unwrap_err();
            assert_eq!(damaged.id, upstream(1).id.as_str());
            assert!(matches!(damaged.damage, Damage::Unreadable(_)), "{damaged}");
            assert_eq!(db.store.page_upstreams(&Visible::everything(), None, 10, 0).await.unwrap().len(), 2);
        }
    }
}

/// Text that is none is damage of its row, too.
#[tokio::test]
async fn a_column_that_cannot_be_decoded_damages_its_row_alone() {
    let db = testkit_db::sqlite().await;
    with_upstreams(&db.store, &[upstream(1), upstream(2)]).await;
    let sql = format!("UPDATE upstreams SET name = CAST(X'FF' AS TEXT) WHERE id = '{}'", upstream(1).id);
    behind_its_back(&db, &sql).await;
    let mut rows = db.store.list_upstreams().await.unwrap().into_iter().map(|row| row.upstream);
    assert_eq!(sound(rows.next()), Some(upstream(2)));
    let damaged = rows.next().unwrap().verify(&TestMacs).unwrap_err();
    assert_eq!((damaged.id.as_str(), damaged.claimed), (upstream(1).id.as_str(), None));
}
