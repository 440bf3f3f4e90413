//! Database outage tests: locked, or gone (R8); the gateway goes on, nothing is lost, and administrators are notified.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::json;
use testkit::{Engine, Key, TestServer, both_engines};
use testkit_db::{Lock, lock_postgres, lock_sqlite};

async fn lock(server: &TestServer) -> Lock {
    match server.engine() {
        Engine::Sqlite => lock_sqlite(server.dir()).await,
        Engine::Postgres { url } => lock_postgres(url).await,
    }
}

/// How long the database is locked; `scripts/drill.sh` asks for a minute.
fn locked() -> Duration {
    let seconds = std::env::var("KEYWRIGHT_TEST_LOCKED").map_or(0, |text| text.parse().expect("a number of seconds"));
    Duration::from_secs(seconds)
}

/// So many requests, streamed and not; the ids of those that were answered.
async fn served(server: &TestServer, key: &Key, count: usize) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for n in 0..count {
        let answer = match n % 2 {
            0 => server.chat(key, "m", "hello").await,
            _ => server.chat_stream(key, "m", "hello").await,
        };
        assert_eq!(answer.status(), 200);
        ids.insert(answer.headers()["x-keywright-request-id"].to_str().unwrap().to_owned());
        answer.bytes().await.unwrap();
    }
    ids
}

both_engines! {
    /// Locked for as long as it takes: clients notice nothing, an administrator gets 503, and every row arrives once.
    async fn a_locked_database_costs_clients_nothing(engine) {
        let server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        let mut ids = served(&server, &key, 2).await;
        server.logs().await;

        let (lock, since) = (lock(&server).await, Instant::now());
        let admin = async {
            let (status, problem) = server.rest(Method::POST, "/keys", Some(json!({ "name": "meanwhile" }))).await;
            assert_eq!((status.as_u16(), problem["code"].as_str()), (503, Some("store_unavailable")), "{problem}");
        };
        let ((), during) = tokio::join!(admin, served(&server, &key, 200));
        ids.extend(during);
        while since.elapsed() < locked() {
            ids.extend(served(&server, &key, 2).await);
            // No more in a minute than one page of the log shows.
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        lock.release().await;

        let rows = server.logs().await;
        let found: BTreeSet<String> = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!((rows.len(), &found), (ids.len(), &ids), "every row is there, once");
        assert!(rows.iter().all(|row| row["error_class"].is_null() && row["output_tokens"].is_number()));
        let (status, _) = server.rest(Method::POST, "/keys", Some(json!({ "name": "afterwards" }))).await;
        assert_eq!(status, 201);
    }

    /// Locked when the process is killed: what waited in the spool arrives at the next start.
    async fn what_waited_arrives_at_the_next_start(engine) {
        let mut server = TestServer::start(engine).await;
        server.connect_upstream().await;
        let key = server.key(json!({})).await;
        // A key that was never used would have to be looked up.
        let mut ids = served(&server, &key, 1).await;
        let lock = lock(&server).await;
        ids.extend(served(&server, &key, 20).await);
        // Stopping does not wait for ever either.
        server.stop().await;
        lock.release().await;
        server.restart().await;
        let rows = server.logs().await;
        assert_eq!(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>(), ids);
        assert_eq!(rows.len(), ids.len());
    }
}
