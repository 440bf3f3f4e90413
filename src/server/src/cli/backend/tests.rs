//! Backend tests: both backends over one control plane, the remote one through real HTTP.

use std::{net::SocketAddr, sync::Arc};

use api::{ApiState, SessionActor};
use async_trait::async_trait;
use axum::{
    Router,
    http::{StatusCode, header, request::Parts},
    routing,
};
use clap::{Parser, Subcommand};
use domain::Actor;
use secrecy::SecretString;
use store::Store;
use testkit_control::{ADMIN_TOKEN as TOKEN, ControlPlane};
use testkit_domain::ManualClock;
use tokio::{net::TcpListener, task::JoinSet};

use super::{Backend, CliError};
use crate::{
    cli::{error::Kind, logs, output::tests::CapturedOutput},
    config::ClientConfig,
};

/// A running server and the database behind it.
pub(in crate::cli) struct Bench {
    pub(in crate::cli) store: Store,
    pub(in crate::cli) clock: Arc<ManualClock>,
    plane: ControlPlane,
    address: SocketAddr,
    _serving: JoinSet<std::io::Result<()>>,
}

impl Bench {
    pub(in crate::cli) async fn new() -> Self {
        let plane = ControlPlane::new().await;
        let token = SecretString::from(TOKEN.to_owned());
        let state = ApiState::new(plane.control.clone(), Some(&token), Arc::new(NoSessions));
        let (address, serving) = serve(api::router(state)).await;
        Self { store: plane.store.clone(), clock: plane.clock.clone(), plane, address, _serving: serving }
    }

    pub(in crate::cli) fn local(&self) -> Backend {
        Backend::Local(self.plane.local())
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

/// Lists logs from `backend`, which fails.
async fn failing(backend: &Backend) -> CliError {
    let captured = CapturedOutput::pipe();
    logs::run(typed(&["list"]).unwrap(), backend, &captured.out).await.unwrap_err()
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
    let issued = bench.local().call::<contract::keys::KeysCreate>((), shape).await.unwrap();
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
async fn answers_of_other_servers_are_distinguished() {
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
