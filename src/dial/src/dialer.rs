//! The dialer: what the gateway and Test call.

use std::{error::Error, time::Duration};

use bytes::Bytes;
use domain::{BaseUrl, Clock};
use http::{Method, Request, Response, StatusCode, Uri, Version, header};
use http_body::Body;
use http_body_util::{BodyExt as _, combinators::UnsyncBoxBody};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use ipnet::IpNet;
use rustls::RootCertStore;

use crate::{DialError, ProbeStep, TlsSetupError, connect::Connector, framing, probe, target, tls};

/// Room for an answer's head, in bytes.
const HEAD_MAX: usize = 64 * 1024;
/// Fields that an answer's head may have.
const FIELDS_MAX: usize = 100;
/// Idle connections that are kept per upstream.
const IDLE_MAX: usize = 256;

type BoxError = Box<dyn Error + Send + Sync>;

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
    client: Client<Connector, UnsyncBoxBody<Bytes, BoxError>>,
    connector: Connector,
}

impl Dialer {
    /// A dialer that trusts Mozilla's certificate authorities and this machine's.
    pub fn new(config: DialConfig) -> Result<Self, TlsSetupError> {
        Self::trusting(tls::usual_roots(), config)
    }

    pub(crate) fn trusting(roots: RootCertStore, config: DialConfig) -> Result<Self, TlsSetupError> {
        let connector = Connector::new(config.allowed_cidrs, config.connect_timeout, tls::client(roots)?);
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(config.pool_idle)
            .pool_max_idle_per_host(IDLE_MAX)
            .http1_max_buf_size(HEAD_MAX)
            .http1_max_headers(FIELDS_MAX)
            // Only a request that hyper hands back whole, because an idle connection was closed before it was sent.
            .retry_canceled_requests(true)
            .build(connector.clone());
        Ok(Self { client, connector })
    }

    /// The address of `tail` under `base`. `tail` is raw, validated before, empty or beginning with a slash; `query` is
    /// raw and without its question mark.
    pub fn target(base: &BaseUrl, tail: &str, query: Option<&str>) -> Result<Uri, DialError> {
        target::target(base, tail, query)
    }

    /// Sends `request` and waits for the head of the answer, for as long as the caller waits. Its address must be on
    /// `base`'s origin and under its prefix; the `Host` field is derived from it, whatever the request says. Redirects
    /// come back as they are. Dropping the future or the answer's body ends the connection.
    pub async fn send<B>(&self, base: &BaseUrl, request: Request<B>) -> Result<Response<Incoming>, DialError>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<BoxError>,
    {
        target::within(base, request.uri())?;
        if request.method() == Method::CONNECT {
            return Err(DialError::OutOfBase);
        }
        let mut request = request.map(|body| body.map_err(Into::into).boxed_unsync());
        request.headers_mut().remove(header::HOST);
        *request.version_mut() = Version::HTTP_11;
        let answer = self.client.request(request).await.map_err(|error| DialError::of_client(&error))?;
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(DialError::InvalidResponse("it switches protocols, and nobody asked".to_owned()));
        }
        if !framing::is_plain(answer.headers()) {
            return Err(DialError::InvalidResponse("it tells its length in two ways".to_owned()));
        }
        // hyper's own limit counts whole reads, and lets up to twice as much pass.
        if answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() > HEAD_MAX {
            return Err(DialError::InvalidResponse("its header fields are over 64 KiB".to_owned()));
        }
        Ok(answer)
    }

    /// Tries how far one gets towards `base`, without sending a request: `address`, then `tls`, which is the connection
    /// too. Ends at the first step that fails. `clock` times the steps and tells how long the certificate still holds.
    pub async fn probe(&self, base: &BaseUrl, clock: &dyn Clock) -> Vec<ProbeStep> {
        probe::probe(&self.connector, clock, base).await
    }
}

#[cfg(test)]
#[path = "dialer_tests/mod.rs"]
mod tests;
