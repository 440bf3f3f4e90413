//! Scripted upstream: sends exactly the bytes it is given, and keeps the bytes that it receives.
//!
//! [`crate::FakeUpstream`] speaks proper HTTP; this one does not have to.

use std::{
    collections::VecDeque,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::raw::{TIMEOUT, find};

/// What it does with a request, one after the other. After the last one the connection waits for the next request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Says these bytes.
    Say(Vec<u8>),
    /// Sends them again and again, until the peer stops reading.
    Repeat(Vec<u8>),
    /// Says nothing until the other side hangs up.
    Hang,
    /// Hangs up.
    Close,
    /// Hangs up rudely.
    Reset,
}

/// A running one; it stops when dropped.
pub struct RawUpstream {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: CancellationToken,
}

struct Shared {
    acts: Mutex<Vec<Act>>,
    received: Mutex<Vec<Vec<u8>>>,
    connections: watch::Sender<usize>,
    left: watch::Sender<usize>,
}

/// What it answers unless configured otherwise.
pub const GOOD: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"good\":true}";

impl RawUpstream {
    /// Starts one on a free port of 127.0.0.1 that answers [`GOOD`].
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            acts: Mutex::new(vec![Act::Say(GOOD.to_vec())]),
            received: Mutex::default(),
            connections: watch::Sender::new(0),
            left: watch::Sender::new(0),
        });
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        tasks.spawn(listen(listener, shared.clone(), stop.clone(), tasks.clone()));
        Self { address, shared, stop }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What an upstream's base URL is set to.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// From now on does this with every request.
    pub fn play(&self, acts: &[Act]) {
        *self.shared.acts.lock() = acts.to_vec();
    }

    /// From now on says this and leaves the connection open.
    pub fn say(&self, bytes: impl AsRef<[u8]>) {
        self.play(&[Act::Say(bytes.as_ref().to_vec())]);
    }

    /// The requests that came, oldest first, byte for byte.
    pub fn received(&self) -> Vec<Vec<u8>> {
        self.shared.received.lock().clone()
    }

    /// How many requests and how many connections came.
    pub fn counts(&self) -> (usize, usize) {
        (self.shared.received.lock().len(), *self.shared.connections.borrow())
    }

    /// Waits until the other side hung up on so many connections.
    pub async fn wait_left(&self, count: usize) {
        let mut left = self.shared.left.subscribe();
        let waited = timeout(TIMEOUT, left.wait_for(|left| *left >= count)).await;
        assert!(waited.is_ok(), "the upstream waited in vain to be left: {} of {count}", *self.shared.left.borrow());
    }

    /// How many connections the other side hung up on.
    pub fn left(&self) -> usize {
        *self.shared.left.borrow()
    }
}

impl Drop for RawUpstream {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>, stop: CancellationToken, tasks: TaskTracker) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((stream, _)) = accepted else { continue };
        shared.connections.send_modify(|count| *count += 1);
        let (shared, stop) = (shared.clone(), stop.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = serve(stream, &shared) => {}
                () = stop.cancelled() => {}
            }
        });
    }
}

async fn serve(mut stream: TcpStream, shared: &Shared) {
    let mut unread = Vec::new();
    while let Some(request) = request(&mut stream, &mut unread).await {
        shared.received.lock().push(request);
        let mut acts: VecDeque<Act> = shared.acts.lock().clone().into();
        while let Some(act) = acts.pop_front() {
            let stays = match act {
                Act::Say(bytes) => stream.write_all(&bytes).await.is_ok(),
                Act::Repeat(bytes) => {
                    while stream.write_all(&bytes).await.is_ok() {}
                    false
                }
                Act::Hang => {
                    while matches!(stream.read_buf(&mut unread).await, Ok(1..)) {}
                    false
                }
                Act::Close => return,
                Act::Reset => {
                    // What was said is to be on the wire first; closing with nothing to linger for is a reset.
                    let socket = socket2::SockRef::from(&stream);
                    drop(socket.set_linger(Some(Duration::ZERO)));
                    return;
                }
            };
            if !stays {
                break;
            }
        }
    }
    shared.left.send_modify(|count| *count += 1);
}

/// The next request, head and body; `None` once the peer sends no more.
async fn request(stream: &mut TcpStream, unread: &mut Vec<u8>) -> Option<Vec<u8>> {
    loop {
        if let Some(length) = length(unread) {
            return Some(unread.drain(..length).collect());
        }
        if !matches!(stream.read_buf(unread).await, Ok(1..)) {
            return None;
        }
    }
}

/// How long the request is that `bytes` begin with, once all of it is there.
fn length(bytes: &[u8]) -> Option<usize> {
    let head = find(bytes, 0, b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let body = if text.contains("transfer-encoding: chunked") {
        find(bytes, head.saturating_sub(2), b"\r\n0\r\n\r\n")? + 7 - head
    } else {
        text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok()).unwrap_or(0)
    };
    (bytes.len() >= head + body).then_some(head + body)
}
