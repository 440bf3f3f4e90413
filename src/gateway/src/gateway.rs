//! The gateway: what it is built from, how it starts and stops, and its one door.

use std::{net::SocketAddr, panic::AssertUnwindSafe, sync::Arc};

use axum::body::Body;
use bytes::Bytes;
use cork::Gate;
use dial::Dialer;
use domain::{Clock, Random};
use futures_util::FutureExt as _;
use http::{Request, Response};
use keyring::{KeyFormat, Keyring};
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument as _;

use crate::{
    arrival::Arrival,
    config::GatewayConfig,
    counters::Counters,
    directory::{Directory, Store},
    headers,
    ids::Ids,
    intake,
    ledger::{Ledger, LedgerError, SpoolSize},
    pipeline,
    refusal::Refusal,
    signals::Signals,
};

/// What a gateway is built from.
pub struct Parts {
    /// What is remembered.
    pub store: Store,
    /// What is sealed.
    pub keyring: Keyring,
    /// How keys look.
    pub key_format: KeyFormat,
    /// The way out.
    pub dialer: Dialer,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub random: Arc<dyn Random>,
    /// Where rate limits are counted.
    pub counters: Arc<dyn Counters>,
    /// Limits and timers.
    pub config: GatewayConfig,
    /// Where background tasks run.
    pub tasks: TaskTracker,
    /// Ends the background tasks; [`Gateway::stop`] comes first.
    pub shutdown: CancellationToken,
}

/// Why a gateway could not start.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct StartError(#[from] LedgerError);

/// The data plane of this process.
pub struct Gateway {
    pub(crate) directory: Directory,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) keyring: Keyring,
    pub(crate) key_format: KeyFormat,
    pub(crate) dialer: Dialer,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) counters: Arc<dyn Counters>,
    pub(crate) config: GatewayConfig,
    pub(crate) body_memory: Arc<Semaphore>,
    pub(crate) signals: Signals,
    ids: Ids,
}

impl Gateway {
    /// Reads what an earlier process left in the spool, hears of changes from now on, and starts moving rows.
    ///
    /// It waits for nothing today; it is `async` because counters of several nodes will have to be reached here.
    #[allow(clippy::unused_async)]
    pub async fn start(parts: Parts) -> Result<Arc<Self>, StartError> {
        let config = parts.config;
        let size = SpoolSize { segment: config.spool_segment, total: config.spool_total };
        let ledger = Ledger::start(
            &config.spool_dir,
            size,
            config.durability,
            parts.store.clone(),
            &parts.tasks,
            parts.shutdown,
        )?;
        let dialer = parts.dialer.behind(ledger.journal().requests_gate());
        Ok(Arc::new(Self {
            directory: Directory::start(parts.store, parts.keyring.clone(), parts.clock.clone(), parts.tasks),
            ledger,
            keyring: parts.keyring,
            key_format: parts.key_format,
            dialer,
            clock: parts.clock,
            random: parts.random,
            counters: parts.counters,
            body_memory: intake::memory(config.body_memory),
            signals: Signals::new(),
            ids: Ids::default(),
            config,
        }))
    }

    /// Answers a request, whatever it is. Nothing that goes wrong inside gets out as a panic.
    pub async fn handle<B>(self: &Arc<Self>, request: Request<B>, peer: SocketAddr) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let started_at = self.clock.now();
        let id = self.ids.next(started_at, &*self.random);
        let (head, body) = request.into_parts();
        let arrival = Arrival {
            id: id.clone(),
            started_at,
            started_ns: self.clock.monotonic_ns(),
            address: headers::client_address(peer.ip(), &head.headers, &self.config.trusted_proxies),
            method: head.method,
            uri: head.uri,
            version: head.version,
            headers: head.headers,
            body: Body::new(body),
        };
        // Whatever a panic left half-done belongs to this request alone, and its row was settled while unwinding.
        // At the usual level of the log the span is off and costs nothing; all that is said within it carries the id.
        let span = tracing::debug_span!("request", request = %id);
        let answered = AssertUnwindSafe(pipeline::answer(self, arrival)).catch_unwind().instrument(span).await;
        answered.unwrap_or_else(|_| {
            tracing::error!(request = %id, "a request made the gateway panic");
            Refusal::Internal.answer(&id, true)
        })
    }

    /// What has to be done before bytes of an answer leave: the listener has to ask it (R1).
    pub fn answers_gate(&self) -> Arc<dyn Gate> {
        self.ledger.journal().answers_gate()
    }

    /// Whether requests can be noted, without which none is let in.
    pub fn ready(&self) -> bool {
        self.ledger.journal().writable()
    }

    /// Waits until every row that is closed by now is in the database.
    pub async fn flushed(&self) {
        self.ledger.flushed().await;
    }

    /// Ends the answers under way, each with its error event and its row: the process cannot wait any longer.
    pub fn cut(&self) {
        self.directory.cut();
    }

    /// After the last answer: moves what is left in the spool into the database.
    pub async fn stop(&self) {
        self.ledger.stop().await;
    }
}

#[cfg(test)]
#[path = "gateway_tests.rs"]
mod tests;
