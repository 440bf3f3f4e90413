//! Slow client tests: whoever is slow, silent, or does not read is not waited for. Times are configured small; only
//! sockets wait.

use std::time::{Duration, Instant};

use testkit::{Raw, both_engines, raw_upstream::Act};

use super::{
    case::{On, Plane, Row, get, post},
    fixture::EdgeFixture,
};

/// What is slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// Nothing is said at all.
    Silence,
    /// Part of a head, then silence.
    HalfAHead,
    /// A head, byte by byte.
    TrickledHead,
    /// A good request, then part of a head.
    HalfAHeadLater,
    /// A good request, then nothing.
    Idleness,
    /// Part of a body, then silence.
    HalfABody,
    /// A chunk that will never be all there.
    EndlessChunk,
    /// A body, byte by byte.
    DrippedBody,
    /// More connections than an address may have.
    OneMore,
    /// An answer that is not read.
    DeafReader,
}

const TABLE: [(How, &str, On, u16, &str); 11] = [
    (How::Silence, "a connection on which nothing is said, after `header_timeout`", On::Both, 0, ""),
    (How::HalfAHead, "part of a head, then nothing, after `header_timeout`", On::Both, 0, ""),
    (How::TrickledHead, "a head byte by byte, after `header_timeout`", On::Both, 0, ""),
    (How::HalfAHeadLater, "part of a head behind a good request, after `header_timeout`", On::Both, 0, ""),
    (How::Idleness, "a connection that is idle behind a good request, after `idle_timeout`", On::Both, 0, ""),
    (How::HalfABody, "part of a body, then nothing, after `body_idle_timeout`", On::Both, 408, "request_timeout"),
    (How::EndlessChunk, "a chunk of 2^63 bytes, after `body_idle_timeout`", On::Both, 408, "request_timeout"),
    (How::DrippedBody, "a body under 1 KiB/s, after `body_grace`", On::Both, 408, "request_timeout"),
    (How::OneMore, "one connection more than `connections_per_address`", On::Both, 0, ""),
    (How::DeafReader, "an answer that is not read, after `write_stall_timeout`", On::Gateway, 0, ""),
    (How::DeafReader, "answers that are not read, after `write_stall_timeout`", On::Admin, 0, ""),
];

pub fn rows() -> Vec<Row> {
    let row = |(_, sent, on, status, code): &(How, &str, On, u16, &'static str)| Row {
        theme: "Slowness and overload",
        sent: (*sent).to_owned(),
        on: *on,
        status: *status,
        code,
    };
    TABLE.iter().map(row).collect()
}

/// The status and the code that `how` has on `plane`.
fn expected(how: How, plane: Plane) -> (u16, &'static str) {
    let plane = if plane == Plane::Gateway { On::Gateway } else { On::Admin };
    let row = TABLE.iter().find(|row| row.0 == how && (row.2 == plane || row.2 == On::Both)).unwrap();
    (row.3, row.4)
}

const PLANES: [Plane; 2] = [Plane::Gateway, Plane::Admin];
const BEAT: Duration = Duration::from_millis(50);

impl EdgeFixture {
    async fn raw(&self, plane: Plane) -> Raw {
        Raw::connect(self.entry_points.address(plane)).await
    }

    /// The server hangs up without a word, and serves the next one.
    async fn is_hung_up_on(&self, plane: Plane, mut raw: Raw, how: How) {
        assert_eq!(expected(how, plane), (0, ""));
        let said = raw.rest().await;
        assert!(said.is_empty(), "{plane:?} {how:?}: {}", testkit::raw::shown(&said));
        self.entry_points.good(plane, &mut self.raw(plane).await, &format!("{how:?}")).await;
    }

    /// The answer of a body that did not come: the one of the table, and then the connection closes.
    async fn times_out(&self, plane: Plane, how: How, answer: testkit::raw::Answer, mut raw: Raw) {
        assert_eq!((answer.status, answer.code().as_str()), expected(how, plane), "{plane:?} {how:?}: {}", answer.head);
        assert!(raw.rest().await.is_empty(), "{plane:?} {how:?}");
        assert_eq!(self.upstream.counts().0, 0, "{how:?} reaches no upstream");
    }
}

both_engines! {
    /// Heads that do not come, and connections on which nothing happens.
    async fn slow_heads_and_idle_connections_are_closed(engine) {
        let fixture = EdgeFixture::start(engine, &[("header_timeout", "0.5"), ("idle_timeout", "1.5")]).await;
        for plane in PLANES {
            let head = fixture.entry_points.fill(plane, &get(""));
            fixture.is_hung_up_on(plane, fixture.raw(plane).await, How::Silence).await;

            let mut half = fixture.raw(plane).await;
            half.send(&head[..head.len() - 3]).await;
            fixture.is_hung_up_on(plane, half, How::HalfAHead).await;

            // Far more bytes than the time is enough for: each of them buys none.
            let mut trickle = fixture.raw(plane).await;
            let slow = [&head[..head.len() - 2], &b"X-A: b\r\n".repeat(100)].concat();
            let started = Instant::now();
            assert_eq!(trickle.trickle(&slow, BEAT).await, None);
            assert!(started.elapsed() >= Duration::from_millis(450), "not before its time: {:?}", started.elapsed());
            fixture.is_hung_up_on(plane, trickle, How::TrickledHead).await;

            let mut later = fixture.raw(plane).await;
            fixture.entry_points.good(plane, &mut later, "nothing").await;
            later.send(&head[..20]).await;
            fixture.is_hung_up_on(plane, later, How::HalfAHeadLater).await;

            // An idle connection is good for longer than a head may take, and no longer than it is said to be.
            let mut idle = fixture.raw(plane).await;
            fixture.entry_points.good(plane, &mut idle, "nothing").await;
            assert!(idle.receives_nothing(Duration::from_millis(700)).await, "{plane:?}: idle, and still open");
            fixture.entry_points.good(plane, &mut idle, "idling for a while").await;
            let started = Instant::now();
            fixture.is_hung_up_on(plane, idle, How::Idleness).await;
            assert!(started.elapsed() >= Duration::from_millis(1400), "not before its time: {:?}", started.elapsed());
        }
    }

    /// Bodies that stop coming are not waited for, however much was announced.
    async fn idle_bodies_time_out(engine) {
        let fixture = EdgeFixture::start(engine, &[("body_idle_timeout", "0.4"), ("body_grace", "60")]).await;
        for plane in PLANES {
            for (how, bytes) in [
                (How::HalfABody, post("Content-Length: 10\r\n", "{\"a\"")),
                (How::EndlessChunk, post("Transfer-Encoding: chunked\r\n", "7fffffffffffffff\r\n{\"a\"")),
            ] {
                let mut raw = fixture.raw(plane).await;
                let answer = raw.ask(&fixture.entry_points.fill(plane, &bytes)).await.expect("an answer");
                fixture.times_out(plane, how, answer, raw).await;
            }
        }
        for plane in PLANES {
            fixture.entry_points.good(plane, &mut fixture.raw(plane).await, "idle bodies").await;
        }
    }

    /// Bodies that come too slowly are not waited for, though they are never silent for long.
    async fn slow_bodies_time_out(engine) {
        let fixture = EdgeFixture::start(engine, &[("body_idle_timeout", "60"), ("body_grace", "0.4")]).await;
        for plane in PLANES {
            let mut raw = fixture.raw(plane).await;
            raw.send(&fixture.entry_points.fill(plane, &post("Content-Length: 100000\r\n", "{"))).await;
            let started = Instant::now();
            let answer = raw.trickle(b" ", BEAT).await.expect("an answer");
            assert!(started.elapsed() >= Duration::from_millis(350), "not before its time: {:?}", started.elapsed());
            fixture.times_out(plane, How::DrippedBody, answer, raw).await;
        }
        // Whoever is fast enough on average may take longer than the grace.
        for (plane, status) in [(Plane::Gateway, 200), (Plane::Admin, 422)] {
            let mut raw = fixture.raw(plane).await;
            let (start, end) = ("{\"name\":\"n\",\"description\":\"", "\"}");
            let length = start.len() + 4096 + end.len();
            let head = post(&format!("Content-Length: {length}\r\n"), start);
            raw.send(&fixture.entry_points.fill(plane, &head)).await;
            raw.send(&[b' '; 4096]).await;
            assert!(raw.receives_nothing(Duration::from_millis(800)).await, "{plane:?}: 4 KiB are worth four seconds");
            let answer = raw.ask(end.as_bytes()).await.unwrap();
            assert_eq!(answer.status, status, "{plane:?}: {}", answer.text());
        }
    }

    /// An address has so many connections at once, on each plane; others have their own, and a place that is
    /// given back is free.
    async fn an_address_has_so_many_connections(engine) {
        let fixture = EdgeFixture::start(engine, &[("connections_per_address", "4")]).await;
        for plane in PLANES {
            let source = if plane == Plane::Gateway { [127, 0, 0, 2] } else { [127, 0, 0, 3] };
            let connect = || Raw::connect_from(source.into(), fixture.entry_points.address(plane));
            let mut open = Vec::new();
            for _ in 0..4 {
                let mut raw = connect().await;
                fixture.entry_points.good(plane, &mut raw, "nothing").await;
                open.push(raw);
            }
            fixture.is_hung_up_on(plane, connect().await, How::OneMore).await;
            for raw in &mut open {
                fixture.entry_points.good(plane, raw, "one connection too many").await;
            }
            let mut left = open.pop().unwrap();
            left.finish().await;
            assert!(left.rest().await.is_empty());
            // The place is free once the server has seen it go, which is soon.
            let served = async {
                while connect().await.ask(&fixture.entry_points.fill(plane, &get(""))).await.is_none() {}
            };
            tokio::time::timeout(testkit::raw::TIMEOUT, served).await.expect("a place that is given back is free");
        }
    }

    /// A client that does not read is cut, and so is the upstream's call for it.
    async fn deaf_readers_are_cut(engine) {
        let fixture = EdgeFixture::start(engine, &[("write_stall_timeout", "0.3")]).await;
        fixture.upstream.play(&[
            Act::Say(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 1099511627776\r\n\r\n".to_vec()),
            Act::Repeat(vec![b'x'; 64 * 1024]),
        ]);
        let mut raw = fixture.raw(Plane::Gateway).await;
        raw.send(&fixture.entry_points.fill(Plane::Gateway, &get(""))).await;
        assert!(raw.head().await.unwrap().starts_with("HTTP/1.1 200"));
        fixture.upstream.wait_left(1).await;
        assert!(raw.rest().await.len() < 64 << 20, "only what was on the wire is left to read");
        assert_eq!(expected(How::DeafReader, Plane::Gateway), (0, ""));
        let rows = fixture.server.logs().await;
        assert_eq!(rows[0]["error_class"], "client_gone", "{rows:?}");

        // The admin app's answers are small: so many of them that no buffer holds them.
        let mut raw = fixture.raw(Plane::Admin).await;
        let asked = fixture.entry_points.fill(Plane::Admin, b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: <host>\r\n<auth>\r\n");
        raw.send(&asked.repeat((64 << 20) / asked.len())).await;
        assert!(raw.rest().await.len() < 64 << 20, "only what was on the wire is left to read");
        assert_eq!(expected(How::DeafReader, Plane::Admin), (0, ""));
        fixture.entry_points.good(Plane::Admin, &mut fixture.raw(Plane::Admin).await, "deaf readers").await;
    }
}
