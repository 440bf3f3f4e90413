//! Control transaction: writes that belong together, and the changes they announce.

use std::sync::Arc;

use domain::{Change, Epochs};

use crate::{Result, Store, changes::Subscribers, dialect, engine::Open};

/// A transaction on the control plane's tables, the only one at its time. Dropped without [`Tx::commit`], it has
/// never been.
pub struct Tx {
    pub(crate) open: Open,
    pub(crate) announced: Vec<Change>,
    /// Signed rows that were written: domain, key, epoch.
    pub(crate) written: Vec<(&'static str, String, i64)>,
    pub(crate) epochs: Arc<Epochs>,
    subscribers: Arc<Subscribers>,
}

impl Store {
    /// Begins a transaction. Waits for the one under way, at most five seconds.
    pub async fn begin(&self) -> Result<Tx> {
        let open = dialect::begin_exclusive(self.control_writer()).await?;
        Ok(Tx {
            open,
            announced: Vec::new(),
            written: Vec::new(),
            epochs: self.0.epochs.clone(),
            subscribers: self.0.subscribers.clone(),
        })
    }
}

impl Tx {
    /// Makes it last, then notifies this process's subscribers of every announced change before it returns.
    pub async fn commit(self) -> Result<()> {
        let outcome = self.open.commit().await;
        if outcome.is_ok() {
            for (domain, key, epoch) in &self.written {
                self.epochs.note(domain, key, *epoch);
            }
        }
        // A commit whose answer was lost may have happened: hearing of it for nothing costs a read, not hearing of
        // it would let a revoked key live on.
        self.subscribers.notify(&self.announced);
        Ok(outcome?)
    }
}
