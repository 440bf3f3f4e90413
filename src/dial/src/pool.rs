//! Connection pool: idle connections to upstreams, kept per origin for the next request.
//!
//! hyper's own pooled client spawns a task and takes several locks for every request. Here a request takes a connection
//! off a stack, and the last byte of its answer puts it back. Each connection runs in a task of its own, which notices
//! when the server closes it and takes it off the stack.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use foldhash::HashMap;
use hyper::client::conn::http1::{self, SendRequest};
use parking_lot::Mutex;
use tokio::{task::AbortHandle, time};
use tokio_util::task::TaskTracker;

use crate::{DialError, connect::HyperConnection, outgoing::Outgoing};

/// Buffer for an answer's head, in bytes. It may have 100 fields: hyper's own limit, which costs nothing only as long
/// as it is never set.
const HEAD_MAX: usize = 64 * 1024;
/// Idle connections that are kept per origin.
const IDLE_MAX: usize = 256;

/// The idle connections of every origin.
pub(crate) struct Pool {
    idle: Mutex<HashMap<Arc<str>, Vec<IdleConnection>>>,
    numbers: AtomicU64,
    idle_timeout: Duration,
    tasks: TaskTracker,
}

/// A connection and the task that runs it.
struct IdleConnection {
    origin: Arc<str>,
    number: u64,
    /// How often it was given back: one whose count stands still for a while is not needed.
    uses: u64,
    sender: SendRequest<Outgoing>,
    task: AbortHandle,
}

/// A connection in use. Dropped without [`Lease::give_back`] it is closed, whatever goes on in it.
pub(crate) struct Lease {
    pool: Arc<Pool>,
    connection: Option<IdleConnection>,
}

impl Pool {
    /// An empty pool. What is not used for `idle_timeout` is closed before twice that time is over.
    pub(crate) fn new(idle_timeout: Duration) -> Arc<Self> {
        Arc::new(Self { idle: Mutex::default(), numbers: AtomicU64::new(0), idle_timeout, tasks: TaskTracker::new() })
    }

    /// Another one, empty and as patient.
    pub(crate) fn like(&self) -> Arc<Self> {
        Self::new(self.idle_timeout)
    }

    /// The connection to `origin` that was used last, if one is idle.
    pub(crate) fn take(self: &Arc<Self>, origin: &str) -> Option<Lease> {
        let mut idle = self.idle.lock();
        let stack = idle.get_mut(origin)?;
        // One that still sends a request which was answered early is not ready yet.
        let at = stack.iter().rposition(|kept| kept.sender.is_ready())?;
        Some(Lease { pool: self.clone(), connection: Some(stack.remove(at)) })
    }

    /// A new connection over `wire`, in use.
    pub(crate) async fn begin(self: &Arc<Self>, origin: &str, wire: HyperConnection) -> Result<Lease, DialError> {
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(HEAD_MAX)
            .handshake(wire)
            .await
            .map_err(|error| DialError::of_hyper(&error))?;
        let (origin, number) = (Arc::from(origin), self.numbers.fetch_add(1, Ordering::Relaxed));
        let run = run(Arc::downgrade(self), Arc::clone(&origin), number, self.idle_timeout, connection);
        let task = self.tasks.spawn(run).abort_handle();
        Ok(Lease { pool: self.clone(), connection: Some(IdleConnection { origin, number, uses: 0, sender, task }) })
    }

    /// Takes a connection off its stack if it is idle and `still_idle` of its count.
    fn remove(&self, origin: &str, number: u64, still_idle: impl FnOnce(u64) -> bool) -> Option<IdleConnection> {
        let mut idle = self.idle.lock();
        let stack = idle.get_mut(origin)?;
        let at = stack.iter().position(|kept| kept.number == number)?;
        let removed = still_idle(stack[at].uses).then(|| stack.remove(at));
        if stack.is_empty() {
            idle.remove(origin);
        }
        removed
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.idle.lock().values().map(Vec::len).sum()
    }
}

/// Runs a connection until it ends, or until it was unused from one look to the next.
async fn run(
    pool: Weak<Pool>,
    origin: Arc<str>,
    number: u64,
    idle_timeout: Duration,
    connection: http1::Connection<HyperConnection, Outgoing>,
) {
    let mut connection = Box::pin(connection);
    let mut seen = None;
    loop {
        if let Ok(ended) = time::timeout(idle_timeout, connection.as_mut()).await {
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection to an upstream ended");
            }
            // It must not be handed out again. Whoever gives it back from now on sees that it is closed; whoever did so
            // before is on the stack.
            drop(connection);
            if let Some(pool) = pool.upgrade() {
                drop(pool.remove(&origin, number, |_| true));
            }
            return;
        }
        let Some(pool) = pool.upgrade() else { return };
        let removed = pool.remove(&origin, number, |uses| {
            let unused = seen == Some(uses);
            seen = Some(uses);
            unused
        });
        if removed.is_some() {
            return;
        }
    }
}

impl Lease {
    /// Where the request goes.
    pub(crate) fn sender(&mut self) -> Option<&mut SendRequest<Outgoing>> {
        self.connection.as_mut().map(|kept| &mut kept.sender)
    }

    /// Whether it was never used before.
    pub(crate) fn is_fresh(&self) -> bool {
        self.connection.as_ref().is_some_and(|kept| kept.uses == 0)
    }

    /// The answer is over: the connection may serve the next request.
    pub(crate) fn give_back(mut self) {
        let Some(mut kept) = self.connection.take() else { return };
        kept.uses += 1;
        let mut idle = self.pool.idle.lock();
        if kept.sender.is_closed() {
            return;
        }
        if let Some(stack) = idle.get_mut(&kept.origin) {
            if stack.len() < IDLE_MAX {
                stack.push(kept);
            } else {
                kept.task.abort();
            }
        } else {
            idle.insert(Arc::clone(&kept.origin), vec![kept]);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // The client does not wait for the rest of the answer any more, so its sender shall stop at once (R6).
        if let Some(kept) = self.connection.take() {
            kept.task.abort();
        }
    }
}
