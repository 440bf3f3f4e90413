//! Control plane fixture: a seeded installation in memory, for unit tests of what stands on `control`.
//!
//! A booted product is `testkit::TestServer`; unit tests of `server` cannot use it, since it depends on `server`.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // a fixture: what breaks is the test

use std::{sync::Arc, time::Duration};

use control::{Control, Cx, Parts, Settings};
use dial::{DialConfig, Dialer};
use domain::{Actor, Clock, Random};
use keyring::{KeyFormat, Keyring, RootKey};
use store::{Location, Store};
use tempfile::TempDir;
use testkit_domain::{CountedRandom, ManualClock};

/// The admin token of every test.
pub const ADMIN_TOKEN: &str = "test-admin-token-0123456789abcdef0123";

/// The root key of every test.
pub fn root_key() -> RootKey {
    RootKey::from_random([42; 32])
}

/// A control plane over a database of its own.
pub struct ControlPlane {
    /// The plane.
    pub control: Control,
    /// What it stands on.
    pub store: Store,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// What its rows are signed with.
    pub keyring: Keyring,
    _dir: TempDir,
}

impl ControlPlane {
    /// Seeds an installation in memory. Its upstreams may not be on loopback.
    pub async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::default());
        let handed_clock: Arc<dyn Clock> = clock.clone();
        let random: Arc<dyn Random> = Arc::new(CountedRandom::default());
        let (store, keyring) =
            control::installation::open(&Location::SqliteMemory, &root_key(), &handed_clock, &random).await.unwrap();
        let config = DialConfig {
            allowed_cidrs: Vec::new(),
            connect_timeout: Duration::from_secs(1),
            pool_idle: Duration::from_secs(1),
        };
        let control = Control::new(Parts {
            store: store.clone(),
            keyring: keyring.clone(),
            dialer: Dialer::new(config).unwrap(),
            clock: handed_clock,
            random,
            catalog: Arc::new(domain::Catalog::new(providers::built_in())),
            settings: Settings {
                gateway_url: "https://gateway.example".to_owned(),
                admin_url: "https://admin.example".to_owned(),
                key_format: KeyFormat::default(),
                setup_token_path: dir.path().join("setup-token"),
            },
        });
        Self { control, store, clock, keyring, _dir: dir }
    }

    /// What a user at the machine's own command line may do.
    pub fn local(&self) -> Cx {
        self.control.cx(Actor::Local { uid: 1000 }, None)
    }
}
