//! Dialer tests: HTTP/1.1 answers, limits and connection reuse.

use super::{
    server::{Server, Then},
    *,
};
use crate::AddressKind;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

fn at(server: &Server) -> BaseUrl {
    base(&format!("http://127.0.0.1:{}/v1", server.port))
}

async fn answering(text: &str) -> (Server, BaseUrl) {
    let server = Server::start(Then::Say(text.to_owned())).await;
    let base = at(&server);
    (server, base)
}

async fn failure(then: Then) -> DialError {
    let server = Server::start(then).await;
    dialer().send(&at(&server), get(&at(&server), "/x")).await.err().unwrap()
}

#[tokio::test]
async fn request_and_answer_pass_whole() {
    let (server, base) = answering(OK).await;
    let mut request = post(&base, "/chat/completions", r#"{"a":1}"#);
    request.headers_mut().insert("host", "evil.example".parse().unwrap());
    request.headers_mut().insert("authorization", "Bearer sk-x".parse().unwrap());
    let answer = dialer().send(&base, request).await.unwrap();
    assert_eq!((answer.status(), text(answer).await.as_str()), (StatusCode::OK, "hi"));

    let seen = server.requests().remove(0);
    assert!(seen.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains(&format!("host: 127.0.0.1:{}\r\n", server.port)) && !seen.contains("evil"), "{seen}");
    assert!(seen.contains("authorization: Bearer sk-x\r\n") && seen.ends_with("\r\n\r\n{\"a\":1}"), "{seen}");
}

#[tokio::test]
async fn connections_are_kept() {
    let (server, base) = answering(OK).await;
    let dialer = dialer();
    for _ in 0..3 {
        text(dialer.clone().send(&base, get(&base, "/x")).await.unwrap()).await;
    }
    assert_eq!((server.connections(), server.requests().len()), (1, 3));
}

#[tokio::test]
async fn unused_connections_are_closed() {
    let (server, base) = answering(OK).await;
    let dialer = Dialer::trusting(
        RootCertStore::empty(),
        DialConfig { pool_idle: Duration::from_millis(20), ..config(&["127.0.0.0/8"]) },
    )
    .unwrap();
    text(dialer.send(&base, get(&base, "/x")).await.unwrap()).await;
    server.client_hung_up().await;
    assert_eq!(dialer.pool.len(), 0);
    assert_eq!(text(dialer.send(&base, get(&base, "/x")).await.unwrap()).await, "hi");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn an_answer_without_a_body_gives_its_connection_back() {
    let (server, base) = answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let dialer = dialer();
    for _ in 0..2 {
        drop(dialer.send(&base, get(&base, "/x")).await.unwrap());
    }
    assert_eq!((server.connections(), dialer.pool.len()), (1, 1));
}

#[tokio::test]
async fn idle_connection_that_the_server_closed_costs_nothing() {
    let server = Server::start(Then::SayAndClose(OK.to_owned())).await;
    let dialer = dialer();
    for expected in 1..=2 {
        let answer = dialer.send(&at(&server), get(&at(&server), "/x")).await.unwrap();
        assert_eq!(text(answer).await, "hi");
        server.client_hung_up().await;
        assert_eq!((server.connections(), server.requests().len()), (expected, expected));
    }
}

#[tokio::test]
async fn request_that_was_sent_is_not_sent_again() {
    let server = Server::start(Then::SayOnce(OK.to_owned())).await;
    let dialer = dialer();
    text(dialer.send(&at(&server), get(&at(&server), "/x")).await.unwrap()).await;
    let error = dialer.send(&at(&server), post(&at(&server), "/x", "{}")).await.err().unwrap();
    assert!(matches!(error, DialError::Reset(_)), "{error:?}");
    assert_eq!((server.connections(), server.requests().len()), (1, 2));
}

#[tokio::test]
async fn frames_arrive_as_they_are_sent() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let server = Server::start(Then::SayInTwo(format!("{head}3\r\none\r\n"), "3\r\ntwo\r\n0\r\n\r\n".to_owned())).await;
    let mut body = dialer().send(&at(&server), get(&at(&server), "/x")).await.unwrap().into_body();
    // The server holds the second back until the first is here.
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "one");
    server.go_on();
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "two");
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn giving_up_hangs_up() {
    let server = Server::start(Then::Wait).await;
    let (dialer, base) = (dialer(), at(&server));
    let mut waiting = Box::pin(dialer.send(&base, get(&base, "/x")));
    while server.requests().is_empty() {
        tokio::select! {
            answer = &mut waiting => panic!("answered: {:?}", answer.map(|answer| answer.status())),
            () = tokio::task::yield_now() => {}
        }
    }
    drop(waiting);
    server.client_hung_up().await;
}

#[tokio::test]
async fn dropping_the_answer_hangs_up() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n";
    let server = Server::start(Then::SayInTwo(head.to_owned(), String::new())).await;
    let answer = dialer().send(&at(&server), get(&at(&server), "/x")).await.unwrap();
    drop(answer);
    server.go_on();
    server.client_hung_up().await;
}

#[tokio::test]
async fn forbidden_address_is_not_even_knocked_at() {
    let (server, _) = answering(OK).await;
    for (host, allowed, kind) in [
        ("127.0.0.1", &[][..], AddressKind::Loopback),
        ("127.0.0.1", &["10.0.0.0/8", "::1/128"], AddressKind::Loopback),
        ("localhost", &[], AddressKind::Loopback),
        ("[::ffff:127.0.0.1]", &[], AddressKind::Loopback),
        ("[64:ff9b::7f00:1]", &[], AddressKind::Loopback),
        ("0.0.0.0", &[], AddressKind::Unspecified),
        ("169.254.169.254", &["0.0.0.0/0"], AddressKind::Metadata),
    ] {
        let base = base(&format!("http://{host}:{}/v1", server.port));
        let dialer = Dialer::trusting(RootCertStore::empty(), config(allowed)).unwrap();
        let error = dialer.send(&base, get(&base, "/x")).await.err().unwrap();
        assert!(matches!(&error, DialError::Forbidden { reason, .. } if *reason == kind), "{host}: {error:?}");
        let named = if kind.is_never_called() { "never called" } else { "upstream_allowed_cidrs" };
        assert!(error.to_string().contains(named), "{error}");
        let steps = probe(&dialer, &base).await;
        assert_eq!((steps.len(), steps[0].ok, &steps[0].detail), (1, false, &error.to_string()));
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn request_outside_the_base_is_not_sent() {
    let (server, base) = answering(OK).await;
    let origin = format!("http://127.0.0.1:{}", server.port);
    for uri in
        [format!("{origin}/v2/x"), format!("{origin}/v1/../x"), format!("{origin}/v1/%2e%2e/x"), "/v1/x".to_owned()]
    {
        let request = Request::get(&uri).body(Outgoing::whole(Bytes::new())).unwrap();
        assert!(matches!(dialer().send(&base, request).await, Err(DialError::OutOfBase)), "{uri}");
    }
    let connect = Request::connect(format!("{origin}/v1/x")).body(Outgoing::whole(Bytes::new())).unwrap();
    assert!(matches!(dialer().send(&base, connect).await, Err(DialError::OutOfBase)));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn redirects_come_back_as_they_are() {
    let (other, elsewhere) = answering(OK).await;
    let (_server, base) =
        answering(&format!("HTTP/1.1 302 Found\r\nlocation: {elsewhere}/x\r\ncontent-length: 0\r\n\r\n")).await;
    let answer = dialer().send(&base, get(&base, "/x")).await.unwrap();
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn head_of_an_answer_has_limits() {
    let fields = |n: usize| "x-same: y\r\n".repeat(n);
    let (_server, base) = answering(&format!("HTTP/1.1 200 OK\r\n{}content-length: 0\r\n\r\n", fields(99))).await;
    assert_eq!(dialer().send(&base, get(&base, "/x")).await.unwrap().headers().len(), 100);

    for head in [
        format!("HTTP/1.1 200 OK\r\n{}content-length: 0\r\n\r\n", fields(100)),
        format!("HTTP/1.1 200 OK\r\nx: {}\r\ncontent-length: 0\r\n\r\n", "y".repeat(512 * 1024)),
        format!("HTTP/1.1 200 OK\r\nx: {}\r\ncontent-length: 0\r\n\r\n", "y".repeat(64 * 1024)),
        "SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n".to_owned(),
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n".to_owned(),
    ] {
        let error = failure(Then::Say(head)).await;
        assert!(matches!(error, DialError::InvalidResponse(_)), "{error:?}");
    }
}

#[tokio::test]
async fn connection_that_ends_before_the_answer_is_a_reset() {
    let error = failure(Then::SayAndClose(String::new())).await;
    assert!(matches!(error, DialError::Reset(_)), "{error:?}");
    let error = failure(Then::SayAndClose("HTTP/1.1 200".to_owned())).await;
    assert!(matches!(error, DialError::Reset(_)), "{error:?}");
}

#[tokio::test]
async fn a_broken_request_body_is_an_error_of_its_own() {
    let (_server, base) = answering(OK).await;
    let frames = futures_util::stream::iter([Ok(hyper::body::Frame::data(Bytes::from("x"))), Err("the client left")]);
    let body = http_body_util::StreamBody::new(frames);
    let request = Request::post(Dialer::target(&base, "/x", None).unwrap()).body(Outgoing::stream(body)).unwrap();
    let error = dialer().send(&base, request).await.err().unwrap();
    assert!(matches!(error, DialError::RequestBody(_)), "{error:?}");
}

#[tokio::test]
async fn a_port_without_a_listener_is_reported() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = base(&format!("http://{}/v1", listener.local_addr().unwrap()));
    drop(listener);
    let error = dialer().send(&base, get(&base, "/x")).await.err().unwrap();
    assert!(matches!(error, DialError::Connect { .. }) && error.to_string().contains("nothing listens"), "{error:?}");
    let steps = probe(&dialer(), &base).await;
    assert_eq!(steps[0], ProbeStep { name: "address", ok: true, detail: "found, loopback, allowed".to_owned(), ms: 5 });
    assert_eq!((steps.len(), steps[1].name, steps[1].ok), (2, "tls", false));
}

#[tokio::test]
async fn name_without_an_address_is_said_so() {
    // The resolver refuses it by itself, without asking a name server.
    let host = "a".repeat(300);
    let connector = dialer().connector;
    let error = connector.resolve(&host, 80).await.unwrap_err();
    assert!(matches!(error, DialError::Resolve { .. }) && error.to_string().contains("spelling"), "{error:?}");
}

#[tokio::test]
async fn plain_http_needs_no_tls() {
    let (server, base) = answering(OK).await;
    let steps = probe(&dialer(), &base).await;
    assert_eq!(steps[1], ProbeStep { name: "tls", ok: true, detail: "not used, plain HTTP".to_owned(), ms: 5 });
    assert!(server.requests().is_empty());
    assert!(probe(&dialer(), &BaseUrl::echo()).await[0].ok);
}
