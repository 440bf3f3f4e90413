//! Gateway tests: whole requests through the pipeline, rows included.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use domain::{ErrorClass, ModelPattern, Visible};
use http::{Request, StatusCode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;
use crate::{
    fixture::{TestGateway, request, text},
    ledger::Durability,
};

const CHAT: &str = r#"{"model":"echo","messages":[{"role":"user","content":"hello"}]}"#;
const STREAM: &str = r#"{"model":"echo","stream":true,"messages":[{"role":"user","content":"hello"}]}"#;

/// An upstream that takes one request and answers with these bytes. It says what it got.
async fn upstream(answer: &'static str) -> (String, tokio::sync::oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let (report, reported) = tokio::sync::oneshot::channel();
    #[allow(clippy::disallowed_methods)] // a test's own task ends with it
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut got = Vec::new();
        let mut buffer = [0; 4096];
        while !got.windows(4).any(|window| window == b"\r\n\r\n")
            || got.ends_with(b"\r\n\r\n") && got.starts_with(b"POST")
        {
            let n = stream.read(&mut buffer).await.unwrap();
            if n == 0 {
                break;
            }
            got.extend_from_slice(&buffer[..n]);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        let _ = report.send(String::from_utf8_lossy(&got).into_owned());
    });
    (base, reported)
}

fn code(body: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(body).unwrap();
    value["error"]["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_answer_a_row_and_one_id() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    let answer = fixture.post(&issued, "/v1/chat/completions", CHAT).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let id = answer.headers()["x-keywright-request-id"].to_str().unwrap().to_owned();
    assert!(text(answer).await.contains("hello"));
    let rows = fixture.rows().await;
    assert_eq!((rows.len(), rows[0].id.as_str()), (1, id.as_str()));
    assert_eq!(
        (rows[0].model.as_deref(), rows[0].upstream.as_deref(), rows[0].attempts),
        (Some("echo"), Some("echo"), 1)
    );
    assert!(rows[0].usage.input_tokens.is_some() && rows[0].usage.output_tokens.is_some());
    assert_eq!((rows[0].status, rows[0].class(), rows[0].streamed), (200, None, false));
    let key = fixture.db.store.find_key(&issued.key.id).await.unwrap().unwrap();
    assert!(fixture.keyring.verify(key).unwrap().last_used_at.is_some());
}

#[tokio::test]
async fn usage_that_was_not_requested_is_counted_and_hidden() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    let hidden = text(fixture.post(&issued, "/v1/chat/completions", STREAM).await).await;
    assert!(hidden.contains("data: [DONE]") && !hidden.contains("prompt_tokens"), "{hidden}");
    let asked = STREAM.replace("\"stream\":true", "\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    let shown = text(fixture.post(&issued, "/v1/chat/completions", &asked).await).await;
    assert!(shown.contains("prompt_tokens"));
    let rows = fixture.rows().await;
    assert!(rows.iter().all(|row| row.streamed && row.usage.output_tokens.is_some() && row.class().is_none()));
    assert_eq!(rows[0].usage, rows[1].usage);
}

#[tokio::test]
async fn every_refusal_of_a_known_key_has_a_row() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|key| {
        key.policy.allowed_models = vec![ModelPattern::try_from("echo*".to_owned()).unwrap()];
        key.policy.rate_limits.requests_per_minute = Some(5);
    });
    let issued = issued.await;
    let path = "/v1/chat/completions";
    for (body, status, expected, class) in [
        ("{\"model\":", 400, "invalid_json", ErrorClass::BadRequest),
        ("{\"model\":\"echo\",\"model\":\"x\"}", 400, "duplicate_field", ErrorClass::BadRequest),
        ("{\"model\":\"gpt-5\"}", 403, "model_not_allowed", ErrorClass::ModelNotAllowed),
        ("{\"model\":\"echo-2\"}", 503, "no_upstream", ErrorClass::NoUpstream),
        (CHAT, 200, "", ErrorClass::Internal),
        (CHAT, 429, "rate_limit_exceeded", ErrorClass::RateLimitExceeded),
    ] {
        // Rows are distinguished by time.
        fixture.clock.advance(Duration::from_secs(1));
        let answer = fixture.post(&issued, path, body).await;
        assert_eq!(answer.status(), status, "{body}");
        assert!(answer.headers().contains_key("x-keywright-request-id"));
        let limited = answer.headers().contains_key("retry-after-ms");
        assert_eq!(limited, status == 429);
        let body = text(answer).await;
        if status != 200 {
            assert_eq!(code(&body), expected);
        }
        let rows = fixture.rows().await;
        assert_eq!((rows[0].status, rows[0].class()), (status, (status != 200).then_some(class)));
    }
    fixture.clock.advance(Duration::from_secs(1));
    fixture.revoke(&issued).await;
    let answer = fixture.post(&issued, path, CHAT).await;
    assert_eq!((answer.status().as_u16(), code(&text(answer).await)), (401, "invalid_api_key".to_owned()));
    assert_eq!(fixture.rows().await[0].class(), Some(ErrorClass::KeyRevoked));
}

#[tokio::test]
async fn another_content_type_does_not_get_past_allowed_models() {
    let fixture = TestGateway::new().await;
    let issued =
        fixture.issue(|key| key.policy.allowed_models = vec![ModelPattern::try_from("echo".to_owned()).unwrap()]).await;
    let plain = request(&issued, "/v1/chat/completions").method("POST");
    let mut plain = plain.body(Body::from("{\"model\":\"gpt-5\"}")).unwrap();
    plain.headers_mut().insert("content-type", http::HeaderValue::from_static("text/plain"));
    let answer = fixture.send(plain).await;
    assert_eq!(code(&text(answer).await), "model_not_allowed");
}

#[tokio::test]
async fn unknown_callers_leave_no_row() {
    let fixture = TestGateway::new().await;
    let anonymous = Request::post("/v1/chat/completions").header("host", "h").body(Body::from(CHAT)).unwrap();
    let answer = fixture.send(anonymous).await;
    assert!(answer.headers().contains_key("x-keywright-request-id"));
    assert_eq!(answer.headers()["connection"], "close", "its body was not read");
    assert_eq!(code(&text(answer).await), "missing_api_key");
    let lost = Request::get("/v1/key/self").header("host", "h").body(Body::empty()).unwrap();
    assert_eq!(code(&text(fixture.send(lost).await).await), "not_found");
    assert!(fixture.rows().await.is_empty());
}

#[tokio::test]
async fn bodies_over_the_limit_are_refused() {
    let fixture = TestGateway::with(|config| config.max_body = 1000).await;
    let issued = fixture.issue(|_| {}).await;
    let answer = fixture.post(&issued, "/v1/chat/completions", &" ".repeat(1001)).await;
    assert_eq!(answer.headers()["connection"], "close");
    assert_eq!((answer.status().as_u16(), code(&text(answer).await)), (413, "request_too_large".to_owned()));
    let packed = request(&issued, "/v1/chat/completions").method("POST").header("content-encoding", "gzip");
    let answer = fixture.send(packed.body(Body::from("x")).unwrap()).await;
    assert_eq!((answer.status().as_u16(), code(&text(answer).await)), (415, "unsupported_encoding".to_owned()));
    assert_eq!(fixture.rows().await.len(), 2);
}

#[tokio::test]
async fn a_row_names_the_version_of_the_policy_that_judged_it() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|key| key.policy_version = 7).await;
    fixture.post(&issued, "/v1/chat/completions", r#"{"model":"echo","messages":[]}"#).await;
    assert_eq!(fixture.rows().await[0].policy_version, Some(7));
}

#[tokio::test]
async fn requests_pass_as_they_are_but_for_the_key() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    let (base, got) = upstream(
        "HTTP/1.1 202 Accepted\r\nserver: secret-nginx\r\nset-cookie: a=b\r\nx-request-id: up-1\r\ncontent-length: 2\r\n\r\nok",
    )
    .await;
    fixture.upstream("openai_compatible", &base, true).await;
    let sent = request(&issued, "/v1/files/a%2Fb?x=%20&y=//").method("PUT").header("cookie", "c=d");
    let sent =
        sent.header("x-forwarded-for", "6.6.6.6").header("openai-beta", "b").header("x-api-key", issued_text(&issued));
    let answer = fixture.send(sent.body(Body::from("{\"a\": 1.0}")).unwrap()).await;
    assert_eq!(answer.status(), 202);
    assert_eq!(answer.headers()["x-request-id"], "up-1");
    assert!(!answer.headers().contains_key("server") && !answer.headers().contains_key("set-cookie"));
    assert_eq!(text(answer).await, "ok");
    let got = got.await.unwrap();
    assert!(got.starts_with("PUT /v1/files/a%2Fb?x=%20&y=// HTTP/1.1\r\n"), "{got}");
    assert!(got.ends_with("\r\n\r\n{\"a\": 1.0}") && got.contains("openai-beta: b"), "{got}");
    for gone in [issued_text(&issued).as_str(), "authorization", "cookie", "6.6.6.6", "gateway.test"] {
        assert!(!got.contains(gone), "{gone} in {got}");
    }
}

fn issued_text(issued: &crate::fixture::Issued) -> String {
    use secrecy::ExposeSecret as _;
    issued.secret.expose_secret().to_owned()
}

#[tokio::test]
async fn what_an_upstream_may_not_say_becomes_a_refusal() {
    for (answer, status, expected, hidden) in [
        ("HTTP/1.1 401 Unauthorized\r\ncontent-length: 6\r\n\r\nsecret", 502, "upstream_auth_failed", Some(401)),
        (
            "HTTP/1.1 302 Found\r\nlocation: http://evil.test/\r\ncontent-length: 0\r\n\r\n",
            502,
            "upstream_redirected",
            Some(302),
        ),
        ("SSH-2.0-OpenSSH\r\n\r\n", 502, "upstream_invalid_response", None),
        ("", 502, "upstream_unavailable", None),
    ] {
        let fixture = TestGateway::new().await;
        let issued = fixture.issue(|_| {}).await;
        let (base, _got) = upstream(answer).await;
        fixture.upstream("openai_compatible", &base, true).await;
        let answer = fixture.post(&issued, "/v1/chat/completions", "{\"model\":\"gpt-5\"}").await;
        assert_eq!(answer.status(), status);
        assert!(!answer.headers().contains_key("location"));
        let body = text(answer).await;
        assert_eq!(code(&body), expected);
        assert!(!body.contains("evil") && !body.contains("secret") && !body.contains("127.0.0.1"), "{body}");
        assert_eq!(fixture.rows().await[0].upstream_status, hidden);
    }
}

#[tokio::test]
async fn an_upstreams_own_no_passes_as_it_is() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    let (base, _got) = upstream(
        "HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{\"a\":1}",
    )
    .await;
    fixture.upstream("openai_compatible", &base, true).await;
    let answer = fixture.post(&issued, "/v1/chat/completions", "{\"model\":\"gpt-5\"}").await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["retry-after"]),
        (429, &http::HeaderValue::from_static("7"))
    );
    assert_eq!(text(answer).await, "{\"a\":1}");
    assert_eq!(fixture.rows().await[0].class(), Some(ErrorClass::UpstreamError));
}

#[tokio::test]
async fn a_stream_reset_by_its_upstream_ends_with_an_error_event() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    let (base, _got) = upstream(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\nb\r\ndata: {}\r\n\r\n\r\n5\r\nda",
    )
    .await;
    fixture.upstream("openai_compatible", &base, true).await;
    let answer = fixture.post(&issued, "/v1/responses", "{\"model\":\"gpt-5\",\"stream\":true}").await;
    let body = text(answer).await;
    assert!(
        body.starts_with("data: {}") && body.contains("upstream_unavailable") && !body.contains("[DONE]"),
        "{body}"
    );
    assert_eq!(fixture.rows().await[0].class(), Some(ErrorClass::UpstreamReset));
}

#[tokio::test]
async fn a_client_that_leaves_before_the_answer_has_a_row() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    fixture.upstream("openai_compatible", &format!("http://{}/v1", listener.local_addr().unwrap()), true).await;
    let sent = fixture.post(&issued, "/v1/chat/completions", "{\"model\":\"gpt-5\"}");
    // Gone as soon as the upstream has the connection.
    tokio::select! {
        _ = sent => panic!("no answer expected"),
        accepted = listener.accept() => drop(accepted.unwrap()),
    }
    let rows = fixture.rows().await;
    assert_eq!((rows[0].status, rows[0].class()), (499, Some(ErrorClass::ClientGone)));
}

#[tokio::test]
async fn a_secret_bound_to_another_address_is_not_sent() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    let upstream = fixture.upstream("openai_compatible", "http://127.0.0.1:9/v1", true).await;
    fixture.secret(&upstream, "http://127.0.0.1:9/v2", "sk-provider-secret").await;
    let answer = fixture.post(&issued, "/v1/chat/completions", "{\"model\":\"gpt-5\"}").await;
    assert_eq!((answer.status().as_u16(), code(&text(answer).await)), (503, "credential_unreadable".to_owned()));
}

/// F04: a provider that needs a secret and has none is out of order, and nothing is dialled.
#[tokio::test]
async fn an_upstream_without_the_secret_it_needs_is_not_called_anonymously() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    let (base, mut got) = upstream("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    fixture.upstream("openai", &base, true).await;
    let answer = fixture.post(&issued, "/v1/chat/completions", "{\"model\":\"gpt-5\"}").await;
    assert_eq!((answer.status().as_u16(), code(&text(answer).await)), (503, "credential_unreadable".to_owned()));
    assert!(got.try_recv().is_err(), "nothing was sent");
}

#[tokio::test]
async fn the_upstreams_secret_is_put_in_place_of_the_key() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    let (base, got) = upstream("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let upstream = fixture.upstream("openai_compatible", &base, true).await;
    fixture.secret(&upstream, upstream.base_url.as_str(), "sk-provider-secret").await;
    assert_eq!(fixture.post(&issued, "/v1/chat/completions", "{\"model\":\"gpt-5\"}").await.status(), 200);
    assert!(got.await.unwrap().contains("authorization: Bearer sk-provider-secret\r\n"));
    assert_eq!(fixture.rows().await.len(), 1, "an answer without a body has its row");
}

#[tokio::test]
async fn rows_survive_a_stop_and_the_spool_is_empty_then() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    text(fixture.post(&issued, "/v1/chat/completions", CHAT).await).await;
    fixture.gateway.stop().await;
    fixture.shutdown.cancel();
    let left = std::fs::read_dir(fixture.spool.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["lock"]);
    assert_eq!(
        fixture
            .db
            .store
            .list_requests(&Visible::everything(), &store::RequestFilter { limit: 5, ..Default::default() })
            .await
            .unwrap()
            .len(),
        1
    );
}

/// A body that panics when it is read, as a bug of ours would.
struct Bomb;

impl http_body::Body for Bomb {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        panic!("as a test wants it")
    }
}

#[tokio::test]
async fn a_panic_is_an_answer_and_a_row() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    let bomb = request(&issued, "/v1/chat/completions").method("POST").body(Bomb).unwrap();
    let answer = fixture.gateway.handle(bomb, ([127, 0, 0, 1], 5).into()).await;
    assert_eq!(answer.status(), 500);
    assert_eq!(code(&text(answer).await), "internal");
    assert_eq!(fixture.rows().await[0].class(), Some(ErrorClass::Internal));
    assert_eq!(fixture.post(&issued, "/v1/chat/completions", CHAT).await.status(), 200);
}

/// A process that was killed leaves its rows; the next one inserts them without any request.
#[tokio::test]
async fn rows_of_an_earlier_process_are_inserted_unasked() {
    let fixture = TestGateway::new().await;
    let issued = fixture.issue(|_| {}).await;
    fixture.gateway.stop().await;
    let dir = tempfile::TempDir::new().unwrap();
    let size = SpoolSize { segment: 1 << 16, total: 1 << 20 };
    let (tasks, first) = (TaskTracker::new(), CancellationToken::new());
    first.cancel();
    let ledger = Ledger::start(dir.path(), size, Durability::Normal, fixture.db.store.clone(), &tasks, first).unwrap();
    let row = crate::ledger::tests::row(&issued.key.id, fixture.clock.now());
    ledger.journal().open(&row, None).unwrap();
    tasks.close();
    tasks.wait().await;
    drop(ledger);

    let ledger =
        Ledger::start(dir.path(), size, Durability::Normal, fixture.db.store.clone(), &tasks, fixture.shutdown.clone())
            .unwrap();
    let arrived = async {
        loop {
            if let Some(row) = fixture.db.store.find_request(&row.id).await.unwrap() {
                return row.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let found = tokio::time::timeout(std::time::Duration::from_secs(10), arrived).await.unwrap();
    assert_eq!(found.class(), Some(ErrorClass::Interrupted));
    ledger.stop().await;
}

/// The database is gone for so long that the spool is full (R8): no request is forwarded without a record, and nothing
/// that was is lost.
#[tokio::test]
async fn a_full_spool_refuses_and_recovers() {
    let fixture = TestGateway::with(|config| (config.spool_segment, config.spool_total) = (4096, 4096)).await;
    let issued = fixture.issue(|_| {}).await;
    // Nothing inserts the rows.
    fixture.shutdown.cancel();
    let mut passed = 0;
    let refused = loop {
        let answer = fixture.post(&issued, "/v1/chat/completions", CHAT).await;
        if answer.status() != 200 {
            break answer;
        }
        text(answer).await;
        passed += 1;
        assert!(passed < 100, "the spool has no end");
    };
    assert!(passed > 3 && !fixture.gateway.ready());
    assert_eq!((refused.status().as_u16(), code(&text(refused).await)), (503, "store_unavailable".to_owned()));
    let rows = fixture.rows().await;
    assert_eq!(rows.iter().filter(|row| row.status == 200).count(), passed);
    assert_eq!(rows.iter().filter(|row| row.class() == Some(ErrorClass::StoreUnavailable)).count(), 1);
    assert!(fixture.gateway.ready());
    assert_eq!(fixture.post(&issued, "/v1/chat/completions", CHAT).await.status(), 200);
}
