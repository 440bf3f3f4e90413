//! Dialer: the guarded HTTP client that the gateway and the connection test call.

use std::{net::IpAddr, sync::Arc, time::Duration};

use cork::Gate;
use domain::{BaseUrl, Clock};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version, header};
use ipnet::IpNet;
use rustls::RootCertStore;

use crate::{
    DialError, ProbeStep, TlsSetupError,
    body::AnswerBody,
    connect::Connector,
    outgoing::Outgoing,
    pool::{Lease, Pool},
    probe, target, tls,
};

/// Buffer for an answer's header fields, in bytes: hyper's own limit counts whole reads, and lets up to twice as much
/// pass.
const FIELDS_BYTES_MAX: usize = 64 * 1024;

/// What may be called and how long it may take.
#[derive(Clone, Debug)]
pub struct DialConfig {
    /// Networks that are not public and may be called all the same: `upstream_allowed_cidrs`.
    pub allowed_cidrs: Vec<IpNet>,
    /// For name, connection and TLS together.
    pub connect_timeout: Duration,
    /// How long an idle connection is kept for the next request.
    pub pool_idle: Duration,
}

/// The guarded way out. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Dialer {
    pool: Arc<Pool>,
    connector: Connector,
}

impl Dialer {
    /// A dialer that trusts Mozilla's certificate authorities and this machine's.
    pub fn new(config: DialConfig) -> Result<Self, TlsSetupError> {
        Self::trusting(tls::usual_roots(), config)
    }

    pub(crate) fn trusting(roots: RootCertStore, config: DialConfig) -> Result<Self, TlsSetupError> {
        let pool = Pool::new(config.pool_idle);
        let connector = Connector::new(config.allowed_cidrs, config.connect_timeout, tls::client(roots)?);
        Ok(Self { pool, connector })
    }

    /// The same way out, with connections of its own, whose bytes leave through `gate`.
    #[must_use]
    pub fn behind(&self, gate: Arc<dyn Gate>) -> Self {
        Self { pool: self.pool.like(), connector: self.connector.behind(gate) }
    }

    /// The same way out, with connections of its own, that also trusts the certificates of `ca_pem`, and waits for a
    /// connection for `connect_timeout` at most.
    pub fn trusting_also(
        &self,
        ca_pem: Option<&str>,
        connect_timeout: Option<Duration>,
    ) -> Result<Self, TlsSetupError> {
        let tls = ca_pem.map(|pem| tls::client(tls::with_pem(pem)?)).transpose()?;
        Ok(Self { pool: self.pool.like(), connector: self.connector.with(tls, connect_timeout) })
    }

    /// Whether the host of `base` may be called, as far as that is known without asking for its name: an address that
    /// stands there itself is judged as it is when it is dialled, by the same rule; a name passes.
    pub fn judge_literal(&self, base: &BaseUrl) -> Result<(), DialError> {
        match base.host().parse::<IpAddr>() {
            Ok(address) => self.connector.judge(address),
            Err(_) => Ok(()),
        }
    }

    /// The address of `tail` under `base`. `tail` is raw, validated before, empty or beginning with a slash; `query` is
    /// raw and without its question mark.
    pub fn target(base: &BaseUrl, tail: &str, query: Option<&str>) -> Result<Uri, DialError> {
        target::target(base, tail, query)
    }

    /// Sends `request` and waits for the head of the answer, for as long as the caller waits. Its address must be on
    /// `base`'s origin and under its prefix; the `Host` field is derived from it, whatever the request says. Redirects
    /// come back as they are. Dropping the future or the answer's body ends the connection.
    pub async fn send(&self, base: &BaseUrl, request: Request<Outgoing>) -> Result<Response<AnswerBody>, DialError> {
        target::within(base, request.uri())?;
        if request.method() == Method::CONNECT {
            return Err(DialError::OutOfBase);
        }
        let answer = self.exchange(base, on_the_wire(base, request)?).await?;
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(DialError::InvalidResponse("it switches protocols without being asked to".to_owned()));
        }
        let fields = answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>();
        if fields > FIELDS_BYTES_MAX {
            return Err(DialError::InvalidResponse("its header fields are over 64 KiB".to_owned()));
        }
        Ok(answer)
    }

    async fn exchange(
        &self,
        base: &BaseUrl,
        mut request: Request<Outgoing>,
    ) -> Result<Response<AnswerBody>, DialError> {
        loop {
            let mut lease = match self.pool.take(base.origin()) {
                Some(lease) => lease,
                // Rare, and large: boxed, so that those who need no new connection do not carry it about.
                None => Box::pin(self.connect(base)).await?,
            };
            let fresh = lease.is_fresh();
            let Some(sender) = lease.sender() else { continue };
            match sender.try_send_request(request).await {
                Ok(answer) => {
                    let version = answer.version();
                    return Ok(answer.map(|body| AnswerBody::new(body, version, lease)));
                }
                Err(mut error) => match error.take_message() {
                    // The idle connection was closed before any of the request was sent: on to the next one.
                    Some(unsent) if !fresh => request = unsent,
                    _ => return Err(DialError::of_hyper(error.error())),
                },
            }
        }
    }

    async fn connect(&self, base: &BaseUrl) -> Result<Lease, DialError> {
        let wire = self.connector.in_time(self.connector.wire(base)).await?;
        self.pool.begin(base.origin(), wire).await
    }

    /// Tries how far one gets towards `base`, without sending a request: `address`, then `tls`, which is the connection
    /// too. Ends at the first step that fails. `clock` times the steps and returns how long the certificate is still
    /// valid.
    pub async fn probe(&self, base: &BaseUrl, clock: &dyn Clock) -> Vec<ProbeStep> {
        probe::probe(&self.connector, clock, base).await
    }
}

/// The request as HTTP/1.1 says it to a server: the path alone, and `Host`.
fn on_the_wire(base: &BaseUrl, mut request: Request<Outgoing>) -> Result<Request<Outgoing>, DialError> {
    let host = HeaderValue::from_str(base.authority()).map_err(|_| DialError::OutOfBase)?;
    request.headers_mut().insert(header::HOST, host);
    *request.version_mut() = Version::HTTP_11;
    let path = request.uri().path_and_query().cloned().ok_or(DialError::OutOfBase)?;
    *request.uri_mut() = Uri::from(path);
    Ok(request)
}

#[cfg(test)]
#[path = "dialer_tests/mod.rs"]
mod tests;
