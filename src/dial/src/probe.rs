//! Connection probe: the first steps of an upstream's test, as far as a base URL allows (C7).

use domain::{BaseUrl, Clock, Timestamp};
use rustls::ProtocolVersion;
use tokio_rustls::client::TlsStream;

use crate::{
    AddressKind, DialError, certificate,
    connect::{Connector, Permitted},
};

/// One step and what it found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeStep {
    /// `address` or `tls`.
    pub name: &'static str,
    /// Whether it went well.
    pub ok: bool,
    /// What was found, or what is wrong and how to mend it.
    pub detail: String,
    /// How long it took, milliseconds.
    pub ms: i64,
}

pub(crate) async fn probe(connector: &Connector, clock: &dyn Clock, base: &BaseUrl) -> Vec<ProbeStep> {
    if base.is_echo() {
        return vec![ProbeStep { name: "address", ok: true, detail: "in process, offline".to_owned(), ms: 0 }];
    }
    let started = clock.monotonic_ns();
    let found = connector.in_time(connector.resolve(base.host(), base.port())).await;
    let mut steps = vec![step("address", found.as_deref().map(describe), clock, started)];
    if let Ok(addresses) = found {
        let started = clock.monotonic_ns();
        let secured = connector.in_time(connect(connector, clock.now(), base, &addresses)).await;
        steps.push(step("tls", secured.as_ref().cloned(), clock, started));
    }
    steps
}

fn step(name: &'static str, result: Result<String, &DialError>, clock: &dyn Clock, started_ns: u64) -> ProbeStep {
    let ms = i64::try_from(clock.monotonic_ns().saturating_sub(started_ns) / 1_000_000).unwrap_or(i64::MAX);
    let ok = result.is_ok();
    ProbeStep { name, ok, detail: result.unwrap_or_else(ToString::to_string), ms }
}

fn describe(addresses: &[Permitted]) -> String {
    match addresses.iter().find(|(_, kind)| *kind != AddressKind::Public) {
        None => "found, public".to_owned(),
        Some((_, kind)) => format!("found, {kind}, allowed"),
    }
}

async fn connect(
    connector: &Connector,
    now: Timestamp,
    base: &BaseUrl,
    addresses: &[Permitted],
) -> Result<String, DialError> {
    let stream = connector.open(base.host(), addresses).await?;
    if !base.is_https() {
        return Ok("not used, plain HTTP".to_owned());
    }
    let stream = connector.secure(base.host(), stream).await?;
    Ok(terms(&stream, now))
}

/// `1.3, valid for 61 days`.
fn terms(stream: &TlsStream<cork::Corked>, now: Timestamp) -> String {
    let (_, session) = stream.get_ref();
    let version = match session.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "1.3",
        _ => "1.2",
    };
    let until = session.peer_certificates().and_then(<[_]>::first).and_then(|leaf| certificate::valid_until(leaf));
    match until.map(|until| until.since(now) / Timestamp::DAY) {
        None => version.to_owned(),
        Some(..1) => format!("{version}, valid for less than a day"),
        Some(1) => format!("{version}, valid for 1 day"),
        Some(days) => format!("{version}, valid for {days} days"),
    }
}
