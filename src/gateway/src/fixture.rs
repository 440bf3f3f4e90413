//! Gateway fixture: a gateway over a database of its own, for this crate's tests.

use std::sync::Arc;

use axum::body::Body;
use dial::{DialConfig, Dialer};
use domain::{
    Change, ChangeKind, Clock as _, Credential, CredentialId, CredentialVersion, Dialect, KeyEnv, KeyId, KeyVersion,
    Random, RequestLog, Upstream, UpstreamId, UpstreamSettings, VirtualKey, Visible,
};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use keyring::{CredentialPlace, KeyFormat, Keyring, RootKey};
use secrecy::{ExposeSecret as _, SecretString};
use tempfile::TempDir;
use testkit_db::TestDb;
use testkit_domain::{CountedRandom, ManualClock, key, project};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Gateway, GatewayConfig, MemoryClaims, Parts};

/// An issued key.
pub(crate) struct Issued {
    pub key: VirtualKey,
    pub secret: SecretString,
}

/// Everything a test needs.
pub(crate) struct TestGateway {
    pub gateway: Arc<Gateway>,
    pub db: TestDb,
    pub keyring: Keyring,
    pub clock: Arc<ManualClock>,
    pub random: Arc<CountedRandom>,
    pub shutdown: CancellationToken,
    pub spool: TempDir,
}

impl TestGateway {
    /// Boots one.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// Boots one with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let db = testkit_db::sqlite().await;
        let (clock, random) = (Arc::new(ManualClock::default()), Arc::new(CountedRandom::default()));
        let spool = TempDir::new().unwrap();
        let root = RootKey::from_random([7; 32]);
        let (keyring, _) = Keyring::seed(&root, &"0".repeat(32), clock.now(), &*random);
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_project(&keyring, &project()).await.unwrap();
        tx.commit().await.unwrap();
        let mut config = GatewayConfig { spool_dir: spool.path().to_owned(), ..GatewayConfig::default() };
        change(&mut config);
        let shutdown = CancellationToken::new();
        let gateway = Gateway::start(Parts {
            store: db.store.clone(),
            keyring: keyring.clone(),
            key_format: KeyFormat::default(),
            dialer: dialer(),
            clock: clock.clone(),
            random: random.clone(),
            claims: Arc::new(MemoryClaims::default()),
            catalog: Arc::new(domain::Catalog::new(providers::built_in())),
            config,
            tasks: TaskTracker::new(),
            shutdown: shutdown.clone(),
        })
        .await
        .unwrap();
        Self { gateway, db, keyring, clock, random, shutdown, spool }
    }

    /// Issues a key.
    pub(crate) async fn issue(&self, change: impl FnOnce(&mut VirtualKey)) -> Issued {
        let fresh = KeyFormat::default().issue(KeyEnv::Live, &*self.random);
        let random: &dyn Random = &*self.random;
        let mut key =
            VirtualKey { id: KeyId::new(self.clock.now(), random.bytes()), masked: fresh.masked.clone(), ..key(1) };
        change(&mut key);
        let lookup_hash = self.keyring.lookup_hash(fresh.secret.expose_secret());
        let version = KeyVersion {
            key_id: key.id.clone(),
            version: 1,
            lookup_hash,
            masked: fresh.masked,
            created_at: self.clock.now(),
        };
        let mut tx = self.db.store.begin().await.unwrap();
        tx.insert_key(&self.keyring, &key, &version).await.unwrap();
        tx.announce(Change { kind: ChangeKind::Key, id: key.id.to_string() }).await.unwrap();
        tx.commit().await.unwrap();
        Issued { key, secret: fresh.secret }
    }

    /// Changes a key, beginning from what was issued. `mac`: whether under this installation's row MAC.
    pub(crate) async fn change(
        &self,
        issued: &Issued,
        kind: ChangeKind,
        mac: bool,
        change: impl FnOnce(&mut VirtualKey),
    ) {
        let mut tx = self.db.store.begin().await.unwrap();
        let mut key = self.keyring.verify(tx.find_key(&issued.key.id).await.unwrap().unwrap()).unwrap();
        *key.edit() = issued.key.clone();
        change(key.edit());
        let foreign = Keyring::seed(&RootKey::from_random([8; 32]), "foreign", self.clock.now(), &*self.random).0;
        tx.update_key(if mac { &self.keyring } else { &foreign }, key).await.unwrap();
        tx.announce(Change { kind, id: issued.key.id.to_string() }).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Revokes a key.
    pub(crate) async fn revoke(&self, issued: &Issued) {
        let at = self.clock.now();
        self.change(issued, ChangeKind::KeyEnded, true, |key| key.revoked_at = Some(at)).await;
    }

    /// Adds an upstream.
    pub(crate) async fn upstream(&self, provider: &str, base_url: &str, is_default: bool) -> Upstream {
        self.upstream_with(provider, base_url, |upstream| {
            if is_default {
                upstream.default_for = Dialect::ALL.to_vec();
            }
        })
        .await
    }

    /// Adds an upstream that is set otherwise.
    pub(crate) async fn upstream_with(
        &self,
        provider: &str,
        base_url: &str,
        change: impl FnOnce(&mut Upstream),
    ) -> Upstream {
        let random: &dyn Random = &*self.random;
        let id = UpstreamId::new(self.clock.now(), random.bytes());
        let mut upstream = Upstream {
            name: id.to_string(),
            id,
            provider: provider.parse().unwrap(),
            base_url: base_url.parse().unwrap(),
            default_for: vec![],
            has_secret: false,
            settings: UpstreamSettings::default(),
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
        };
        change(&mut upstream);
        let mut tx = self.db.store.begin().await.unwrap();
        tx.insert_upstream(&self.keyring, &upstream).await.unwrap();
        tx.announce(Change { kind: ChangeKind::Upstream, id: upstream.id.to_string() }).await.unwrap();
        tx.commit().await.unwrap();
        upstream
    }

    /// Stores a secret for an upstream, sealed for `base_url`.
    pub(crate) async fn secret(&self, upstream: &Upstream, base_url: &str, secret: &str) {
        let random: &dyn Random = &*self.random;
        let now = self.clock.now();
        let id = CredentialId::new(now, random.bytes());
        let bound_to = base_url.parse().unwrap();
        let place = CredentialPlace { credential: &id, version: 1, upstream: &upstream.id, base_url: &bound_to };
        let sealed = self.keyring.seal_credential(&place, secret.as_bytes(), random.bytes()).unwrap();
        let credential = Credential {
            id: id.clone(),
            upstream_id: upstream.id.clone(),
            version: 1,
            masked: "sk-***".to_owned(),
            created_at: now,
            updated_at: now,
        };
        let version = CredentialVersion {
            credential_id: id,
            version: 1,
            sealed,
            fingerprint: self.keyring.fingerprint(secret),
            base_url: base_url.to_owned(),
            masked: "sk-***".to_owned(),
            created_at: now,
        };
        let mut tx = self.db.store.begin().await.unwrap();
        tx.insert_credential(&self.keyring, &credential, &version).await.unwrap();
        tx.announce(Change { kind: ChangeKind::Upstream, id: upstream.id.to_string() }).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Sends a request through the gateway.
    pub(crate) async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.gateway.handle(request, ([127, 0, 0, 1], 5).into()).await
    }

    /// Sends a JSON request with a key.
    pub(crate) async fn post(&self, issued: &Issued, path: &str, body: &str) -> Response<Body> {
        self.send(request(issued, path).method("POST").body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Every row, newest first.
    pub(crate) async fn rows(&self) -> Vec<RequestLog> {
        self.gateway.flushed().await;
        let filter = store::RequestFilter { limit: 500, ..store::RequestFilter::default() };
        self.db
            .store
            .list_requests(&Visible::everything(), &filter)
            .await
            .unwrap()
            .into_iter()
            .map(Result::unwrap)
            .collect()
    }
}

/// A request with a key and JSON fields.
pub(crate) fn request(issued: &Issued, path: &str) -> http::request::Builder {
    Request::builder()
        .uri(path)
        .header("host", "gateway.test")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {}", issued.secret.expose_secret()))
}

/// The body of an answer as text.
pub(crate) async fn text(answer: Response<Body>) -> String {
    String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

fn dialer() -> Dialer {
    let config = DialConfig {
        allowed_cidrs: vec!["127.0.0.0/8".parse().unwrap()],
        connect_timeout: std::time::Duration::from_secs(5),
        pool_idle: std::time::Duration::from_secs(5),
    };
    Dialer::new(config).unwrap()
}
