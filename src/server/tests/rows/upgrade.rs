//! Upgrade test: rows are signed, on a database as the first version wrote it.

use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use testkit::{Engine, Key, TestServer, both_engines};
use testkit_db::Intruder;

use crate::admin::{Browser, PASSWORD, location};

/// Rows of the first version: an owner with a session, two upstreams, six keys. The key `widened` was changed by
/// another user after it was signed.
const ROWS: &str = include_str!("first_version.json");
const ORDER: [&str; 13] = [
    "installation",
    "keyring",
    "projects",
    "users",
    "members",
    "sessions",
    "keys",
    "key_versions",
    "upstreams",
    "credentials",
    "credential_versions",
    "audit",
    "changes",
];
const PLAIN: &str = "sk-auto-live-WTXnLmScKxNWKXDwBQsUFjQwNBrnBA5x6PrM7lNp1Dt46v";
const NARROW: &str = "sk-auto-live-PtzMiT1QoT20QmzXdh0edWx99ImnBDuTj3RotzuE3bvil6";
const BOUND: &str = "sk-auto-test-SwuPL39HfVB9UjnMbFFAPhyxFVDYpSqLZ0vlneMV09ND8U";
const OFF: &str = "sk-auto-live-m9hYVy1IvBQ6v9ZnM3Q2ZYcGBRwWRNfBXoPVYAqh3CI7eh";
const LEAKED: &str = "sk-auto-live-5vWIRuegyg6LaicXGeN6uDwwpgSJhNKxH8l7zMMx01MTbq";
const WIDENED: &str = "sk-auto-live-va7tfDLXS1jPhP5dbynNqqPosD7o1RGBcw30rvox3EBlrd";

fn rows() -> Vec<(String, Vec<Map<String, Value>>)> {
    let mut all: Map<String, Value> = serde_json::from_str(ROWS).unwrap();
    let objects = |rows: Value| -> Vec<Map<String, Value>> { serde_json::from_value(rows).unwrap() };
    ORDER.into_iter().map(|table| (table.to_owned(), objects(all.remove(table).unwrap()))).collect()
}

/// A product started on that database.
async fn upgraded(engine: Engine) -> TestServer {
    let dir = tempfile::tempdir().unwrap();
    let location = match engine.database_url() {
        Some(url) => store::Location::Postgres { url: url.to_owned() },
        None => store::Location::Sqlite { dir: dir.path().to_owned() },
    };
    testkit_db::first_version(&location, &rows()).await;
    TestServer::on(dir, engine, &[]).await
}

async fn status(server: &TestServer, secret: &str, model: &str) -> u16 {
    let key = Key { id: String::new(), secret: secret.to_owned() };
    server.chat(&key, model, "hello").await.status().as_u16()
}

both_engines! {
    /// Keys are read under their old MACs, and written anew; what was changed before stays refused.
    async fn keys_of_the_first_version_work_as_before(engine) {
        let server = upgraded(engine).await;
        for (secret, model, expected) in [
            (PLAIN, "echo", 200), (NARROW, "echo", 200), (NARROW, "o1", 403), (BOUND, "echo", 403), (OFF, "echo", 401),
            (LEAKED, "echo", 401), (WIDENED, "echo", 401),
        ] {
            assert_eq!(status(&server, secret, model).await, expected, "{secret} {model}");
        }
        let (_, list) = server.rest(Method::GET, "/keys?page_size=100", None).await;
        let states: Vec<_> = list["items"].as_array().unwrap().iter().map(|key| (key["name"].as_str().unwrap(), key["state"].as_str().unwrap())).collect();
        assert_eq!(states, [("widened", "damaged"), ("leaked", "revoked"), ("off", "disabled"), ("bound", "active"), ("narrow", "active"), ("plain", "active")]);
        let narrow = &list["items"][4];
        assert_eq!((&narrow["allowed_models"], &narrow["allowed_cidrs"], &narrow["rate_limits"]["requests_per_minute"], &narrow["policy_version"]), (&json!(["gpt-*", "echo"]), &json!(["127.0.0.0/8"]), &Value::Null, &json!(1)));
        // A verb works on them, and the row keeps verifying.
        let off = list["items"][2]["id"].as_str().unwrap();
        assert_eq!(server.rest(Method::POST, &format!("/keys/{off}/enable"), Some(json!({}))).await.0, 200);
        assert_eq!(status(&server, OFF, "echo").await, 200);
    }

    /// The owner signs in with the old password; sessions of before have ended.
    async fn people_of_the_first_version_sign_in(engine) {
        let server = upgraded(engine).await;
        let mut browser = Browser::new(&server);
        browser.cookie = Some("keywright=_ywQKYLd0gtVL8eHjk2eoQ".to_owned());
        assert!(location(&browser.get("/keys").await).starts_with("/login"));
        let mut browser = Browser::new(&server);
        let wrong = browser.post("/login", &[("email", "ada@example.org"), ("password", "not the password")]).await;
        assert_eq!(wrong.status(), 422);
        let right = browser.post("/login", &[("email", "ada@example.org"), ("password", PASSWORD)]).await;
        assert_eq!(right.status(), StatusCode::SEE_OTHER);
        assert_eq!(browser.get("/upstreams").await.status(), 200);
        assert!(!server.dir().join("setup-token").exists());
    }

    /// Secrets are bound anew to the whole base URL, and open.
    async fn secrets_of_the_first_version_open(engine) {
        let server = upgraded(engine).await;
        let (_, list) = server.rest(Method::GET, "/upstreams", None).await;
        let items = list["items"].as_array().unwrap();
        assert!(items.iter().all(|one| one["state"] == "active"), "{list}");
        let models = items.iter().find(|one| one["name"] == "models").unwrap();
        assert_eq!((&models["is_default"], &models["api_key_masked"]), (&json!(true), &json!("sk-***0001")));
        // Nothing listens there: the request gets as far as dialling, so the secret was opened.
        assert_eq!(status(&server, PLAIN, "gpt-5").await, 502);
        let mut intruder = Intruder::connect(&server.location()).await;
        let bound = intruder.texts("credential_versions", "SELECT base_url FROM credential_versions").await;
        assert_eq!(bound, [Some("http://127.0.0.1:9/v1".to_owned())]);
    }

    /// The chain goes on over the upgrade, and the next start does nothing of the kind again.
    async fn the_upgrade_is_recorded_and_done_once(engine) {
        let mut server = upgraded(engine).await;
        server.restart().await;
        let store = store::Store::open(&server.location()).await.unwrap();
        let records = store.audit_after(0, 100).await.unwrap();
        store.close().await;
        let acts: Vec<_> = records.iter().map(|record| record.act.as_str()).collect();
        let signed: Vec<_> = records.iter().filter(|record| record.act.as_str() == "installation.sign_rows").collect();
        assert_eq!(signed.len(), 1, "{acts:?}");
        for pair in records.windows(2) {
            assert_eq!((pair[1].seq, &pair[1].previous), (pair[0].seq + 1, &pair[0].link));
        }
        let changes: serde_json::Value = serde_json::from_str(signed[0].changes.as_deref().unwrap()).unwrap();
        assert_eq!(changes, json!([{ "field": "left_unsigned", "old": null, "new": 1 }]));
    }

    /// A canary of before, put back so that rows without MACs would be signed, stops the start.
    async fn an_old_canary_is_not_taken_for_an_upgrade(engine) {
        let mut server = upgraded(engine.clone()).await;
        let canary = rows()[1].1.iter().find(|row| row["id"] == "canary").unwrap()["wrapped"]["hex"].as_str().unwrap().to_owned();
        let location = server.location();
        server.stop().await;
        let mut intruder = Intruder::connect(&location).await;
        let bytes = intruder.bytes(&canary);
        intruder.execute("keyring", &format!("UPDATE keyring SET wrapped = {bytes} WHERE id = 'canary'")).await;
        intruder.execute("keys", "UPDATE keys SET policy = '{}', mac = NULL, epoch = 0").await;
        drop(intruder);
        let clock: std::sync::Arc<dyn domain::Clock> = std::sync::Arc::new(testkit_domain::ManualClock::default());
        let random: std::sync::Arc<dyn domain::Random> = std::sync::Arc::new(server::sources::SystemRandom);
        let opened = control::installation::open(&location, &testkit_control::root_key(), &clock, &random).await;
        match opened.map(drop) {
            Err(control::installation::OpeningError::Damaged(what)) => assert_eq!(what, "canary"),
            other => panic!("{other:?}"),
        }
    }
}
