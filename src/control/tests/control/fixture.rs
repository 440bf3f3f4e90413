//! Control plane fixture: a control plane on a test's own database, with a manual clock, and direct access to the
//! tables.

use std::{sync::Arc, time::Duration};

use contract::keys::{CreateKey, KeyView};
use control::{Control, Cx, Parts, Settings};
use dial::{DialConfig, Dialer};
use domain::{Actor, Clock, ProjectId, Random};
use keyring::{KeyFormat, Keyring, RootKey};
use store::Location;
use testkit_db::TestDb;
use testkit_domain::{CountedRandom, ManualClock};

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;

/// One process on a database.
pub struct Node {
    pub control: Control,
    pub keyring: Keyring,
    pub clock: Arc<ManualClock>,
}

impl Node {
    /// The first process on `db`.
    pub async fn first(db: &TestDb) -> Self {
        Self::start(&db.location, Arc::new(ManualClock::default()), 1).await
    }

    /// Another process on the same database, by the same clock.
    pub async fn beside(&self, db: &TestDb) -> Self {
        Self::start(&db.location, self.clock.clone(), 2).await
    }

    async fn start(location: &Location, clock: Arc<ManualClock>, seed: u64) -> Self {
        let handed: Arc<dyn Clock> = clock.clone();
        let random: Arc<dyn Random> = Arc::new(CountedRandom::seeded(seed));
        let root = RootKey::from_random([42; 32]);
        let (store, keyring) = control::installation::open(location, &root, &handed, &random).await.unwrap();
        drop(rustls::crypto::ring::default_provider().install_default());
        let dialer = Dialer::new(DialConfig {
            allowed_cidrs: Vec::new(),
            connect_timeout: Duration::from_secs(1),
            pool_idle: Duration::from_secs(1),
        });
        let control = Control::new(Parts {
            store,
            keyring: keyring.clone(),
            dialer: dialer.unwrap(),
            clock: handed,
            random,
            catalog: Arc::new(domain::Catalog::new(providers::built_in())),
            settings: Settings {
                gateway_url: "https://gateway.example".to_owned(),
                admin_url: "https://admin.example".to_owned(),
                key_format: KeyFormat::new("sk-auto-").unwrap(),
                setup_token_path: "/nonexistent/setup-token".into(),
            },
        });
        Self { control, keyring, clock }
    }

    /// Advances the clock by so many milliseconds.
    pub fn forward(&self, ms: i64) {
        self.clock.advance(Duration::from_millis(u64::try_from(ms).unwrap()));
    }

    /// As the holder of the admin token, over a network.
    pub fn cx(&self) -> Cx {
        let address = "192.0.2.7".parse().unwrap();
        self.control.cx(Actor::AdminToken, Some(address)).with_request(Some("req_1"), Some("curl/8\n"))
    }

    /// The project that every installation begins with.
    pub async fn first_project(&self, db: &TestDb) -> ProjectId {
        let row = db.store.first_project().await.unwrap().unwrap();
        row.verify(&self.keyring).unwrap().id.clone()
    }

    /// Issues a key and returns it with its secret.
    pub async fn key(&self, name: &str) -> (KeyView, String) {
        let shape = CreateKey { name: name.to_owned(), ..CreateKey::default() };
        let issued = control::keys::create(&self.cx(), shape.try_into().unwrap()).await.unwrap();
        let secret = secrecy::ExposeSecret::expose_secret(&issued.secret).to_owned();
        (issued.view, secret)
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
