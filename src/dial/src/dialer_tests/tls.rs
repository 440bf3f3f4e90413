//! Dialer tests: certificates, trust roots and TLS failures.

use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio_rustls::TlsAcceptor;

use super::{
    server::{Server, Then},
    *,
};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

/// A certificate for `name`, valid until the first of March of `year`, and a server that shows it.
fn identity(name: &str, year: i32) -> (CertificateDer<'static>, TlsAcceptor) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_after = date_time_ymd(year, 3, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap().der().clone();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    (certificate, TlsAcceptor::from(Arc::new(config)))
}

fn trusting(certificate: CertificateDer<'static>) -> Dialer {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    Dialer::trusting(roots, config(&["127.0.0.0/8", "::1/128"])).unwrap()
}

fn at(host: &str, server: &Server) -> BaseUrl {
    base(&format!("https://{host}:{}/v1", server.port))
}

/// What both a call and a probe say about it.
async fn refusal(dialer: &Dialer, base: &BaseUrl) -> String {
    let error = dialer.send(base, get(base, "/x")).await.err().unwrap();
    assert!(matches!(error, DialError::Tls { .. }), "{error:?}");
    let steps = probe(dialer, base).await;
    assert_eq!((steps[0].ok, steps[1].ok, &steps[1].detail), (true, false, &error.to_string()));
    error.to_string()
}

#[tokio::test]
async fn trusted_server_is_called() {
    let (certificate, acceptor) = identity("localhost", 2099);
    let server = Server::start_tls(Then::Say(OK.to_owned()), acceptor).await;
    let base = at("localhost", &server);
    let dialer = trusting(certificate);
    assert_eq!(text(dialer.send(&base, get(&base, "/x")).await.unwrap()).await, "hi");
    assert!(server.requests()[0].contains(&format!("host: localhost:{}\r\n", server.port)));

    for (now, detail) in [
        ("2098-12-29T12:00:00Z", "1.3, valid for 61 days"),
        ("2099-02-27T12:00:00Z", "1.3, valid for 1 day"),
        ("2099-02-28T12:00:00Z", "1.3, valid for less than a day"),
    ] {
        let steps = dialer.probe(&base, &clock_at(Timestamp::parse_rfc3339(now).unwrap())).await;
        assert_eq!(steps[1], ProbeStep { name: "tls", ok: true, detail: detail.to_owned(), ms: 5 });
    }
}

#[tokio::test]
async fn server_that_cannot_prove_itself_is_sent_nothing() {
    let (certificate, acceptor) = identity("localhost", 2099);
    let (other_ca, _) = identity("localhost", 2099);
    let server = Server::start_tls(Then::Say(OK.to_owned()), acceptor).await;
    let text = refusal(&trusting(other_ca), &at("localhost", &server)).await;
    assert!(text.contains("unknown authority") || text.contains("not acceptable"), "{text}");
    let text = refusal(&trusting(certificate), &at("127.0.0.1", &server)).await;
    assert!(text.contains("another name"), "{text}");

    let (expired, acceptor) = identity("localhost", 2020);
    let old = Server::start_tls(Then::Say(OK.to_owned()), acceptor).await;
    let text = refusal(&trusting(expired), &at("localhost", &old)).await;
    assert!(text.contains("expired"), "{text}");
    assert!(server.requests().is_empty() && old.requests().is_empty());
}

#[tokio::test]
async fn unknown_authority_is_named() {
    let (_, acceptor) = identity("localhost", 2099);
    let server = Server::start_tls(Then::Say(OK.to_owned()), acceptor).await;
    let text = refusal(&dialer(), &at("localhost", &server)).await;
    assert!(text.contains("unknown authority"), "{text}");
}

#[tokio::test]
async fn server_without_tls_is_said_so() {
    let greeting = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = base(&format!("https://{}/v1", greeting.local_addr().unwrap()));
    let dialer = dialer();
    let speak = async {
        loop {
            let (mut stream, _) = greeting.accept().await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        }
    };
    let text = tokio::select! {
        text = refusal(&dialer, &base) => text,
        () = speak => unreachable!("it listens for ever"),
    };
    assert!(text.contains("does not speak TLS"), "{text}");
}

#[tokio::test]
async fn silent_handshake_ends_in_time() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = base(&format!("https://{}/v1", listener.local_addr().unwrap()));
    let short = DialConfig { connect_timeout: Duration::from_millis(50), ..config(&["127.0.0.0/8"]) };
    let dialer = Dialer::trusting(RootCertStore::empty(), short).unwrap();
    let error = dialer.send(&base, get(&base, "/x")).await.err().unwrap();
    assert!(matches!(error, DialError::ConnectTimeout), "{error:?}");
    assert!(!probe(&dialer, &base).await[1].ok);
}

#[test]
fn usual_roots_are_there() {
    assert!(crate::tls::usual_roots().len() >= webpki_roots::TLS_SERVER_ROOTS.len());
    Dialer::new(config(&[])).unwrap();
}
