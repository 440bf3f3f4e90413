//! REST tests: request rows.

use domain::{ErrorClass, RequestId, RequestLog, Timestamp, Usage};
use serde_json::json;
use testkit_domain::{key, request};

use crate::fixture::RestFixture;

/// A row; `n` orders rows in time.
pub(crate) fn row(n: u8, status: u16) -> RequestLog {
    let started_at = Timestamp(1_794_990_000_000 + i64::from(n) * 1000);
    RequestLog {
        id: RequestId::new(started_at, [n; 10]),
        started_at,
        key_name: "ci".to_owned(),
        upstream: Some("main".to_owned()),
        status,
        usage: Usage { input_tokens: Some(12), output_tokens: Some(34), ..Usage::default() },
        latency_us: 1_234_567,
        first_byte_us: Some(200_000),
        error_class: (status >= 400).then_some(ErrorClass::RateLimitExceeded.into()),
        ..request(0)
    }
}

async fn filled() -> RestFixture {
    let fixture = RestFixture::new().await;
    let rows: Vec<RequestLog> = (0..5).map(|n| row(n, if n == 3 { 429 } else { 200 })).collect();
    fixture.store.insert_requests(&rows).await.unwrap();
    fixture
}

#[tokio::test]
async fn rows_come_newest_first_a_cursor_at_a_time() {
    let fixture = filled().await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = fixture.get(&format!("/api/v1/logs?limit=2&cursor={cursor}")).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        assert_eq!(page["has_more"].as_bool().unwrap(), page["next_cursor"].is_string());
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    let expected: Vec<String> = (0..5).rev().map(|n| row(n, 200).id.to_string()).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn rows_say_what_checks_rely_on() {
    let fixture = filled().await;
    let id = row(3, 429).id;
    let shown = fixture.get(&format!("/api/v1/logs/{id}")).await.json();
    for (field, value) in [
        ("id", json!(id.as_str())),
        ("key_id", json!(key(1).id.as_str())),
        ("model", json!("gpt-x")),
        ("upstream", json!("main")),
        ("status", json!(429)),
        ("input_tokens", json!(12)),
        ("output_tokens", json!(34)),
        ("latency_ms", json!(1234.567)),
        ("error_class", json!("rate_limit_exceeded")),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
}

#[tokio::test]
async fn filters_hold_together() {
    let fixture = filled().await;
    let count = async |query: &str| {
        let page = fixture.get(&format!("/api/v1/logs?{query}")).await.json();
        page["items"].as_array().unwrap().len()
    };
    assert_eq!(count("status=4xx").await, 1);
    assert_eq!(count("status=200&model=gpt-x").await, 4);
    assert_eq!(count("model=other").await, 0);
    assert_eq!(count("upstream=main&limit=500").await, 5);
    assert_eq!(count(&format!("id={}", row(2, 200).id)).await, 1);
    assert_eq!(count(&format!("since={}", row(4, 200).started_at.to_rfc3339())).await, 1);
    assert_eq!(count(&format!("until={}", row(1, 200).started_at.to_rfc3339())).await, 1);
}
