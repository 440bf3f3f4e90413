//! A database that is locked, or gone (R8): the gateway goes on, nothing is lost, and administrators are told.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::json;
use testkit::{Engine, Key, TestServer, both_engines};
use testkit_db::{Lock, lock_postgres, lock_sqlite};

async fn lock(house: &TestServer) -> Lock {
    match house.engine() {
        Engine::Sqlite => lock_sqlite(house.dir()).await,
        Engine::Postgres { url } => lock_postgres(url).await,
    }
}

/// How long the database is locked; `scripts/drill.sh` asks for a minute.
fn locked() -> Duration {
    let seconds = std::env::var("KEYWRIGHT_TEST_LOCKED").map_or(0, |text| text.parse().expect("a number of seconds"));
    Duration::from_secs(seconds)
}

/// So many requests, streamed and not; the ids of those that were answered.
async fn served(house: &TestServer, key: &Key, count: usize) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for n in 0..count {
        let answer = match n % 2 {
            0 => house.chat(key, "m", "hello").await,
            _ => house.chat_stream(key, "m", "hello").await,
        };
        assert_eq!(answer.status(), 200);
        ids.insert(answer.headers()["x-keywright-request-id"].to_str().unwrap().to_owned());
        answer.bytes().await.unwrap();
    }
    ids
}

both_engines! {
    /// Locked for as long as it takes: clients notice nothing, an administrator hears 503, and every row arrives once.
    async fn a_locked_database_costs_clients_nothing(engine) {
        let house = TestServer::start(engine).await;
        house.connect_upstream().await;
        let key = house.key(json!({})).await;
        let mut ids = served(&house, &key, 2).await;
        house.logs().await;

        let (lock, since) = (lock(&house).await, Instant::now());
        let admin = async {
            let (status, problem) = house.rest(Method::POST, "/keys", Some(json!({ "name": "meanwhile" }))).await;
            assert_eq!((status.as_u16(), problem["code"].as_str()), (503, Some("store_unavailable")), "{problem}");
        };
        let ((), during) = tokio::join!(admin, served(&house, &key, 200));
        ids.extend(during);
        while since.elapsed() < locked() {
            ids.extend(served(&house, &key, 2).await);
            // No more in a minute than one page of the log shows.
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        lock.release().await;

        let rows = house.logs().await;
        let found: BTreeSet<String> = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!((rows.len(), &found), (ids.len(), &ids), "every row is there, once");
        assert!(rows.iter().all(|row| row["error_class"].is_null() && row["output_tokens"].is_number()));
        let (status, _) = house.rest(Method::POST, "/keys", Some(json!({ "name": "afterwards" }))).await;
        assert_eq!(status, 201);
    }

    /// Locked when the process is killed: what waited in the spool arrives at the next start.
    async fn what_waited_arrives_at_the_next_start(engine) {
        let mut house = TestServer::start(engine).await;
        house.connect_upstream().await;
        let key = house.key(json!({})).await;
        // A key that nobody has used yet would have to be looked up.
        let mut ids = served(&house, &key, 1).await;
        let lock = lock(&house).await;
        ids.extend(served(&house, &key, 20).await);
        // Stopping does not wait for ever either.
        house.stop().await;
        lock.release().await;
        house.restart().await;
        let rows = house.logs().await;
        assert_eq!(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>(), ids);
        assert_eq!(rows.len(), ids.len());
    }
}
