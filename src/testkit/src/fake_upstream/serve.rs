//! Fake upstream server: HTTP/1.1 on 127.0.0.1, with a way to reset a connection.

use std::{io, os::fd::AsFd as _, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use super::{Shared, answers, behave, record::Received};

/// In an answer's extensions: reset the connection instead of answering.
#[derive(Clone)]
pub(super) struct ResetConnection;

pub(super) async fn listen(listener: TcpListener, shared: Arc<Shared>, stop: CancellationToken, tasks: TaskTracker) {
    let router = Router::new().fallback(handle).with_state(shared);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((stream, _)) = accepted else { continue };
        let (router, stop) = (router.clone(), stop.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = serve(stream, router) => {}
                () = stop.cancelled() => {}
            }
        });
    }
}

async fn serve(stream: TcpStream, router: Router) {
    // A second handle on the socket: the first one is in hyper's hands when the reset is wanted.
    let Ok(socket) = stream.as_fd().try_clone_to_owned() else { return };
    let socket = socket2::Socket::from(socket);
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let (router, socket) = (router.clone(), &socket);
        async move {
            let Ok(answer) = router.oneshot(request.map(Body::new)).await;
            if answer.extensions().get::<ResetConnection>().is_some() {
                // Closing with nothing to linger for is a reset.
                socket.set_linger(Some(Duration::ZERO))?;
                return Err(io::Error::from(io::ErrorKind::ConnectionReset));
            }
            Ok(answer)
        }
    });
    // Headers of any size are let out, and errors are what some of the behaviours are for.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else { return reset() };
    let target = head.uri.path_and_query().map_or_else(|| head.uri.to_string(), ToString::to_string);
    let request = Received { method: head.method, target, headers: head.headers, body };
    if let Some(word) = request.path().strip_prefix("/_fake/") {
        return control_answer(&shared, word);
    }
    // Read before the request can be seen in the log: a release that follows upon seeing it is never missed.
    let round = *shared.released.borrow();
    shared.log.add(request.clone());
    behave::answer(&shared, &request, round).await
}

/// What tests in another process ask for: `/_fake/log`, and POSTs to `/_fake/reset` and `/_fake/release`.
fn control_answer(shared: &Shared, word: &str) -> Response {
    match word {
        "reset" => shared.log.reset(),
        "release" => shared.released.send_modify(|round| *round += 1),
        _ => {}
    }
    let received: Vec<_> = shared.log.received().iter().map(Received::to_json).collect();
    let log = serde_json::json!({
        "calls": shared.log.calls(),
        "cancelled": shared.log.cancelled(),
        "received": received,
    });
    answers::json(StatusCode::OK, &log)
}

pub(super) fn reset() -> Response {
    let mut answer = Response::new(Body::empty());
    answer.extensions_mut().insert(ResetConnection);
    answer
}
