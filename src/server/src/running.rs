//! Server lifecycle: from bound listeners to the last settled request.

use std::net::SocketAddr;

use keyring::RootKey;
use tokio::net::TcpListener;

use crate::{
    config::{Config, Listen},
    http::{Limits, Listeners, Plane, accept},
    wire::{self, Opened, Services, Sources},
};

/// How long clients get to take the last bytes after the drain time.
const FAREWELL: std::time::Duration = std::time::Duration::from_secs(1);

/// The product is running. Tests boot the product through this as `serve` does.
pub struct Running {
    /// Where API clients call.
    pub gateway: SocketAddr,
    /// Where administrators look.
    pub admin: SocketAddr,
    /// Every part.
    pub services: Services,
    listeners: std::sync::Arc<Listeners>,
    drain_timeout: std::time::Duration,
}

/// Opens the installation, then binds, then builds: a wrong root key binds nothing (R10).
pub async fn start(config: &Config, root: &RootKey, sources: &Sources) -> anyhow::Result<Running> {
    let dir = &config.server.data_dir;
    // Spool, databases and setup token live there; whoever has the root key elsewhere may have forgotten it.
    anyhow::ensure!(
        dir.is_dir(),
        "there is no data directory {0}; `keywright init --data-dir {0}` creates it",
        dir.display()
    );
    let opened = wire::open(config, root, sources).await?;
    start_opened(config, opened, sources).await
}

async fn start_opened(config: &Config, opened: Opened, sources: &Sources) -> anyhow::Result<Running> {
    let (gateway_listener, admin_listener) = bind(config.listen()).await?;
    let gateway = gateway_listener.local_addr()?;
    let admin = admin_listener.as_ref().map_or(Ok(gateway), TcpListener::local_addr)?;
    let services = wire::build(config, opened, sources, gateway, admin).await?;
    // Whoever reads the token file of a server that answers must find the token that counts.
    let system = services.control.cx(domain::Actor::System, None);
    control::users::setup_token(&system).await?;
    let limits = Limits {
        header_timeout: config.http.header_timeout,
        idle_timeout: config.http.idle_timeout,
        write_stall: config.http.write_stall_timeout,
        per_address: config.http.connections_per_address,
        // A proxied request takes two files; the rest is for databases, spool and whatever else is open.
        total: usize::try_from(crate::telemetry::raise_file_limit() / 2)
            .unwrap_or(usize::MAX)
            .saturating_sub(64)
            .max(64),
        trusted_proxies: config.http.trusted_proxies.clone(),
    };
    let settings = services.control.settings();
    let listeners = Listeners::new(limits, services.readiness.clone(), (&settings.gateway_url, &settings.admin_url));
    if let Some(listener) = admin_listener {
        listeners.tasks.spawn(accept(gateway_listener, Plane::Gateway(services.gateway.clone()), listeners.clone()));
        listeners.tasks.spawn(accept(listener, Plane::Admin(services.admin.clone()), listeners.clone()));
    } else {
        let plane = Plane::Merged(services.gateway.clone(), services.admin.clone());
        listeners.tasks.spawn(accept(gateway_listener, plane, listeners.clone()));
    }
    Ok(Running { gateway, admin, services, listeners, drain_timeout: config.server.drain_timeout })
}

async fn bind(listen: Listen) -> anyhow::Result<(TcpListener, Option<TcpListener>)> {
    async fn one(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
        TcpListener::bind(address)
            .await
            .map_err(|error| anyhow::anyhow!("{address} cannot be listened on: {error}. Choose another with {setting}"))
    }
    Ok(match listen {
        Listen::Merged(address) => (one(address, "KEYWRIGHT_GATEWAY_LISTEN").await?, None),
        Listen::Apart { gateway, admin } => {
            (one(gateway, "KEYWRIGHT_GATEWAY_LISTEN").await?, Some(one(admin, "KEYWRIGHT_ADMIN_LISTEN").await?))
        }
    })
}

impl Running {
    /// Readiness off, no new connections, what is under way ends or is cut after the drain time, and everything is
    /// settled into the database (R9).
    pub async fn stop(self) {
        self.services.readiness.leave();
        self.listeners.drain.cancel();
        self.listeners.tasks.close();
        if tokio::time::timeout(self.drain_timeout, self.listeners.tasks.wait()).await.is_err() {
            tracing::warn!("requests still under way after the drain time are cut; their rows say so");
            self.services.gateway.cut();
            // The error events of those streams want to reach their clients.
            drop(tokio::time::timeout(FAREWELL, self.listeners.tasks.wait()).await);
            self.listeners.cut.cancel();
            self.listeners.tasks.wait().await;
        }
        self.services.close().await;
    }
}
