//! Dialer tests against a listener on loopback, byte by byte.

mod http;
mod server;
mod tls;

use bytes::Bytes;
use domain::Timestamp;
use http_body_util::BodyExt as _;
use testkit_domain::ManualClock;

use super::*;

/// Every step of a probe takes five milliseconds.
fn clock_at(now: Timestamp) -> ManualClock {
    ManualClock::at(now).ticking(Duration::from_millis(5))
}

async fn probe(dialer: &Dialer, base: &BaseUrl) -> Vec<ProbeStep> {
    dialer.probe(base, &clock_at(Timestamp(0))).await
}

fn config(allowed: &[&str]) -> DialConfig {
    DialConfig {
        allowed_cidrs: allowed.iter().map(|net| net.parse().unwrap()).collect(),
        connect_timeout: Duration::from_secs(5),
        pool_idle: Duration::from_mins(1),
    }
}

/// Loopback permitted, no certificate trusted.
fn dialer() -> Dialer {
    Dialer::trusting(RootCertStore::empty(), config(&["127.0.0.0/8", "::1/128"])).unwrap()
}

fn base(text: &str) -> BaseUrl {
    text.parse().unwrap()
}

fn get(base: &BaseUrl, tail: &str) -> Request<Outgoing> {
    Request::get(Dialer::target(base, tail, None).unwrap()).body(Outgoing::whole(Bytes::new())).unwrap()
}

fn post(base: &BaseUrl, tail: &str, body: &'static str) -> Request<Outgoing> {
    Request::post(Dialer::target(base, tail, None).unwrap())
        .body(Outgoing::whole(Bytes::from_static(body.as_bytes())))
        .unwrap()
}

async fn text(answer: Response<AnswerBody>) -> String {
    String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}
