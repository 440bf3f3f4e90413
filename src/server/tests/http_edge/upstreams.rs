//! Upstream failure tests: upstreams that hang, flood, lie about lengths, redirect, reset. The client gets a clean
//! answer, and nothing of theirs.

use testkit::{
    Raw, both_engines,
    raw_upstream::{
        Act::{self, Close, Hang, Repeat, Reset, Say},
        GOOD,
    },
};

use super::{
    case::{On, Plane, Row, json},
    fixture::{EdgeFixture, UPSTREAM_SECRET},
};

/// Stands in everything that an upstream says and that no client is to see.
const CANARY: &str = "canary-of-the-upstream";
const LOCATION: &str = "http://169.254.169.254/canary-of-the-upstream";

struct Wrong {
    sent: String,
    acts: Vec<Act>,
    status: u16,
    code: &'static str,
}

/// What an upstream does wrong before its answer has begun.
fn table() -> Vec<Wrong> {
    let wrong = |sent: &str, acts: Vec<Act>, status: u16, code: &'static str| Wrong {
        sent: sent.to_owned(),
        acts,
        status,
        code,
    };
    let unusable = |sent: &str, head: &str| {
        let bytes = format!("{head}\r\n{CANARY}").into_bytes();
        wrong(sent, vec![Say(bytes), Close], 502, "upstream_invalid_response")
    };
    let silent = |sent: &str, acts: Vec<Act>| wrong(sent, acts, 504, "upstream_timeout");
    let down = |sent: &str, acts: Vec<Act>| wrong(sent, acts, 502, "upstream_unavailable");
    let say = |text: &str| Say(text.as_bytes().to_vec());
    let ok = "HTTP/1.1 200 OK\r\n";
    let fields = |count: usize| "X-A: b\r\n".repeat(count);
    let mut all = vec![
        silent("nothing is answered, after `upstream_first_byte_timeout`", vec![Hang]),
        silent("half a head, then nothing", vec![say("HTTP/1.1 200 OK\r\nX-A: "), Hang]),
        silent("`100 Continue` and nothing else", vec![say("HTTP/1.1 100 Continue\r\n\r\n"), Hang]),
        silent("`100 Continue` without end", vec![Repeat(b"HTTP/1.1 100 Continue\r\n\r\n".repeat(100))]),
        down("the connection is closed without an answer", vec![Close]),
        down("the connection is reset", vec![Reset]),
        down("half a head, then the connection is closed", vec![say("HTTP/1.1 200 OK\r\nX-A: "), Close]),
        down("half a head, then the connection is reset", vec![say("HTTP/1.1 200 OK\r\nX-A: "), Reset]),
        unusable("bytes that are no HTTP", "\x01\x02\x03\r\n"),
        unusable("an answer of another protocol", "SSH-2.0-OpenSSH_9.9\r\n"),
        unusable("an answer in HTTP/2.0", "HTTP/2.0 200 OK\r\nContent-Length: 5\r\n"),
        unusable("a status that is no number", "HTTP/1.1 abc OK\r\nContent-Length: 5\r\n"),
        unusable(
            "`101 Switching Protocols`",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n",
        ),
        unusable("header fields over 64 KiB", &format!("{ok}X-A: {}\r\nContent-Length: 5\r\n", "a".repeat(66 * 1024))),
        unusable("over 100 header fields", &format!("{ok}{}Content-Length: 5\r\n", fields(101))),
        wrong(
            "header fields without end",
            vec![say(ok), Repeat(fields(1000).into_bytes())],
            502,
            "upstream_invalid_response",
        ),
        wrong(
            "a header line without end",
            vec![say(ok), Repeat(vec![b'a'; 16 * 1024])],
            502,
            "upstream_invalid_response",
        ),
        unusable("a folded header line", &format!("{ok}X-A: b\r\n c\r\nContent-Length: 5\r\n")),
        unusable("NUL in a header", &format!("{ok}X-A: b\0c\r\nContent-Length: 5\r\n")),
        unusable("a lone CR in a header", &format!("{ok}X-A: b\rc\r\nContent-Length: 5\r\n")),
        unusable("a space before a header's colon", &format!("{ok}Content-Length : 5\r\n")),
        unusable("two Content-Length that differ", &format!("{ok}Content-Length: 5\r\nContent-Length: 6\r\n")),
        unusable("a Content-Length that is no number", &format!("{ok}Content-Length: +5\r\n")),
        unusable("a negative Content-Length", &format!("{ok}Content-Length: -5\r\n")),
        unusable("a Content-Length over 64 bit", &format!("{ok}Content-Length: 99999999999999999999\r\n")),
        unusable("Transfer-Encoding `gzip, chunked`", &format!("{ok}Transfer-Encoding: gzip, chunked\r\n")),
        unusable("Transfer-Encoding `gzip`", &format!("{ok}Transfer-Encoding: gzip\r\n")),
        unusable(
            "Transfer-Encoding twice",
            &format!("{ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        ),
        unusable("Transfer-Encoding in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n"),
        wrong(
            "401: our own secret is not taken",
            vec![Say(format!(
                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: {CANARY}\r\nContent-Length: {}\r\n\r\n{CANARY}",
                CANARY.len()
            )
            .into_bytes())],
            502,
            "upstream_auth_failed",
        ),
    ];
    for status in [300, 301, 302, 303, 307, 308] {
        let text =
            format!("HTTP/1.1 {status} X\r\nLocation: {LOCATION}\r\nContent-Length: {}\r\n\r\n{CANARY}", CANARY.len());
        all.push(wrong(&format!("{status} with Location"), vec![Say(text.into_bytes())], 502, "upstream_redirected"));
    }
    all
}

pub fn rows() -> Vec<Row> {
    let row = |wrong: Wrong| Row {
        theme: "What upstreams do wrong",
        sent: wrong.sent,
        on: On::Gateway,
        status: wrong.status,
        code: wrong.code,
    };
    table().into_iter().map(row).collect()
}

fn chat(stream: bool) -> Vec<u8> {
    json(&format!("{{\"model\":\"m\",\"stream\":{stream},\"messages\":[]}}"))
}

fn stream_of(text: &str) -> Act {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    Say(format!("{head}{text}").into_bytes())
}

const EVENT: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n";

async fn hold(fixture: EdgeFixture, table: Vec<Wrong>) {
    for wrong in &table {
        for stream in [false, true] {
            fixture.upstream.play(&wrong.acts);
            let before = fixture.upstream.counts().0;
            let mut raw = Raw::connect(fixture.entry_points.gateway).await;
            let answer = raw.ask(&fixture.entry_points.fill(Plane::Gateway, &chat(stream))).await;
            let answer = answer.unwrap_or_else(|| panic!("{}: hung up on without an answer", wrong.sent));
            let text = answer.text();
            assert_eq!((answer.status, answer.code().as_str()), (wrong.status, wrong.code), "{}: {text}", wrong.sent);
            let said = format!("{}{text}", answer.head);
            for secret in [CANARY, UPSTREAM_SECRET, &fixture.entry_points.key, "169.254", "127.0.0.1"] {
                assert!(!said.contains(secret), "{}: {said}", wrong.sent);
            }
            assert_eq!(answer.field("location"), None);
            assert_eq!(fixture.upstream.counts().0 - before, 1, "{}: asked once, and not again", wrong.sent);
            fixture.upstream.say(GOOD);
            // Its own request was read whole: the same connection serves on.
            fixture.entry_points.good(Plane::Gateway, &mut raw, &wrong.sent).await;
        }
    }
    // One row each, under the code that the client heard.
    let rows = fixture.server.logs().await;
    for wrong in &table {
        let here = rows.iter().filter(|row| row["error_class"] == wrong.code && row["status"] == wrong.status).count();
        assert_eq!(here, 2 * table.iter().filter(|other| other.code == wrong.code).count(), "{}: {rows:?}", wrong.code);
    }
}

/// Those who are not waited for, and the others.
fn silent_or_not(silent: bool) -> Vec<Wrong> {
    let table: Vec<Wrong> = table().into_iter().filter(|wrong| (wrong.status == 504) == silent).collect();
    assert!(!table.is_empty());
    table
}

both_engines! {
    /// Each gets its status and its code, for a whole answer and for a stream alike; nothing that the upstream said
    /// reaches the client; it is not followed; and the next request is served.
    async fn unusable_answers_are_not_passed_on(engine) {
        hold(EdgeFixture::start(engine, &[]).await, silent_or_not(false)).await;
    }

    /// The same of those who begin no answer in time.
    async fn silent_upstreams_are_not_waited_for(engine) {
        hold(EdgeFixture::start(engine, &[("upstream_first_byte_timeout", "0.4")]).await, silent_or_not(true)).await;
    }

    /// What breaks in mid-answer ends with the dialect's error event where there is a stream, else with a broken
    /// connection: never as if it were whole.
    async fn broken_answers_end_broken(engine) {
        let fixture = EdgeFixture::start(engine, &[("upstream_idle_timeout", "0.4")]).await;
        let chunked = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        let chunk = format!("{:x}\r\n{EVENT}\r\n", EVENT.len());
        let say = |text: String| Say(text.into_bytes());
        for (sent, acts) in [
            ("a bad chunk size", vec![say(format!("{chunked}{chunk}xyz\r\n"))]),
            ("a chunk longer than its size", vec![say(format!("{chunked}{chunk}2\r\nabc\r\n"))]),
            ("a chunk that breaks off", vec![say(format!("{chunked}{chunk}ff\r\nabc")), Close]),
            ("no last chunk", vec![say(format!("{chunked}{chunk}")), Close]),
            ("no last chunk, and a reset", vec![say(format!("{chunked}{chunk}")), Reset]),
            ("silence in mid-stream", vec![say(format!("{chunked}{chunk}")), Hang]),
            ("silence in mid-stream, without framing", vec![stream_of(EVENT), Hang]),
        ] {
            fixture.upstream.play(&acts);
            let mut raw = Raw::connect(fixture.entry_points.gateway).await;
            let answer = raw.ask(&fixture.entry_points.fill(Plane::Gateway, &chat(true))).await.unwrap();
            let text = answer.text();
            assert!(answer.status == 200 && answer.whole, "{sent}: {text}");
            assert!(text.contains("\"error\"") && !text.contains("[DONE]"), "{sent}: {text}");
        }
        let whole = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"half\":";
        for (sent, end) in [("closes early", Close), ("resets early", Reset), ("is silent", Hang)] {
            fixture.upstream.play(&[say(whole.to_owned()), end]);
            let mut raw = Raw::connect(fixture.entry_points.gateway).await;
            let answer = raw.ask(&fixture.entry_points.fill(Plane::Gateway, &chat(false))).await.unwrap();
            assert!(!answer.whole && answer.text() == "{\"half\":", "{sent}: {answer:?}");
            assert!(raw.rest().await.is_empty(), "{sent}");
        }
        let rows = fixture.server.logs().await;
        assert_eq!(rows.len(), 10);
        assert!(rows.iter().all(|row| matches!(row["error_class"].as_str(), Some("upstream_reset" | "upstream_timeout"))), "{rows:?}");
        fixture.upstream.say(GOOD);
        fixture.entry_points.good(Plane::Gateway, &mut Raw::connect(fixture.entry_points.gateway).await, "broken answers").await;
    }

    /// More than was announced is not passed on, and is never part of another answer.
    async fn an_answer_is_as_long_as_it_says(engine) {
        let fixture = EdgeFixture::start(engine, &[]).await;
        let smuggled = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled";
        for more in ["more".to_owned(), smuggled.to_owned(), smuggled.repeat(20)] {
            let good = String::from_utf8(GOOD.to_vec()).unwrap();
            fixture.upstream.say(format!("{good}{more}"));
            for _ in 0..3 {
                let mut raw = Raw::connect(fixture.entry_points.gateway).await;
                for _ in 0..2 {
                    let answer = raw.ask(&fixture.entry_points.fill(Plane::Gateway, &chat(false))).await.unwrap();
                    assert_eq!((answer.status, answer.text().as_str()), (200, "{\"good\":true}"), "{more}");
                }
            }
        }
    }

    /// A line of several MiB passes byte for byte though the meter has given up on it, and the row says so little that
    /// it claims no tokens.
    async fn long_lines_pass(engine) {
        let fixture = EdgeFixture::start(engine, &[]).await;
        let line = format!("data: {{\"filler\":\"{}\"}}\n\n", "x".repeat(3 << 20));
        let text = format!("{EVENT}{line}{EVENT}data: [DONE]\n\n");
        fixture.upstream.play(&[stream_of(&text), Close]);
        let mut raw = Raw::connect(fixture.entry_points.gateway).await;
        let answer = raw.ask(&fixture.entry_points.fill(Plane::Gateway, &chat(true))).await.unwrap();
        assert!(answer.whole && answer.text() == text, "{} of {} bytes", answer.body.len(), text.len());
        let rows = fixture.server.logs().await;
        assert!(rows[0]["output_tokens"].is_null(), "{rows:?}");
    }
}
