//! Audit chain tests: every act is recorded in a chain that breaks where it is edited (L6).

use reqwest::Method;
use serde_json::json;
use testkit::{TestServer, both_engines};

both_engines! {
    /// Each act has its record; links follow each other without a gap; nothing secret is in them.
    async fn acts_are_chained(engine) {
        let server = TestServer::start(engine.clone()).await;
        let upstream = server.connect_upstream().await;
        let key = server.key(json!({})).await;
        server.rest(Method::POST, &format!("/keys/{}/disable", key.id), None).await;
        server.rest(Method::POST, &format!("/keys/{}/enable", key.id), None).await;
        server.revoke(&key).await;
        server.rest(Method::POST, &format!("/upstreams/{upstream}/secret"), Some(json!({ "api_key": "sk-replaced-0001" }))).await;
        server.rest(Method::DELETE, &format!("/upstreams/{upstream}"), None).await;

        let location = match engine.database_url() {
            Some(url) => store::Location::Postgres { url: url.to_owned() },
            None => store::Location::Sqlite { dir: server.dir().to_owned() },
        };
        let store = store::Store::open(&location).await.unwrap();
        let store::Inspection::Seeded { installation, keyring: rows } = store::inspect(&location).await.unwrap() else {
            panic!("the database is seeded");
        };
        let root = keyring::RootKey::from_random([42; 32]);
        let keyring = keyring::Keyring::open(&root, &installation.id, &rows).unwrap();
        let records = store.audit_after(0, 100).await.unwrap();
        let actions: Vec<_> = records.iter().map(|record| record.act.as_str()).collect();
        assert_eq!(
            actions,
            ["upstream.create", "key.create", "key.disable", "key.enable", "key.revoke", "upstream.set_secret", "upstream.delete"]
        );
        let mut previous = vec![0; 32];
        for (at, record) in records.iter().enumerate() {
            assert_eq!(record.seq, i64::try_from(at).unwrap() + 1);
            assert_eq!(record.previous, previous);
            assert_eq!(record.link, keyring.audit_link(&record.chain_bytes().unwrap()));
            assert_eq!(record.actor, "admin_token");
            assert!(record.request_id.as_deref().is_some_and(|id| id.starts_with("req_")), "{record:?}");
            let text = format!("{record:?}");
            assert!(!text.contains(&key.secret) && !text.contains("sk-replaced-0001") && !text.contains("sk-upstream-secret"));
            previous.clone_from(&record.link);
        }
    }
}
