//! Dependency wiring (composition root): builds every part once and hands it to whoever needs it.

use std::fmt::Write as _;
use std::{net::SocketAddr, sync::Arc, time::Duration};

use control::{Control, Settings, installation::OpeningError};
use dial::{DialConfig, Dialer};
use domain::{Clock, Random};
use gateway::{Gateway, GatewayConfig, MemoryClaims};
use keyring::{Keyring, RootKey};
use secrecy::ExposeSecret as _;
use store::{Location, Store};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    config::Config,
    http::{AdminParts, BodyPace, Hosts, Readiness, admin_router},
    session_store::Sessions,
};

/// Time and randomness, handed to every crate.
#[derive(Clone)]
pub struct Sources {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub random: Arc<dyn Random>,
}

/// What stands once the root key fits: nothing is bound yet.
#[derive(Clone)]
pub struct Opened {
    /// What is remembered.
    pub store: Store,
    /// What is sealed.
    pub keyring: Keyring,
}

/// Every part of a running product.
pub struct Services {
    /// The control plane.
    pub control: Control,
    /// The data plane.
    pub gateway: Arc<Gateway>,
    /// The admin plane's router.
    pub admin: axum::Router,
    /// Whether new work is welcome.
    pub readiness: Readiness,
    /// Tasks of the product itself; they end after the last connection.
    pub background: TaskTracker,
    /// Ends them.
    pub background_stop: CancellationToken,
    /// What is remembered.
    pub store: Store,
}

/// Where the databases are.
pub fn location(config: &Config) -> Location {
    match &config.database.url {
        Some(url) => Location::Postgres { url: url.expose_secret().to_owned() },
        None => Location::Sqlite { dir: config.server.data_dir.clone() },
    }
}

/// Root key, canary, migration: in this order (R10).
pub async fn open(config: &Config, root: &RootKey, sources: &Sources) -> anyhow::Result<Opened> {
    let (store, keyring) =
        control::installation::open(&location(config), root, &sources.clock, &sources.random).await?;
    Ok(Opened { store, keyring })
}

/// Root key and canary, on a schema that is this program's already: for everything but `serve` and `migrate`.
pub async fn open_unchanged(config: &Config, root: &RootKey) -> Result<Opened, OpeningError> {
    let (store, keyring) = control::installation::open_unchanged(&location(config), root).await?;
    Ok(Opened { store, keyring })
}

/// The control plane alone: enough for `--local`.
pub fn control(config: &Config, opened: &Opened, sources: &Sources, urls: Urls) -> anyhow::Result<Control> {
    Ok(Control::new(control::Parts {
        store: opened.store.clone(),
        keyring: opened.keyring.clone(),
        dialer: dialer(config)?,
        clock: sources.clock.clone(),
        random: sources.random.clone(),
        catalog: Arc::new(crate::provider_files::catalog(&config.server.data_dir)?),
        settings: Settings {
            gateway_url: urls.gateway,
            admin_url: urls.admin,
            key_format: config.keys.prefix.clone(),
            setup_token_path: config.server.data_dir.join("setup-token"),
        },
    }))
}

/// Where people and programs reach the two planes.
#[derive(Clone, Debug)]
pub struct Urls {
    /// Scheme and authority of the gateway.
    pub gateway: String,
    /// Scheme and authority of the admin app.
    pub admin: String,
}

impl Urls {
    /// As configured, else from the listeners.
    pub fn new(config: &Config, gateway: SocketAddr, admin: SocketAddr) -> Self {
        Self {
            gateway: config.gateway.public_url.clone().unwrap_or_else(|| from_listener(gateway)),
            admin: config.admin.url.clone().unwrap_or_else(|| from_listener(admin)),
        }
    }
}

/// A wildcard is no address to call: the machine itself then stands for it.
fn from_listener(address: SocketAddr) -> String {
    let host = match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => "[::1]".to_owned(),
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    };
    let port = if address.port() == 80 { String::new() } else { format!(":{}", address.port()) };
    format!("http://{host}{port}")
}

fn dialer(config: &Config) -> anyhow::Result<Dialer> {
    Ok(Dialer::new(DialConfig {
        allowed_cidrs: config.upstream.allowed_cidrs.clone(),
        connect_timeout: config.upstream.connect_timeout,
        pool_idle: Duration::from_mins(1),
    })?)
}

/// Builds the product for listeners that are bound already.
pub async fn build(
    config: &Config,
    opened: Opened,
    sources: &Sources,
    gateway_address: SocketAddr,
    admin_address: SocketAddr,
) -> anyhow::Result<Services> {
    let urls = Urls::new(config, gateway_address, admin_address);
    let control = control(config, &opened, sources, urls.clone())?;
    let background = TaskTracker::new();
    let background_stop = CancellationToken::new();
    let gateway = Gateway::start(gateway::Parts {
        store: opened.store.clone(),
        keyring: opened.keyring.clone(),
        key_format: config.keys.prefix.clone(),
        dialer: dialer(config)?,
        clock: sources.clock.clone(),
        random: sources.random.clone(),
        claims: Arc::new(MemoryClaims::default()),
        catalog: control.shared_catalog(),
        config: GatewayConfig { public_url: urls.gateway.clone(), hop: hop(&opened.keyring), ..gateway_config(config) },
        tasks: background.clone(),
        shutdown: background_stop.clone(),
    })
    .await?;
    let readiness = Readiness::new(control.clone(), gateway.clone(), sources.clock.clone());
    let admin = admin(config, &control, &opened, sources, &urls, admin_address);
    watch_changes(&opened.store, &background, background_stop.clone()).await?;
    background.spawn(log_refusals(control.clone(), background_stop.clone()));
    crate::background::start(&control, Vec::new(), &background, &background_stop).await?;
    note_expired_keys(&opened.store, sources.clock.clone(), &background, background_stop.clone());
    Ok(Services { control, gateway, admin, readiness, background, background_stop, store: opened.store })
}

impl Services {
    /// After the last connection: what is in the spool goes to the database, then everything closes.
    pub async fn close(self) {
        self.gateway.stop().await;
        self.background_stop.cancel();
        self.background.close();
        self.background.wait().await;
        self.store.close().await;
    }
}

fn gateway_config(config: &Config) -> GatewayConfig {
    GatewayConfig {
        spool_dir: config.server.data_dir.join("spool"),
        // Of one file nothing is deleted before all of it is done with: there have to be several.
        spool_segment: (config.ledger.spool_bytes / 8).min(8 << 20),
        spool_total: config.ledger.spool_bytes,
        durability: config.ledger.durability,
        trusted_proxies: config.http.trusted_proxies.clone(),
        max_body: config.gateway.max_body_bytes,
        max_multipart: config.gateway.max_multipart_bytes,
        body_memory: config.gateway.body_memory_bytes,
        body_idle: config.http.body_idle_timeout,
        body_grace: config.http.body_grace,
        first_byte_timeout: config.upstream.first_byte_timeout,
        idle_timeout: config.upstream.idle_timeout,
        total_timeout: config.upstream.total_timeout,
        cors_origins: config.gateway.cors_origins.clone(),
        gemini_query_key: config.gateway.gemini_query_key,
        ..GatewayConfig::default()
    }
}

/// The mark by which every node of this installation knows requests that one of them has sent on: it says nothing to
/// anyone else.
fn hop(keyring: &Keyring) -> String {
    keyring.fingerprint("hop").iter().take(8).fold(String::new(), |mut mark, byte| {
        let _ = write!(mark, "{byte:02x}");
        mark
    })
}

fn admin(
    config: &Config,
    control: &Control,
    opened: &Opened,
    sources: &Sources,
    urls: &Urls,
    listener: SocketAddr,
) -> axum::Router {
    let https = urls.admin.starts_with("https://");
    let sessions = Sessions::new(opened.store.clone(), opened.keyring.clone(), sources.clock.clone());
    let inner = crate::http::app_router(config, control, sessions, https);
    let mut own_origins = vec![urls.admin.clone()];
    if config.admin.url.is_none() {
        // Whoever types localhost instead of the address is on the same machine all the same.
        own_origins.extend(listener.ip().is_loopback().then(|| format!("http://localhost:{}", listener.port())));
    }
    admin_router(AdminParts {
        inner,
        hosts: Hosts::new(listener, config.admin.url.as_deref()),
        own_origins,
        https,
        exposed: !https && !listener.ip().to_canonical().is_loopback() && !config.admin.insecure_http,
        trusted_proxies: config.http.trusted_proxies.clone(),
        body_pace: BodyPace { idle: config.http.body_idle_timeout, grace: config.http.body_grace },
        clock: sources.clock.clone(),
        random: sources.random.clone(),
    })
}

/// Refused credentials, in sum: once a minute, and at the end.
async fn log_refusals(control: Control, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(Duration::from_mins(1));
    loop {
        tokio::select! {
            () = stop.cancelled() => return control.log_refusals(),
            _ = ticks.tick() => control.log_refusals(),
        }
    }
}

/// What `--local` or another node wrote takes effect within half a second (G8).
async fn watch_changes(store: &Store, tasks: &TaskTracker, stop: CancellationToken) -> anyhow::Result<()> {
    store.poll_changes().await?;
    let store = store.clone();
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(500));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            if let Err(error) = store.poll_changes().await {
                tracing::warn!(%error, "changes could not be read; cached keys stay valid for at most a minute");
            }
        }
    });
    Ok(())
}

/// Keys whose end came are noted, once a minute and a few at a time, so that lists by state stay fast (F24).
fn note_expired_keys(store: &Store, clock: Arc<dyn Clock>, tasks: &TaskTracker, stop: CancellationToken) {
    let store = store.clone();
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_mins(1));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            while !stop.is_cancelled() {
                match note_some(&store, clock.now()).await {
                    Ok(0) => break,
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(%error, "keys that expired could not be noted; lists by state are slower until then");
                        break;
                    }
                }
            }
        }
    });
}

async fn note_some(store: &Store, now: domain::Timestamp) -> store::Result<u64> {
    let mut tx = store.begin().await?;
    let noted = tx.note_expired_keys(now).await?;
    tx.commit().await?;
    Ok(noted)
}
