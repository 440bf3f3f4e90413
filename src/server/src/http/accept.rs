//! Accept loop and graceful shutdown, our own: `axum::serve` never times out a slow client.

use std::{convert::Infallible, net::SocketAddr, panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use cork::{Corked, Gate};
use futures_util::FutureExt as _;
use gateway::Gateway;
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use super::{
    connections::{Connections, Side, Slot},
    framing::{Framing, Verdict},
    health::{self, Readiness},
    plain_http::PlainHttp,
    stream::{Phase, PhasedBody, TimedStream, Timeouts},
};

/// Header fields of a request, at most; more are 431.
const HEADER_FIELDS: usize = 64;
/// A request's head in bytes, at most; and the read buffer, so that a stalled reader costs little.
const HEAD_BYTES: usize = 16 * 1024;

/// What a connection may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// From accept, or from a head's first byte, to the whole head.
    pub header_timeout: Duration,
    /// A connection on which nothing happens.
    pub idle_timeout: Duration,
    /// A client that does not read.
    pub write_stall: Duration,
    /// Open connections per client address, on each plane.
    pub per_address: u32,
    /// Open connections in all, a share of them kept for administrators: what is beyond would leave no files for
    /// upstreams and databases.
    pub total: usize,
    /// Proxies are many clients in one: the cap is not for them.
    pub trusted_proxies: Vec<IpNet>,
}

/// Which plane a listener serves.
#[derive(Clone)]
pub enum Plane {
    /// API clients.
    Gateway(Arc<Gateway>),
    /// Administrators.
    Admin(Router),
    /// Both on one port: `/v1` is the gateway's.
    Merged(Arc<Gateway>, Router),
}

impl Plane {
    /// What has to be done before an answer leaves.
    fn gate(&self) -> Option<Arc<dyn Gate>> {
        match self {
            Self::Gateway(gateway) | Self::Merged(gateway, _) => Some(gateway.answers_gate()),
            Self::Admin(_) => None,
        }
    }
}

/// What all listeners share.
pub struct Listeners {
    /// Limits of a connection.
    pub limits: Limits,
    /// Whether new work is welcome.
    pub readiness: Readiness,
    /// Every connection runs here, so that shutdown can wait for it.
    pub tasks: TaskTracker,
    /// Stop accepting; finish what is under way.
    pub drain: CancellationToken,
    /// Finish now.
    pub cut: CancellationToken,
    connections: Arc<Connections>,
    gateway_plain: PlainHttp,
    admin_plain: PlainHttp,
}

impl Listeners {
    /// Listeners without connections. `urls` say how the gateway and the admin plane are to be reached.
    pub fn new(limits: Limits, readiness: Readiness, urls: (&str, &str)) -> Arc<Self> {
        let trusted = &limits.trusted_proxies;
        Arc::new(Self {
            connections: Connections::new(limits.total, limits.per_address, trusted.clone()),
            gateway_plain: PlainHttp::new("gateway", urls.0, trusted.clone()),
            admin_plain: PlainHttp::new("admin", urls.1, trusted.clone()),
            limits,
            readiness,
            tasks: TaskTracker::new(),
            drain: CancellationToken::new(),
            cut: CancellationToken::new(),
        })
    }

    fn slot(&self, plane: &Plane, peer: SocketAddr) -> Option<Slot> {
        let slot = |side| self.connections.slot(peer.ip(), side);
        match plane {
            Plane::Gateway(_) => slot(Side::Gateway),
            Plane::Admin(_) => slot(Side::Admin),
            // Who comes is known with the first request only: beyond the gateway's share they get no more than an
            // administrator would.
            Plane::Merged(..) => slot(Side::Gateway).or_else(|| slot(Side::Admin)),
        }
    }
}

/// Accepts until the listeners drain.
pub async fn accept(listener: TcpListener, plane: Plane, listeners: Arc<Listeners>) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = listeners.drain.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(slot) = listeners.slot(&plane, peer) else {
                    tracing::debug!(%peer, "connection refused: too many from this address, or in all");
                    continue;
                };
                let connection = connection(stream, peer, plane.clone(), listeners.clone(), slot);
                listeners.tasks.spawn(connection);
            }
            Err(error) => {
                // Out of file descriptors, mostly: wait for some to come back instead of spinning.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, plane: Plane, listeners: Arc<Listeners>, slot: Slot) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let phase = Phase::new();
    let verdict = Verdict::new();
    let framing = Framing::new(verdict.clone());
    let limits = &listeners.limits;
    let timeouts = Timeouts { head: limits.header_timeout, write: limits.write_stall, idle: limits.idle_timeout };
    let io = TimedStream::new(Corked::new(stream, plane.gate()), phase.clone(), framing, timeouts);
    let service = service_fn(|request: Request<Incoming>| {
        phase.head_is_read();
        let refused = verdict.refuses_next();
        let (plane, listeners, phase, side) = (plane.clone(), listeners.clone(), phase.clone(), slot.side());
        async move {
            if refused {
                return Ok(bare(StatusCode::BAD_REQUEST).map(|body| PhasedBody::new(body, phase)));
            }
            let answer = AssertUnwindSafe(answer(plane, &listeners, side, request, peer)).catch_unwind().await;
            let answer = answer.unwrap_or_else(|_| bare(StatusCode::INTERNAL_SERVER_ERROR));
            Ok::<_, Infallible>(answer.map(|body| PhasedBody::new(body, phase)))
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            // The stream has all the timers.
            .header_read_timeout(None)
            .max_header_size(HEAD_BYTES)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(io), service)
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = listeners.drain.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection.as_mut() => ended,
                () = listeners.cut.cancelled() => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "connection ended early");
    }
}

async fn answer(
    plane: Plane,
    listeners: &Listeners,
    side: Side,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Body> {
    // Said to hyper, this number would cost every request an array that is filled anew.
    if request.headers().len() > HEADER_FIELDS {
        return bare(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    // Boxed is what few requests need: the others shall not carry the memory for it about.
    let path = request.uri().path();
    // Health probes have no body in chunks; how it is framed is judged where bodies are read.
    if health::is_ours(path) && !request.headers().contains_key(header::TRANSFER_ENCODING) {
        return Box::pin(health::answer(&listeners.readiness, request.method(), request.uri())).await;
    }
    match plane {
        Plane::Merged(..) if is_for_gateway(path) && side == Side::Admin => too_many_connections(),
        Plane::Gateway(gateway) => to_gateway(&gateway, listeners, request, peer).await,
        Plane::Merged(gateway, _) if is_for_gateway(path) => to_gateway(&gateway, listeners, request, peer).await,
        Plane::Admin(router) | Plane::Merged(_, router) => {
            listeners.admin_plain.note(peer.ip());
            Box::pin(admin(router, request, peer)).await
        }
    }
}

/// Which paths are the gateway's where both planes share a port.
fn is_for_gateway(path: &str) -> bool {
    path == "/v1" || path.starts_with("/v1/")
}

async fn to_gateway(
    gateway: &Arc<Gateway>,
    listeners: &Listeners,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Body> {
    listeners.gateway_plain.note(peer.ip());
    gateway.handle(request, peer).await
}

/// This connection was taken in for an administrator.
fn too_many_connections() -> Response<Body> {
    let mut answer = bare(StatusCode::SERVICE_UNAVAILABLE);
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

async fn admin(router: Router, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
    match router.oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

/// Status only, and the end of the connection.
fn bare(status: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}
