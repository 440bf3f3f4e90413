//! Crash test: `kill -9` under load, again and again (R1, L2): what a client saw completed has its row, nothing is
//! doubled, nothing is made up, and everything that was sent on has a terminal row after the next start.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};
use testkit::FakeUpstream;
use tokio::sync::mpsc;

use crate::serving::{Serving, create_key, initialised, install_tls};

const CLIENTS: usize = 8;
/// Space for eight segments: what each process leaves must go while the next one lives, or requests are refused.
const LITTLE: &[(&str, &str)] = &[("KEYWRIGHT_SPOOL_BYTES", "4194304")];

/// How often the process is killed; `scripts/drill.sh` asks for more.
fn kills() -> usize {
    std::env::var("KEYWRIGHT_TEST_KILLS").map_or(50, |text| text.parse().expect("a number of kills"))
}

/// Clients that go on until the process dies. What they saw completed comes out of the channel, with its status.
fn load(serving: &Serving, secret: &str, begun: &Arc<AtomicUsize>) -> mpsc::UnboundedReceiver<(String, u16)> {
    let (done, ids) = mpsc::unbounded_channel();
    for n in 0..CLIENTS {
        let (url, secret) = (format!("{}/v1/chat/completions", serving.gateway), secret.to_owned());
        let (done, begun) = (done.clone(), begun.clone());
        tokio::spawn(async move {
            let client = reqwest::Client::new();
            // Streams, whole answers, and failures of the upstream.
            let model = if n == 0 { "fail-500" } else { "m" };
            let body =
                json!({ "model": model, "stream": n % 2 == 1, "messages": [{ "role": "user", "content": "x" }] });
            loop {
                begun.fetch_add(1, Ordering::SeqCst);
                let Ok(answer) = client.post(&url).bearer_auth(&secret).json(&body).send().await else { return };
                let status = answer.status().as_u16();
                let id = answer.headers()["x-keywright-request-id"].to_str().unwrap().to_owned();
                let Ok(text) = answer.text().await else { return };
                if text.contains("[DONE]") || text.contains("chat.completion\"") || status == 500 {
                    drop(done.send((id, status)));
                }
            }
        });
    }
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_nine_loses_nothing() {
    install_tls();
    let (dir, upstream, begun) = (initialised(), FakeUpstream::start().await, Arc::new(AtomicUsize::new(0)));
    let (mut completed, mut secret) = (BTreeMap::new(), String::new());
    for round in 0..kills() {
        let serving = Serving::start(dir.path(), LITTLE);
        if round == 0 {
            secret = create_key(&serving, dir.path());
            serving.connect(&upstream).await;
        }
        let mut ids = load(&serving, &secret, &begun);
        // Each round is cut at another point of the load: after so many completed requests, not after a time.
        for _ in 0..=(round * 7 % 60) {
            completed.extend([ids.recv().await.expect("the load goes on until the kill")]);
        }
        serving.kill();
        while let Some(done) = ids.recv().await {
            completed.extend([done]);
        }
    }
    // A start replays the spool, and a stop leaves nothing in it.
    Serving::start(dir.path(), LITTLE).stop();
    let spool = std::fs::read_dir(dir.path().join("spool")).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(spool.filter(|name| name != "lock").count(), 0, "the spool is empty");
    let rows = Serving::start(dir.path(), LITTLE).rows().await;

    let by_id: BTreeMap<&str, &Value> = rows.iter().map(|row| (row["id"].as_str().unwrap(), row)).collect();
    assert_eq!(by_id.len(), rows.len(), "a row is doubled");
    for (id, status) in &completed {
        let row = by_id.get(id.as_str()).unwrap_or_else(|| panic!("{id} was completed and has no row"));
        assert_eq!(row["status"], *status, "{row}");
        assert_ne!(row["error_class"], "interrupted", "{row}");
        assert!(*status == 500 || row["output_tokens"] == 10, "a completed row has its usage: {row}");
    }
    // Whatever left for the upstream has a row, and no row exists for a request that never began.
    let (sent, begun) = (upstream.calls(), begun.load(Ordering::SeqCst));
    assert!(sent <= rows.len() && rows.len() <= begun, "{sent} sent on, {} rows, {begun} begun", rows.len());
    let classes: BTreeSet<&str> = rows.iter().filter_map(|row| row["error_class"].as_str()).collect();
    let expected = BTreeSet::from(["client_gone", "interrupted", "upstream_error", "upstream_unavailable"]);
    assert!(classes.is_subset(&expected), "{classes:?}");
    let interrupted = rows.iter().filter(|row| row["error_class"] == "interrupted").count();
    println!(
        "{} kills: {} completed, {} rows, {sent} sent on, {begun} begun, {interrupted} interrupted; none lost, none doubled",
        kills(),
        completed.len(),
        rows.len()
    );
    assert!(interrupted > 0, "no kill met a request under way");
}
