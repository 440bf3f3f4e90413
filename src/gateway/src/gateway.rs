//! Gateway assembly: what it is built from, how it starts and stops. What it does with a request is
//! [`crate::pipeline`]'s.

use std::sync::Arc;

use cork::Gate;
use dial::Dialer;
use domain::{Clock, Random};
use keyring::{KeyFormat, Keyring};
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    body_reader,
    config::GatewayConfig,
    counters::Counters,
    directory::{Directory, Store},
    ids::Ids,
    ledger::{Ledger, LedgerError, SpoolSize},
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
    pub(crate) ids: Ids,
}

impl Gateway {
    /// Reads what an earlier process left in the spool, subscribes to changes, and starts inserting rows.
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
            body_memory: body_reader::memory(config.body_memory),
            signals: Signals::new(),
            ids: Ids::default(),
            config,
        }))
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
