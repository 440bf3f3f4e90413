//! Gateway assembly: what it is built from, how it starts and stops. What it does with a request is
//! [`crate::pipeline`]'s.

use std::sync::Arc;

use cork::Gate;
use dial::Dialer;
use domain::{Catalog, Clock, Random};
use keyring::{KeyFormat, Keyring};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    balance::Balance,
    body_reader::Memory,
    claims::Claims,
    config::GatewayConfig,
    directory::{Directory, Store},
    ids::Ids,
    ledger::{Ledger, LedgerError, SpoolSize},
    quirks::Quirks,
    refusal_rows::RefusalRows,
    signals::Signals,
};

/// How often refusals of minutes that are over are looked for.
const REFUSALS_FLUSH: std::time::Duration = std::time::Duration::from_secs(5);

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
    /// Where limits are counted.
    pub claims: Arc<dyn Claims>,
    /// The providers.
    pub catalog: Arc<Catalog>,
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
    pub(crate) claims: Arc<dyn Claims>,
    pub(crate) balance: Balance,
    pub(crate) quirks: Quirks,
    pub(crate) refusal_rows: Arc<RefusalRows>,
    pub(crate) config: GatewayConfig,
    pub(crate) body_memory: Memory,
    pub(crate) signals: Signals,
    pub(crate) ids: Ids,
}

impl Gateway {
    /// Reads what an earlier process left in the spool, subscribes to changes, and starts inserting rows.
    ///
    /// It waits for nothing today; it is `async` because limits of several nodes will have to be reached here.
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
            parts.shutdown.clone(),
        )?;
        let refusal_rows = Arc::new(RefusalRows::new(ledger.journal().clone(), parts.clock.clone()));
        parts.tasks.spawn(flush_refusals(refusal_rows.clone(), parts.shutdown));
        let dialer = parts.dialer.behind(ledger.journal().requests_gate());
        Ok(Arc::new(Self {
            directory: Directory::start(
                parts.store,
                parts.keyring.clone(),
                parts.clock.clone(),
                parts.tasks,
                parts.catalog,
                dialer.clone(),
            ),
            ledger,
            keyring: parts.keyring,
            key_format: parts.key_format,
            dialer,
            clock: parts.clock,
            random: parts.random,
            claims: parts.claims,
            balance: Balance::default(),
            quirks: Quirks::default(),
            refusal_rows,
            body_memory: Memory::of(config.body_memory),
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
        self.refusal_rows.flush(true);
        self.ledger.stop().await;
    }
}

/// Writes the refusals that were counted, minute by minute.
async fn flush_refusals(rows: Arc<RefusalRows>, shutdown: CancellationToken) {
    while shutdown.run_until_cancelled(tokio::time::sleep(REFUSALS_FLUSH)).await.is_some() {
        rows.flush(false);
    }
}

#[cfg(test)]
#[path = "gateway_tests.rs"]
mod tests;
