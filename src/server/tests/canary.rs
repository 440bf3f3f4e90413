//! Secret leak test: a canary secret, a canary key and a canary prompt: found in no sink, in no spelling (R11, K2, L1).

use std::{fs, path::Path};

use reqwest::Method;
use serde_json::json;
use testkit::{ADMIN_TOKEN, TestServer, both_engines, canary};

const SECRET: &str = "sk-canary-Provider-5ecret-0123456789";
const PROMPT: &str = "canary prompt: the otter hides under the third bridge";

/// Every file below `dir`, with its name.
pub(crate) fn every_file(dir: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            every_file(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

both_engines! {
    /// Databases, write-ahead logs, spool and every REST answer.
    async fn no_sink_holds_a_canary(engine) {
        let mut server = TestServer::start(engine.clone()).await;
        let body = json!({ "name": "canary", "provider": "openai", "base_url": server.upstream().base_url(), "api_key": SECRET });
        let (_, upstream) = server.rest(Method::POST, "/upstreams", Some(body)).await;
        let key = server.key(json!({ "name": "canary" })).await;
        server.chat(&key, "echo", PROMPT).await.text().await.unwrap();
        server.chat_stream(&key, "echo", PROMPT).await.text().await.unwrap();
        // The fake upstream refuses this secret; its 401 must not carry it back.
        let refused = server.chat(&key, "gpt-5", PROMPT).await.text().await.unwrap();
        let (_, report) = server.rest(Method::POST, &format!("/upstreams/{}/test", upstream["id"].as_str().unwrap()), None).await;
        server.call(Method::GET, &format!("/v1/models?key={}", key.secret), &key.secret).send().await.unwrap();

        let mut sinks = vec![("refusal".to_owned(), refused.into_bytes()), ("test report".to_owned(), report.to_string().into_bytes())];
        for path in ["/keys", "/upstreams", "/logs", "/overview", "/me"] {
            let (status, answer) = server.rest(Method::GET, path, None).await;
            assert_eq!(status, 200, "{path}");
            sinks.push((path.to_owned(), answer.to_string().into_bytes()));
        }
        server.logs().await;
        every_file(server.dir(), &mut sinks);
        server.stop().await;
        every_file(server.dir(), &mut sinks);
        assert!(sinks.iter().any(|(name, _)| name.contains("spool")), "the spool was looked at");
        if let Some(url) = engine.database_url() {
            sinks.push(("postgres".to_owned(), testkit_db::dump(url).await.into_bytes()));
        }
        for text in [SECRET, &key.secret, PROMPT, ADMIN_TOKEN] {
            for (name, bytes) in &sinks {
                assert_eq!(canary::found_in(bytes, text), None, "in {name}");
            }
        }
    }
}
