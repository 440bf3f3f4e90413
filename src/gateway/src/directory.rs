//! Directory (cached read model): keys and upstreams as the data plane sees them, never behind the last change notice.
//!
//! With [`crate::ledger`] this is the only place in the crate that knows the store.

mod index;
mod open_streams;
mod routes;
mod unknown_keys;

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use domain::{Catalog, Change, ChangeKind, Clock, KeyId, KeyState, VirtualKey};
use keyring::Keyring;
use secrecy::{ExposeSecret as _, SecretString};
use store::FeedReading;
use tokio::sync::{Mutex, Semaphore};
use tokio_util::task::TaskTracker;

pub(crate) use index::CachedKey;
#[cfg(test)]
pub(crate) use open_streams::OpenStreams;
pub(crate) use open_streams::StreamGuard;
pub(crate) use routes::Routes;
pub use store::Store;

use dial::Dialer;
use index::{Found, Index};
#[cfg(not(test))]
use open_streams::OpenStreams;
use routes::{Freshness, Parts as RouteParts};
use unknown_keys::UnknownKeys;

/// Keys that are remembered at once.
const KEYS: u64 = 100_000;
/// Lookups under way at once: a burst of one key's requests must not become a burst of queries.
const LOOKUPS: usize = 16;
/// The same for addresses that show many keys that are none: they have places of their own, and few.
const DOUBTFUL_LOOKUPS: usize = 2;
/// Waiters for routes that could not be read share the failure for so long.
const SHARED_FAILURE: u64 = 1_000_000_000;
/// Routes that changed while they were read are read again so often.
const ROUTE_READS: usize = 4;
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
    catalog: Arc<Catalog>,
    dialer: Dialer,
    lookups: Semaphore,
    doubtful_lookups: Semaphore,
    unknown_keys: UnknownKeys,
    routes: ArcSwapOption<Routes>,
    loading_routes: Mutex<()>,
    /// When routes could not be read, last.
    routes_failed_ns: AtomicU64,
}

/// What change notices act on: without waiting for anything but, where streams are to be ended, one look at the key.
struct ChangeListener {
    store: Store,
    keyring: Keyring,
    tasks: TaskTracker,
    clock: Arc<dyn Clock>,
    index: Index,
    open_streams: Arc<OpenStreams>,
    /// Number of the last change of any upstream or model route.
    upstreams: AtomicU64,
    /// When the reading of the change feed began that is under way.
    feed_began_ns: AtomicU64,
}

impl Directory {
    /// An empty directory that is invalidated by every change from now on.
    pub(crate) fn start(
        store: Store,
        keyring: Keyring,
        clock: Arc<dyn Clock>,
        tasks: TaskTracker,
        catalog: Arc<Catalog>,
        dialer: Dialer,
    ) -> Self {
        let change_listener = Arc::new(ChangeListener {
            store: store.clone(),
            keyring: keyring.clone(),
            tasks,
            clock: clock.clone(),
            index: Index::new(KEYS),
            open_streams: Arc::default(),
            upstreams: AtomicU64::new(0),
            feed_began_ns: AtomicU64::new(0),
        });
        // Weak: the store would otherwise hold itself.
        let weak_listener = Arc::downgrade(&change_listener);
        store.subscribe(Arc::new(move |change: &Change| {
            if let Some(change_listener) = weak_listener.upgrade() {
                change_listener.apply(change);
            }
        }));
        let weak_listener = Arc::downgrade(&change_listener);
        store.follow_feed(Arc::new(move |stage| {
            if let Some(change_listener) = weak_listener.upgrade() {
                change_listener.follow(stage);
            }
        }));
        Self {
            store,
            keyring,
            clock,
            change_listener,
            catalog,
            dialer,
            lookups: Semaphore::new(LOOKUPS),
            doubtful_lookups: Semaphore::new(DOUBTFUL_LOOKUPS),
            unknown_keys: UnknownKeys::default(),
            routes: ArcSwapOption::empty(),
            loading_routes: Mutex::new(()),
            routes_failed_ns: AtomicU64::new(0),
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
        from: IpAddr,
    ) -> Result<Option<(Arc<CachedKey>, StreamGuard)>, StoreUnavailable> {
        let hash = self.keyring.lookup_hash(presented.expose_secret());
        loop {
            let Some(known) = self.known(&hash, from).await? else { return Ok(None) };
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
        // One deadline for waiting and reading, and one failure for all who waited.
        let load = async {
            let _one_loads = self.loading_routes.lock().await;
            let now_ns = self.now_ns();
            if let Some(routes) = self.cached_routes(now_ns) {
                return Ok(routes);
            }
            let failed = self.routes_failed_ns.load(Ordering::Relaxed);
            if failed > 0 && now_ns.saturating_sub(failed) < SHARED_FAILURE {
                return Err(store::Error::Unavailable("routes could not be read a moment ago".into()));
            }
            let loaded = self.load_routes().await;
            self.routes_failed_ns.store(if loaded.is_err() { self.now_ns() } else { 0 }, Ordering::Relaxed);
            loaded
        };
        Box::pin(within(TIMEOUT, load, "upstreams")).await
    }

    /// Whether there are model routes, as far as is known: a form is looked into only then.
    pub(crate) fn has_model_routes(&self) -> bool {
        self.routes.load().as_ref().is_some_and(|routes| !routes.models.is_empty())
    }

    async fn known(&self, hash: &[u8; 32], from: IpAddr) -> Result<Option<Arc<CachedKey>>, StoreUnavailable> {
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
            let doubtful = self.unknown_keys.are_many(from, self.now_ns());
            let _place = if doubtful { &self.doubtful_lookups } else { &self.lookups }.acquire().await;
            // Whoever was before us may have asked the same.
            match self.change_listener.index.find(hash, self.now_ns()) {
                Found::Known(known) | Found::Aging(known) => Ok(Some(known)),
                Found::Unknown => Ok(None),
                Found::Nothing => self.load(hash).await,
            }
        };
        let found = Box::pin(within(TIMEOUT, lookup, "a key")).await;
        if matches!(found, Ok(None)) {
            self.unknown_keys.note(from, self.now_ns());
        }
        found
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
        let mut before = self.store.newest_change().await?;
        for _ in 0..ROUTE_READS {
            let upstreams = self.store.list_upstreams().await?;
            let credentials = self.store.list_credentials().await?;
            let models = self.store.list_models().await?;
            let after = self.store.newest_change().await?;
            if before == after {
                let parts = RouteParts {
                    upstreams,
                    credentials,
                    models,
                    catalog: self.catalog.clone(),
                    dialer: &self.dialer,
                    before: self.routes.load_full(),
                };
                let routes = Arc::new(Routes::new(parts, &self.keyring, stamp, now_ns));
                self.routes.store(Some(routes.clone()));
                return Ok(routes);
            }
            before = after;
        }
        Err(store::Error::Unavailable("upstreams change faster than they can be read".into()))
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
            ChangeKind::Upstream | ChangeKind::Model => {
                self.upstreams.fetch_add(1, Ordering::SeqCst);
            }
            ChangeKind::SignInUnlocked => {}
        }
    }

    /// The feed is a heartbeat: what was cached before it was read is good until the next reading is due.
    fn follow(self: Arc<Self>, stage: FeedReading) {
        match stage {
            FeedReading::Began => self.feed_began_ns.store(self.clock.monotonic_ns(), Ordering::SeqCst),
            FeedReading::Done => self.index.feed_was_read(self.feed_began_ns.load(Ordering::SeqCst)),
            FeedReading::Gap => {
                tracing::warn!("change notices were missed; everything that is cached is read again");
                self.index.all_changed();
                self.upstreams.fetch_add(1, Ordering::SeqCst);
                for key in self.open_streams.keys() {
                    let tasks = self.tasks.clone();
                    tasks.spawn(self.clone().end_streams(key));
                }
            }
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
