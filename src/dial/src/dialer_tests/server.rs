//! Scripted TCP server: sends exactly the bytes that a test gives it.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    sync::Semaphore,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

/// What to do once a request has been read.
#[derive(Clone)]
pub(super) enum Then {
    /// Says this, and reads the next request.
    Say(String),
    /// Says this, closes its half, and notes when the other half is closed too.
    SayAndClose(String),
    /// Says this to a connection's first request, and hangs up on the second.
    SayOnce(String),
    /// Says the first, waits for [`Server::go_on`], says the second.
    SayInTwo(String, String),
    /// Says nothing and notes when the client hangs up.
    Wait,
}

pub(super) struct Server {
    pub(super) port: u16,
    pub(super) seen: Arc<Seen>,
    _tasks: JoinSet<()>,
}

/// What the server saw.
pub(super) struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<String>>,
    /// Permits are added when a client has hung up.
    hung_up: Semaphore,
    go_on: Semaphore,
}

impl Server {
    /// A server on 127.0.0.1 that treats every request alike.
    pub(super) async fn start(then: Then) -> Self {
        Self::listen(then, None).await
    }

    pub(super) async fn start_tls(then: Then, tls: TlsAcceptor) -> Self {
        Self::listen(then, Some(tls)).await
    }

    async fn listen(then: Then, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen {
            connections: AtomicUsize::new(0),
            requests: Mutex::new(Vec::new()),
            hung_up: Semaphore::new(0),
            go_on: Semaphore::new(0),
        });
        let mut tasks = JoinSet::new();
        let noted = Arc::clone(&seen);
        tasks.spawn(async move {
            let mut serving = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                noted.connections.fetch_add(1, Ordering::SeqCst);
                let (seen, then, tls) = (Arc::clone(&noted), then.clone(), tls.clone());
                serving.spawn(async move {
                    match tls {
                        None => serve(stream, &seen, then).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &seen, then).await;
                            }
                        }
                    }
                });
            }
        });
        Self { port, seen, _tasks: tasks }
    }

    pub(super) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    pub(super) async fn client_hung_up(&self) {
        self.seen.hung_up.acquire().await.unwrap().forget();
    }

    pub(super) fn go_on(&self) {
        self.seen.go_on.add_permits(1);
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, seen: &Seen, then: Then) {
    let mut answered = false;
    while let Some(request) = read_request(&mut stream).await {
        seen.requests.lock().unwrap().push(request);
        let last = match &then {
            // A client that has gone shows in the next read.
            Then::SayOnce(_) if answered => break,
            Then::Say(text) | Then::SayOnce(text) => {
                let _ = stream.write_all(text.as_bytes()).await;
                false
            }
            Then::SayAndClose(text) => {
                let _ = stream.write_all(text.as_bytes()).await;
                let _ = stream.shutdown().await;
                true
            }
            Then::SayInTwo(first, second) => {
                let _ = stream.write_all(first.as_bytes()).await;
                seen.go_on.acquire().await.unwrap().forget();
                let _ = stream.write_all(second.as_bytes()).await;
                false
            }
            Then::Wait => true,
        };
        if last {
            let _ = stream.read_to_end(&mut Vec::new()).await;
            break;
        }
        answered = true;
    }
    seen.hung_up.add_permits(1);
}

/// Head and body of one request; `None` at the end.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut raw = Vec::new();
    loop {
        if let Some(head) = raw.windows(4).position(|four| four == b"\r\n\r\n") {
            let text = String::from_utf8(raw[..head].to_vec()).unwrap().to_lowercase();
            let length = text.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
            if raw.len() >= head + 4 + length.map_or(0, |length| length.parse::<usize>().unwrap()) {
                return Some(String::from_utf8(raw).unwrap());
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(n) if n > 0 => raw.extend_from_slice(&chunk[..n]),
            _ => return None,
        }
    }
}
