//! Relay tests: ends, failures, timeouts and revocations of a stream.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use domain::{RequestLog, Usage};
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt as _;
use providers::Grammar;

use super::{super::answer::Act, *};
use crate::{
    fixture::{Issued, TestGateway},
    gateway::Gateway,
};

type Script = VecDeque<Act>;

struct Stream {
    fixture: TestGateway,
    issued: Issued,
}

const DONE: &str = "data: [DONE]\n\n";
const CHUNK: &str = "data: {\"model\":\"gpt-5-2026\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
const USAGE: &str = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10}}\n\n";

impl Stream {
    async fn new() -> Self {
        Self::patient(Duration::from_millis(50)).await
    }

    async fn patient(idle: Duration) -> Self {
        let fixture = TestGateway::with(|config| config.idle_timeout = idle).await;
        let issued = fixture.issue(|_| {}).await;
        // Nothing inserts the rows of the spool while the test looks into it.
        fixture.shutdown.cancel();
        Self { fixture, issued }
    }

    /// The response that a script of an upstream becomes.
    async fn answer(&self, kind: &'static str, length: Option<usize>, script: Vec<Act>) -> Response<Body> {
        let g = &*self.fixture.gateway;
        let (known, stream_guard) =
            g.directory.find_key(&self.issued.secret, [127, 0, 0, 1].into()).await.unwrap().unwrap();
        let (exchange, answer) = (exchange(g, known, stream_guard).await, Script::from(script));
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        let metering = Metering::new(Some(Grammar::Chat), &headers, false, false);
        if let Some(length) = length {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        let mut timeouts = UpstreamTimeouts::new(crate::upstream_timeouts::Patience::new(&g.config), None);
        timeouts.restart_idle();
        let source = Source::Script(answer);
        let (exchange, places) = (Box::new(exchange), Places::default());
        relay(Answer { exchange, status: StatusCode::OK, headers, source, metering, timeouts, places }, g.clock.now())
            .await
    }

    /// Rows whose CLOSE is in the spool, without moving them.
    fn closed(&self) -> Vec<RequestLog> {
        let batch = self.fixture.gateway.ledger.journal().next_batch();
        batch.map(|batch| batch.owned()).unwrap_or_default()
    }
}

async fn exchange(g: &Gateway, known: Arc<crate::directory::CachedKey>, stream_guard: StreamGuard) -> Exchange {
    let incoming = crate::incoming::IncomingRequest {
        id: domain::RequestId::new(g.clock.now(), (*g.random).bytes()),
        started_at: g.clock.now(),
        started_ns: g.clock.monotonic_ns(),
        dialect: Dialect::Openai,
        address: [127, 0, 0, 1].into(),
        method: Method::POST,
        uri: "/v1/chat/completions".parse().unwrap(),
        version: http::Version::HTTP_11,
        headers: HeaderMap::new(),
        body: Body::empty(),
    };
    let target = crate::target::check(&incoming.method, &incoming.uri, Dialect::Openai).unwrap();
    let mut settlement = Settlement::begin(g, &incoming, &target, &known);
    settlement.open().await.unwrap();
    let crate::incoming::IncomingRequest { id, method, headers, .. } = incoming;
    let stream_guard = Arc::new(stream_guard);
    Exchange { known, stream_guard, settlement, id, method, target, headers, reservation: None, rates: vec![] }
}

async fn next(body: &mut Body) -> Option<Result<String, String>> {
    let frame = body.frame().await?;
    Some(
        frame
            .map_err(|error| error.to_string())
            .map(|frame| String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()),
    )
}

fn usage() -> Usage {
    Usage { input_tokens: Some(19), output_tokens: Some(10), ..Usage::default() }
}

#[tokio::test]
async fn the_row_is_in_the_spool_before_the_completing_frame_is_released() {
    let stream = Stream::new().await;
    let script = vec![Act::Piece(CHUNK), Act::Piece(USAGE), Act::Piece(DONE), Act::Silence];
    let mut body = stream.answer("text/event-stream", None, script).await.into_body();
    assert_eq!(next(&mut body).await, Some(Ok(CHUNK.to_owned())));
    assert_eq!(next(&mut body).await, Some(Ok(USAGE.to_owned())));
    assert_eq!(stream.closed().len(), 0, "not over yet");
    assert_eq!(next(&mut body).await, Some(Ok(DONE.to_owned())));
    let rows = stream.closed();
    assert_eq!((rows.len(), rows[0].usage, rows[0].class()), (1, usage(), None));
    assert_eq!(rows[0].model_served.as_deref(), Some("gpt-5-2026"));
    // The upstream dawdles after its last word: that is no failure any more, and no second row.
    assert_eq!(next(&mut body).await, None);
    assert_eq!(stream.closed().len(), 1);
}

#[tokio::test]
async fn the_row_is_in_the_spool_before_the_last_byte_of_a_known_length() {
    const JSON: &str = r#"{"model":"gpt-5","usage":{"prompt_tokens":19,"completion_tokens":10}}"#;
    let stream = Stream::new().await;
    let (one, two) = JSON.split_at(30);
    let script = vec![Act::Piece(one), Act::Piece(two)];
    let mut body = stream.answer("application/json", Some(JSON.len()), script).await.into_body();
    assert_eq!(next(&mut body).await, Some(Ok(one.to_owned())));
    assert_eq!(stream.closed().len(), 0);
    assert_eq!(next(&mut body).await, Some(Ok(two.to_owned())));
    assert_eq!(stream.closed()[0].usage, usage());
    // Whoever has all bytes does not ask for more; that is no client that went away.
    drop(body);
    assert_eq!(stream.closed().len(), 1);
    assert_eq!(stream.closed()[0].class(), None);
}

#[tokio::test]
async fn without_a_length_the_row_comes_before_the_end() {
    let stream = Stream::new().await;
    let mut body = stream.answer("application/json", None, vec![Act::Piece("{}")]).await.into_body();
    assert_eq!(next(&mut body).await, Some(Ok("{}".to_owned())));
    assert_eq!(stream.closed().len(), 0);
    assert_eq!(next(&mut body).await, None);
    assert_eq!(stream.closed().len(), 1);
}

#[tokio::test]
async fn a_stream_that_breaks_ends_with_an_error_event() {
    for (act, code, class) in [
        (Act::Reset, "upstream_unavailable", ErrorClass::UpstreamReset),
        (Act::Silence, "upstream_timeout", ErrorClass::UpstreamTimeout),
    ] {
        let stream = Stream::new().await;
        let script = vec![Act::Piece(CHUNK), Act::Piece(USAGE), Act::Piece("data: {\"cho"), act, Act::Piece(DONE)];
        let mut body = stream.answer("text/event-stream", None, script).await.into_body();
        let mut seen = Vec::new();
        while let Some(frame) = next(&mut body).await {
            seen.push(frame.unwrap());
        }
        assert_eq!(seen.len(), 4);
        assert!(seen[3].contains(code) && seen[3].ends_with("\n\n"), "{}", seen[3]);
        assert!(!seen.concat().contains("[DONE]"));
        let rows = stream.closed();
        assert_eq!((rows[0].status, rows[0].class(), rows[0].usage), (200, Some(class), usage()));
    }
}

#[tokio::test]
async fn other_answers_that_break_are_broken_off() {
    for length in [None, Some(100)] {
        let stream = Stream::new().await;
        let mut body =
            stream.answer("application/json", length, vec![Act::Piece("{\"a\":"), Act::Reset]).await.into_body();
        assert!(next(&mut body).await.unwrap().is_ok());
        assert!(next(&mut body).await.unwrap().is_err(), "never a proper end");
        assert_eq!(stream.closed()[0].class(), Some(ErrorClass::UpstreamReset));
    }
}

#[tokio::test]
async fn a_client_that_leaves_has_a_row_at_every_frame() {
    for frames in 0..=3 {
        let stream = Stream::new().await;
        let script = vec![Act::Piece(USAGE), Act::Piece(CHUNK), Act::Piece(CHUNK), Act::Piece(DONE)];
        let mut body = stream.answer("text/event-stream", None, script).await.into_body();
        for _ in 0..frames {
            next(&mut body).await.unwrap().unwrap();
        }
        drop(body);
        let rows = stream.closed();
        let expected = if frames == 0 { (499, Usage::default()) } else { (200, usage()) };
        assert_eq!((rows[0].status, rows[0].usage), expected);
        assert_eq!((rows.len(), rows[0].class()), (1, Some(ErrorClass::ClientGone)));
    }
}

#[tokio::test]
async fn revoking_the_key_ends_its_stream_and_keeps_its_usage() {
    let stream = Stream::new().await;
    let script = vec![Act::Piece(USAGE), Act::Piece(CHUNK), Act::Piece(CHUNK), Act::Piece(DONE)];
    let mut body = stream.answer("text/event-stream", None, script).await.into_body();
    next(&mut body).await.unwrap().unwrap();
    let known =
        stream.fixture.gateway.directory.find_key(&stream.issued.secret, [127, 0, 0, 1].into()).await.unwrap().unwrap();
    stream.fixture.revoke(&stream.issued).await;
    known.1.ended().cancelled().await;
    // Though the upstream has more to say, the next thing that the client receives is the end.
    let event = next(&mut body).await.unwrap().unwrap();
    assert!(event.contains("invalid_api_key"), "{event}");
    assert_eq!(next(&mut body).await, None);
    let rows = stream.closed();
    assert_eq!((rows[0].status, rows[0].class(), rows[0].usage), (200, Some(ErrorClass::RevokedMidStream), usage()));
}

#[tokio::test]
async fn a_stream_that_waits_is_woken_by_the_revoke() {
    // Longer than a busy machine may take for the revoke: silence must not be what ends the stream.
    let stream = Stream::patient(Duration::from_mins(1)).await;
    let mut body = stream.answer("text/event-stream", None, vec![Act::Piece(CHUNK), Act::Silence]).await.into_body();
    next(&mut body).await.unwrap().unwrap();
    let (event, ()) = tokio::join!(next(&mut body), stream.fixture.revoke(&stream.issued));
    assert!(event.unwrap().unwrap().contains("invalid_api_key"));
}

#[tokio::test]
async fn answers_without_a_body_are_settled_at_once() {
    let stream = Stream::new().await;
    let answer = stream.answer("application/json", Some(0), vec![]).await;
    assert_eq!(stream.closed().len(), 1);
    drop(answer);
    assert_eq!(stream.closed().len(), 1);
}
