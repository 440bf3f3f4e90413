//! Upgrade: a data directory of the first version, killed with `kill -9` while its database was locked.
//!
//! `data-v1.tar.gz` has 14 rows in the database, 11 closed rows only in the spool, one request that was open, and its
//! root key; `expect.json` says what must be found. Every secret in it was made for it and opens nothing else.

use std::{collections::BTreeMap, path::Path, process::Command};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::serving::{Serving, install_tls, keywright, run, text};

const ARCHIVE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/upgrade/data-v1.tar.gz");
const EXPECTED: &str = include_str!("expect.json");

fn unpacked() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let status = Command::new("tar").args(["-xzf", ARCHIVE, "-C"]).arg(dir.path()).status().unwrap();
    assert!(status.success());
    dir
}

/// Status of a chat with a key of the first version.
async fn chat(serving: &Serving, expected: &Value, key: &str, model: &str) -> u16 {
    let request = reqwest::Client::new().post(format!("{}/v1/chat/completions", serving.gateway));
    let body = json!({ "model": model, "messages": [{ "role": "user", "content": "x" }] });
    let secret = expected["keys"][key]["secret"].as_str().unwrap();
    request.bearer_auth(secret).json(&body).send().await.unwrap().status().as_u16()
}

fn set_aside(dir: &Path) -> Vec<String> {
    let names = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".damaged")).collect()
}

/// F17: on the first start keys work, rows are complete, the audit chain verifies, nothing is set aside.
#[tokio::test]
async fn a_data_directory_of_the_first_version_is_opened_whole() {
    install_tls();
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    let dir = unpacked();
    let data = dir.path().join("data");
    let serving = Serving::start(&data, &[]);

    let wanted: BTreeMap<&str, u64> = ["requests_in_database", "requests_in_spool"]
        .iter()
        .flat_map(|part| expected[*part].as_array().unwrap())
        .map(|row| (row[0].as_str().unwrap(), row[1].as_u64().unwrap()))
        .chain([(expected["open_request"].as_str().unwrap(), 500)])
        .collect();
    let mut rows = Vec::new();
    for _ in 0..200 {
        rows = serving.rows().await;
        if rows.len() >= wanted.len() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let found: BTreeMap<&str, u64> =
        rows.iter().map(|row| (row["id"].as_str().unwrap(), row["status"].as_u64().unwrap())).collect();
    assert_eq!(found, wanted);
    assert_eq!(rows.len(), wanted.len(), "no row stands twice");
    for row in &rows {
        assert!(row["damaged"].is_null() && row["count"] == 1 && row["usage_unreadable"] == false, "{row}");
        let key = &expected["keys"][row["key_name"].as_str().unwrap()];
        assert_eq!(row["key_id"], key["id"], "{row}");
        let tokens = (&row["input_tokens"], &row["cached_tokens"], &row["output_tokens"], &row["reasoning_tokens"]);
        if row["id"] == expected["open_request"] {
            assert_eq!(row["error_class"], "interrupted");
        } else if row["status"] == 200 && row["model"] != "echo" {
            let streamed = (&json!(19), &json!(3), &json!(21), &json!(5));
            let whole = (&json!(7), &Value::Null, &json!(9), &Value::Null);
            assert_eq!(tokens, if row["streamed"] == true { streamed } else { whole }, "{row}");
            assert_eq!(
                (&row["upstream_id"], &row["model_served"]),
                (&expected["upstreams"]["main"], &json!("m-served"))
            );
        }
    }

    let statuses = [
        ("plain", "echo", 200),
        ("trial", "echo", 200),
        ("Schlüssel für 测试", "echo", 200),
        ("limited", "echo", 200),
        ("limited", "echo", 429),
        ("narrow", "o1", 403),
        ("off", "echo", 401),
        ("leaked", "echo", 401),
    ];
    for (key, model, status) in statuses {
        assert_eq!(chat(&serving, &expected, key, model).await, status, "{key}");
    }
    // Its upstream is not there any more; that it is asked for says that its secret was opened.
    assert_eq!(chat(&serving, &expected, "narrow", "gpt-5").await, 502);

    assert_eq!(set_aside(&data.join("spool")), [""; 0]);
    serving.stop();
    assert_audit_chain(&data);
}

/// The records of the first version verify with those that the upgrade and this version wrote behind them.
fn assert_audit_chain(data: &Path) {
    let verified = run(keywright(data).args(["--json", "audit", "verify", "--local"]));
    assert!(verified.status.success(), "{}{}", text(&verified.stdout), text(&verified.stderr));
    let verdict: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert!(verdict["ok"] == true && verdict["records"].as_i64().unwrap() >= 12, "{verdict}");
}
