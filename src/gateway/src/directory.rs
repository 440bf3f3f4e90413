//! Directory (cached read model): keys and upstreams as the data plane sees them, never behind the last change notice.
//!
//! With [`crate::ledger`] this is the only place in the crate that knows the store.

mod index;
mod open_streams;
mod routes;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use domain::{Change, ChangeKind, Clock, KeyId, KeyState, VirtualKey};
use keyring::Keyring;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{Mutex, Semaphore};
use tokio_util::task::TaskTracker;

pub(crate) use index::CachedKey;
pub(crate) use open_streams::StreamGuard;
pub(crate) use routes::Routes;
pub use store::Store;

use index::{Found, Index};
use open_streams::OpenStreams;
use routes::Freshness;

/// Keys that are remembered at once.
const KEYS: u64 = 100_000;
/// Lookups under way at once: a burst of one key's requests must not become a burst of queries.
const LOOKUPS: usize = 16;
/// How long a request waits for the database when nothing is cached.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long it waits to refresh what is cached and still good.
const REFRESH_PATIENCE: Duration = Duration::from_secs(1);

/// How long the end of a key's streams waits for the database (R4: at most 1 s in all).
const END_PATIENCE: Duration = Duration::from_millis(500);

/// The database does not answer, and nothing cached is young enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the database does not answer")]
pub(crate) struct StoreUnavailable;

/// The cached read model.
///
/// What reads the store is boxed: it is rare, and large, and a request that finds everything cached shall not carry the
/// memory for it about.
pub(crate) struct Directory {
    store: Store,
    keyring: Keyring,
    clock: Arc<dyn Clock>,
    change_listener: Arc<ChangeListener>,
    lookups: Semaphore,
    routes: ArcSwapOption<Routes>,
    loading_routes: Mutex<()>,
}

/// What change notices act on: without waiting for anything but, where streams are to be ended, one look at the key.
struct ChangeListener {
    store: Store,
    keyring: Keyring,
    tasks: TaskTracker,
    clock: Arc<dyn Clock>,
    index: Index,
    open_streams: Arc<OpenStreams>,
    /// Number of the last change of any upstream.
    upstreams: AtomicU64,
}

impl Directory {
    /// An empty directory that is invalidated by every change from now on.
    pub(crate) fn start(store: Store, keyring: Keyring, clock: Arc<dyn Clock>, tasks: TaskTracker) -> Self {
        let change_listener = Arc::new(ChangeListener {
            store: store.clone(),
            keyring: keyring.clone(),
            tasks,
            clock: clock.clone(),
            index: Index::new(KEYS),
            open_streams: Arc::default(),
            upstreams: AtomicU64::new(0),
        });
        // Weak: the store would otherwise hold itself.
        let weak_listener = Arc::downgrade(&change_listener);
        store.subscribe(Arc::new(move |change: &Change| {
            if let Some(change_listener) = weak_listener.upgrade() {
                change_listener.apply(change);
            }
        }));
        Self {
            store,
            keyring,
            clock,
            change_listener,
            lookups: Semaphore::new(LOOKUPS),
            routes: ArcSwapOption::empty(),
            loading_routes: Mutex::new(()),
        }
    }

    /// Ends every request under way: the process cannot wait any longer.
    pub(crate) fn cut(&self) {
        self.change_listener.open_streams.cut();
    }

    /// The key that `presented` is, if it is one, whatever its state, and a watch over it. Revoked from now on, the
    /// watch ends.
    pub(crate) async fn find_key(
        &self,
        presented: &SecretString,
    ) -> Result<Option<(Arc<CachedKey>, StreamGuard)>, StoreUnavailable> {
        let hash = self.keyring.lookup_hash(presented.expose_secret());
        loop {
            let Some(known) = self.known(&hash).await? else { return Ok(None) };
            let stream_guard = self.change_listener.open_streams.register(&known.key.id);
            // A notice between the lookup and the watch would have found nothing to end.
            if self.change_listener.index.is_current(&known) {
                return Ok(Some((known, stream_guard)));
            }
        }
    }

    /// Upstreams and their sealed secrets.
    pub(crate) async fn routes(&self) -> Result<Arc<Routes>, StoreUnavailable> {
        let now_ns = self.now_ns();
        if let Some(routes) = self.cached_routes(now_ns) {
            return match routes.freshness(now_ns) {
                Freshness::Fresh => Ok(routes),
                Freshness::Aging => {
                    Ok(Box::pin(within(REFRESH_PATIENCE, self.load_routes(), "upstreams")).await.unwrap_or(routes))
                }
            };
        }
        let _one_loads = self.loading_routes.lock().await;
        match self.cached_routes(self.now_ns()) {
            Some(routes) => Ok(routes),
            None => Box::pin(within(TIMEOUT, self.load_routes(), "upstreams")).await,
        }
    }

    async fn known(&self, hash: &[u8; 32]) -> Result<Option<Arc<CachedKey>>, StoreUnavailable> {
        match self.change_listener.index.find(hash, self.now_ns()) {
            Found::Known(known) => return Ok(Some(known)),
            Found::Unknown => return Ok(None),
            Found::Aging(known) => {
                return match Box::pin(within(REFRESH_PATIENCE, self.load(hash), "a key")).await {
                    Ok(found) => Ok(found),
                    // Good for a while yet, unless a notice came meanwhile.
                    Err(gone) => {
                        if self.change_listener.index.is_current(&known) {
                            Ok(Some(known))
                        } else {
                            Err(gone)
                        }
                    }
                };
            }
            Found::Nothing => {}
        }
        let lookup = async {
            let _place = self.lookups.acquire().await;
            // Whoever was before us may have asked the same.
            match self.change_listener.index.find(hash, self.now_ns()) {
                Found::Known(known) | Found::Aging(known) => Ok(Some(known)),
                Found::Unknown => Ok(None),
                Found::Nothing => self.load(hash).await,
            }
        };
        Box::pin(within(TIMEOUT, lookup, "a key")).await
    }

    async fn load(&self, hash: &[u8; 32]) -> Result<Option<Arc<CachedKey>>, store::Error> {
        let index = &self.change_listener.index;
        let stamp = index.stamp();
        let now_ns = self.now_ns();
        let stored = match self.store.find_key_by_hash(hash).await {
            Ok(stored) => stored,
            // A row that cannot be read is as good as one that was tampered with.
            Err(store::Error::Damaged(what)) => {
                tracing::error!(what, "a key's row cannot be read; the key is treated as unknown");
                None
            }
            Err(error) => return Err(error),
        };
        if let Some(key) = stored.and_then(|stored| self.sound_key(stored, hash)) {
            return Ok(Some(index.put(*hash, stamp, now_ns, key)));
        }
        index.put_absent(*hash, stamp, now_ns);
        Ok(None)
    }

    /// The key of a presented secret, if both rows verify and the version is the one in use.
    fn sound_key(&self, stored: store::StoredKey, hash: &[u8; 32]) -> Option<VirtualKey> {
        let damaged = |what: &dyn std::fmt::Display| {
            tracing::error!(%what, "a key's row does not verify; the key is treated as unknown");
        };
        let version = self.keyring.verify(stored.version).map_err(|row| damaged(&row)).ok()?;
        let key = self.keyring.verify(stored.key).map_err(|row| damaged(&row)).ok()?;
        let fits = version.lookup_hash == *hash && version.key_id == key.id && version.version == key.version;
        fits.then(|| key.into_inner())
    }

    /// The cached routes, if no upstream changed since they were read and they are young enough.
    fn cached_routes(&self, now_ns: u64) -> Option<Arc<Routes>> {
        let current = self.change_listener.upstreams.load(Ordering::SeqCst);
        self.routes.load_full().filter(|routes| routes.stamp == current && routes.is_alive(now_ns))
    }

    async fn load_routes(&self) -> Result<Arc<Routes>, store::Error> {
        let stamp = self.change_listener.upstreams.load(Ordering::SeqCst);
        let now_ns = self.now_ns();
        let upstreams = self.store.list_upstreams().await?;
        let credentials = self.store.list_credentials().await?;
        let routes = Arc::new(Routes::new(upstreams, credentials, &self.keyring, stamp, now_ns));
        self.routes.store(Some(routes.clone()));
        Ok(routes)
    }

    fn now_ns(&self) -> u64 {
        self.clock.monotonic_ns()
    }
}

impl ChangeListener {
    fn apply(self: Arc<Self>, change: &Change) {
        match change.kind {
            ChangeKind::Key => self.index.changed(&change.id),
            ChangeKind::KeyEnded => {
                // In this order: a request that finds the key current is watched by the time the watches end.
                self.index.changed(&change.id);
                if let Ok(id) = change.id.parse() {
                    let tasks = self.tasks.clone();
                    tasks.spawn(self.end_streams(id));
                }
            }
            ChangeKind::Upstream => {
                self.upstreams.fetch_add(1, Ordering::SeqCst);
            }
            ChangeKind::SignInUnlocked => {}
        }
    }

    /// Notices arrive twice, at once and by the next poll. A key that was enabled again in between has requests under
    /// way that should not end; in doubt they end.
    async fn end_streams(self: Arc<Self>, id: KeyId) {
        let looked = tokio::time::timeout(END_PATIENCE, self.store.find_key(&id)).await;
        let active = match looked {
            Ok(Ok(Some(row))) => {
                self.keyring.verify(row).is_ok_and(|key| key.state(self.clock.now()) == KeyState::Active)
            }
            _ => false,
        };
        if !active {
            self.open_streams.end(&id);
        }
    }
}

async fn within<T>(
    timeout: Duration,
    load: impl Future<Output = Result<T, store::Error>>,
    what: &str,
) -> Result<T, StoreUnavailable> {
    match tokio::time::timeout(timeout, load).await {
        Ok(Ok(found)) => return Ok(found),
        Ok(Err(error)) => tracing::warn!(%error, "{what} could not be read"),
        Err(_) => tracing::warn!("{what} could not be read in time"),
    }
    Err(StoreUnavailable)
}

#[cfg(test)]
#[path = "directory/directory_tests.rs"]
mod tests;
