//! Both backends over one control plane, the remote one through real HTTP.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use api::{ApiState, SessionActor};
use async_trait::async_trait;
use axum::{
    Router,
    http::{StatusCode, header, request::Parts},
    routing,
};
use clap::{Parser, Subcommand};
use control::{Control, Cx, Settings};
use dial::{DialConfig, Dialer};
use domain::{Actor, Clock, Random, Timestamp};
use keyring::{KeyFormat, RootKey};
use secrecy::SecretString;
use store::{Location, Store};
use tokio::{net::TcpListener, task::JoinSet};

use super::{Backend, CliError};
use crate::{
    cli::{error::Kind, logs, output::tests::Heard},
    config::ClientConfig,
};

const TOKEN: &str = "an-admin-token-of-more-than-32-characters";

/// A running server and the database behind it.
pub(in crate::cli) struct Bench {
    pub(in crate::cli) store: Store,
    pub(in crate::cli) clock: Arc<MovedClock>,
    cx: Cx,
    address: SocketAddr,
    _serving: JoinSet<std::io::Result<()>>,
}

impl Bench {
    pub(in crate::cli) async fn new() -> Self {
        let clock = Arc::new(MovedClock(AtomicI64::new(1_795_000_000_000)));
        let handed_clock: Arc<dyn Clock> = clock.clone();
        let random: Arc<dyn Random> = Arc::new(CountedRandom(AtomicU64::new(1)));
        let root = RootKey::from_random([7; 32]);
        let (store, keyring) =
            control::installation::open(&Location::SqliteMemory, &root, &handed_clock, &random).await.unwrap();
        let config = DialConfig {
            allowed_cidrs: Vec::new(),
            connect_timeout: Duration::from_secs(1),
            pool_idle: Duration::from_secs(1),
        };
        let control = Control::new(control::Parts {
            store: store.clone(),
            keyring,
            dialer: Dialer::new(config).unwrap(),
            clock: handed_clock,
            random,
            settings: Settings {
                gateway_url: "https://gateway.example".to_owned(),
                admin_url: "https://admin.example".to_owned(),
                key_format: KeyFormat::new("sk-auto-").unwrap(),
                setup_token_path: "/nonexistent/setup-token".into(),
            },
        });
        let cx = control.cx(Actor::Local { uid: 1000 }, None);
        let state = ApiState::new(control, Some(&SecretString::from(TOKEN.to_owned())), Arc::new(NoSessions));
        let (address, serving) = serve(api::router(state)).await;
        Self { store, clock, cx, address, _serving: serving }
    }

    pub(in crate::cli) fn local(&self) -> Backend {
        Backend::Local(self.cx.clone())
    }

    pub(in crate::cli) fn remote(&self) -> Backend {
        remote(self.address, Some(TOKEN)).unwrap()
    }

    /// The same must hold for both.
    pub(in crate::cli) fn both(&self) -> [(&'static str, Backend); 2] {
        [("local", self.local()), ("remote", self.remote())]
    }
}

/// A command as it is typed.
pub(in crate::cli) fn typed<C: Subcommand>(arguments: &[&str]) -> Result<C, clap::Error> {
    #[derive(Parser)]
    struct Typed<C: Subcommand> {
        #[command(subcommand)]
        command: C,
    }
    Typed::try_parse_from([&["keywright"], arguments].concat()).map(|typed| typed.command)
}

async fn serve(router: Router) -> (SocketAddr, JoinSet<std::io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, router).await });
    (address, serving)
}

fn remote(address: SocketAddr, token: Option<&str>) -> Result<Backend, CliError> {
    let token = token.map(|token| SecretString::from(token.to_owned()));
    Backend::remote(ClientConfig { url: format!("http://{address}"), token })
}

struct NoSessions;

#[async_trait]
impl SessionActor for NoSessions {
    async fn actor(&self, _: &Parts) -> control::Result<Option<Actor>> {
        Ok(None)
    }
}

/// Stands still unless a test moves it.
pub(in crate::cli) struct MovedClock(AtomicI64);

impl MovedClock {
    pub(in crate::cli) fn forward(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    fn monotonic_ns(&self) -> u64 {
        self.0.load(Ordering::SeqCst).unsigned_abs() * 1_000_000
    }
}

/// `SplitMix64`: different bytes at every call, the same in every run.
struct CountedRandom(AtomicU64);

impl Random for CountedRandom {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let mut z = self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Lists logs from `backend`, which fails.
async fn failing(backend: &Backend) -> CliError {
    let heard = Heard::pipe();
    logs::run(typed(&["list"]).unwrap(), backend, &heard.out).await.unwrap_err()
}

#[tokio::test]
async fn a_missing_or_wrong_token_says_where_to_put_one() {
    let bench = Bench::new().await;
    let error = failing(&remote(bench.address, None).unwrap()).await;
    assert_eq!(error.kind(), Kind::Unauthenticated);
    assert!(error.to_string().contains("KEYWRIGHT_TOKEN_FILE"), "{error}");
    let error = failing(&remote(bench.address, Some("wrong-canary")).unwrap()).await;
    assert_eq!(error.kind(), Kind::Unauthenticated);
    assert!(!error.to_string().contains("canary"), "{error}");
}

#[tokio::test]
async fn a_virtual_key_is_forbidden() {
    let bench = Bench::new().await;
    let shape = contract::keys::CreateKey { name: "x".to_owned(), ..contract::keys::CreateKey::default() };
    let issued = bench.local().create_key(shape).await.unwrap();
    let error = failing(&remote(bench.address, Some(&issued.secret)).unwrap()).await;
    assert_eq!(error.kind(), Kind::Forbidden);
    assert!(error.to_string().contains("virtual key"), "{error}");
}

#[tokio::test]
async fn where_nothing_answers_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = failing(&remote(address, Some(TOKEN)).unwrap()).await;
    assert_eq!(error.kind(), Kind::Unreachable);
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    assert!(error.to_string().contains("keywright serve"), "{error}");
}

#[tokio::test]
async fn statuses_become_exit_codes() {
    for (status, kind) in [
        (StatusCode::BAD_REQUEST, Kind::Failure),
        (StatusCode::FORBIDDEN, Kind::Forbidden),
        (StatusCode::NOT_FOUND, Kind::NotFound),
        (StatusCode::CONFLICT, Kind::Conflict),
        (StatusCode::UNPROCESSABLE_ENTITY, Kind::Usage),
        (StatusCode::TOO_MANY_REQUESTS, Kind::RateLimited),
        (StatusCode::INTERNAL_SERVER_ERROR, Kind::Failure),
        (StatusCode::SERVICE_UNAVAILABLE, Kind::Unreachable),
    ] {
        let body = r#"{"detail": "that is why", "code": "some_code", "errors": [], "new_in_a_later_version": 1}"#;
        let answer = (status, [(header::CONTENT_TYPE, api::MEDIA_TYPE)], body);
        let router = Router::new().fallback(routing::any(move || async move { answer }));
        let (address, _serving) = serve(router).await;
        let error = failing(&remote(address, Some(TOKEN)).unwrap()).await;
        assert_eq!(error.kind(), kind, "{status}");
        assert!(error.to_string().starts_with("that is why"), "{error}");
    }
}

#[tokio::test]
async fn answers_of_strangers_are_told_apart() {
    for (status, kind) in [
        (StatusCode::OK, Kind::Failure),
        (StatusCode::NOT_FOUND, Kind::Failure),
        (StatusCode::FOUND, Kind::Failure),
        (StatusCode::BAD_GATEWAY, Kind::Unreachable),
    ] {
        let location = [(header::LOCATION, "http://127.0.0.1:1/elsewhere")];
        let router = Router::new().fallback(routing::any(move || async move { (status, location, "<html>") }));
        let (address, _serving) = serve(router).await;
        let error = failing(&remote(address, Some(TOKEN)).unwrap()).await;
        assert_eq!(error.kind(), kind, "{status}");
        assert!(error.to_string().contains(&address.to_string()), "{error}");
    }
}

#[test]
fn addresses_and_tokens_that_cannot_be_meant_are_refused() {
    let made = |url: &str, token: Option<&str>| {
        let token = token.map(|token| SecretString::from(token.to_owned()));
        Backend::remote(ClientConfig { url: url.to_owned(), token }).err().map(|error| error.kind())
    };
    for url in ["", "127.0.0.1:8081", "ftp://x", "http://user:pass@x", "http://x?y", "mailto:x"] {
        assert_eq!(made(url, None), Some(Kind::Usage), "{url}");
    }
    assert_eq!(made("http://x", Some("two\nlines")), Some(Kind::Usage));
    assert_eq!(made("https://keys.example/admin", Some("fine")), None);
}
