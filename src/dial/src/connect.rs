//! Connector: resolve, check every address, connect, and TLS where the scheme asks for it.

use std::{
    future::{Future, pending},
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use cork::{Corked, Gate};
use domain::BaseUrl;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use hyper::rt;
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{AddressKind, DialError, address, names::Names};

/// How long one address may keep the next one waiting (RFC 8305, 5).
const HEAD_START: Duration = Duration::from_millis(250);
/// No service has so many addresses; a name server that says so shall not make us knock at all of them.
const ADDRESSES_MAX: usize = 16;

/// The way out. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Connector {
    rules: Arc<Rules>,
    gate: Option<Arc<dyn Gate>>,
}

struct Rules {
    allowed: Vec<IpNet>,
    timeout: Duration,
    tls: TlsConnector,
    names: Names,
}

/// An address that may be called, and what it is.
pub(crate) type Permitted = (SocketAddr, AddressKind);

/// A connection as hyper wants it.
pub(crate) struct HyperConnection(TokioIo<Box<dyn Stream>>);

pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Connector {
    pub(crate) fn new(allowed: Vec<IpNet>, timeout: Duration, tls: Arc<ClientConfig>) -> Self {
        let rules = Rules { allowed, timeout, tls: TlsConnector::from(tls), names: Names::of_this_machine() };
        Self { rules: Arc::new(rules), gate: None }
    }

    /// The same, for connections whose bytes leave through `gate`.
    pub(crate) fn behind(&self, gate: Arc<dyn Gate>) -> Self {
        Self { rules: self.rules.clone(), gate: Some(gate) }
    }

    /// The same, with other trust or patience.
    pub(crate) fn with(&self, tls: Option<Arc<ClientConfig>>, timeout: Option<Duration>) -> Self {
        let Rules { allowed, timeout: usual_timeout, tls: usual_tls, names } = &*self.rules;
        let rules = Rules {
            allowed: allowed.clone(),
            timeout: timeout.unwrap_or(*usual_timeout),
            tls: tls.map_or_else(|| usual_tls.clone(), TlsConnector::from),
            names: names.clone(),
        };
        Self { rules: Arc::new(rules), gate: self.gate.clone() }
    }

    /// Whether `address` may be called.
    pub(crate) fn judge(&self, address: IpAddr) -> Result<(), DialError> {
        match address::permit(address, &self.rules.allowed) {
            Ok(_) => Ok(()),
            Err(reason) => Err(DialError::Forbidden { host: address.to_string(), reason }),
        }
    }

    /// The addresses of `host` that may be called; at least one.
    pub(crate) async fn resolve(&self, host: &str, port: u16) -> Result<Vec<Permitted>, DialError> {
        let no_address = |source| DialError::Resolve { host: host.to_owned(), source };
        let found = self.rules.names.resolve(host).await.map_err(no_address)?;
        let found = found.iter().take(ADDRESSES_MAX).map(|address| SocketAddr::new(*address, port));
        let mut refused = None;
        let mut permitted = Vec::with_capacity(found.len());
        for address in found {
            match address::permit(address.ip(), &self.rules.allowed) {
                Ok(kind) => permitted.push((address, kind)),
                Err(kind) => refused = refused.or(Some(kind)),
            }
        }
        match (permitted.is_empty(), refused) {
            (false, _) => Ok(alternating(permitted)),
            (true, Some(reason)) => Err(DialError::Forbidden { host: host.to_owned(), reason }),
            (true, None) => Err(no_address(Arc::new(io::ErrorKind::NotFound.into()))),
        }
    }

    /// Connects to the first of `addresses` that answers.
    pub(crate) async fn open(&self, host: &str, addresses: &[Permitted]) -> Result<Corked, DialError> {
        let port = addresses.first().map_or(0, |(address, _)| address.port());
        let failed = |source| DialError::Connect { host: format!("{host}:{port}"), source: Arc::new(source) };
        let stream = race(addresses).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        Ok(Corked::new(stream, self.gate.clone()))
    }

    /// TLS over `stream`, with a server that proves to be `host`.
    pub(crate) async fn secure(&self, host: &str, stream: Corked) -> Result<TlsStream<Corked>, DialError> {
        let failed = |source| DialError::Tls { host: host.to_owned(), source: Arc::new(source) };
        let name = ServerName::try_from(host.to_owned()).map_err(|_| {
            failed(io::Error::new(io::ErrorKind::InvalidInput, "the host is not a name that TLS knows"))
        })?;
        self.rules.tls.connect(name, stream).await.map_err(failed)
    }

    /// Runs `step` for no longer than connecting may take.
    pub(crate) async fn in_time<T>(&self, step: impl Future<Output = Result<T, DialError>>) -> Result<T, DialError> {
        time::timeout(self.rules.timeout, step).await.map_err(|_| DialError::ConnectTimeout)?
    }

    /// A connection to `base`'s origin.
    pub(crate) async fn wire(&self, base: &BaseUrl) -> Result<HyperConnection, DialError> {
        if base.is_echo() {
            return Err(DialError::OutOfBase);
        }
        let addresses = self.resolve(base.host(), base.port()).await?;
        let stream = self.open(base.host(), &addresses).await?;
        let stream: Box<dyn Stream> =
            if base.is_https() { Box::new(self.secure(base.host(), stream).await?) } else { Box::new(stream) };
        Ok(HyperConnection(TokioIo::new(stream)))
    }
}

/// IPv6 and IPv4 in turns, so that a broken one of the two costs one head start and not the whole time.
fn alternating(permitted: Vec<Permitted>) -> Vec<Permitted> {
    let first_is_v6 = permitted.first().is_some_and(|(address, _)| address.is_ipv6());
    let (first, second): (Vec<_>, Vec<_>) = permitted.into_iter().partition(|(a, _)| a.is_ipv6() == first_is_v6);
    let longest = first.len().max(second.len());
    (0..longest).flat_map(|at| [first.get(at), second.get(at)]).flatten().copied().collect()
}

/// Starts with the first address, and with the next one whenever one fails or keeps us waiting.
async fn race(addresses: &[Permitted]) -> io::Result<TcpStream> {
    let mut waiting = addresses.iter();
    let mut running = FuturesUnordered::new();
    let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
    loop {
        if let Some((address, _)) = waiting.next() {
            running.push(TcpStream::connect(*address));
        } else if running.is_empty() {
            return Err(failure);
        }
        let more = waiting.len() > 0;
        tokio::select! {
            Some(result) = running.next() => match result {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = error,
            },
            () = async { if more { time::sleep(HEAD_START).await } else { pending().await } } => {}
        }
    }
}

impl rt::Read for HyperConnection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: rt::ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl rt::Write for HyperConnection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    fn permitted(text: &str) -> Permitted {
        (text.parse().unwrap(), AddressKind::Public)
    }

    #[test]
    fn families_take_turns_and_the_resolver_s_first_stays_first() {
        let order = |texts: &[&str]| -> Vec<String> {
            let all = alternating(texts.iter().map(|text| permitted(text)).collect());
            all.into_iter().map(|(address, _)| address.to_string()).collect()
        };
        assert_eq!(
            order(&["[::a]:1", "[::b]:1", "[::c]:1", "1.1.1.1:1"]),
            ["[::a]:1", "1.1.1.1:1", "[::b]:1", "[::c]:1"]
        );
        assert_eq!(order(&["1.1.1.1:1", "2.2.2.2:1", "[::a]:1"]), ["1.1.1.1:1", "[::a]:1", "2.2.2.2:1"]);
        assert!(order(&[]).is_empty());
    }

    #[tokio::test]
    async fn a_dead_address_gives_way_to_the_next() {
        let dead = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let live = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = [&dead, &live].map(|listener| (listener.local_addr().unwrap(), AddressKind::Loopback));
        drop(dead);
        let stream = race(&addresses).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), live.local_addr().unwrap());
        assert_eq!(race(&addresses[..1]).await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        assert!(race(&[]).await.is_err());
    }
}
