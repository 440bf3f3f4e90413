//! Recording upstream: keeps every byte it receives, and answers with bytes that the test has written.
//!
//! The fake upstream speaks HTTP through a library and answers as `OpenAI` does. This one knows nothing but the framing
//! of HTTP/1.1: what a test wants to see unchanged must not be touched by the one who looks at it either.

use std::{collections::VecDeque, io, net::Ipv4Addr, net::SocketAddr, sync::Arc};

use parking_lot::Mutex;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::wire::{Framing, Head, Wire, soon};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its head, raw.
    pub head: Head,
    /// How the end of its body was marked.
    pub framing: Framing,
    /// Its body, out of its chunks.
    pub body: Vec<u8>,
    /// What came behind the last chunk, raw.
    pub trailers: Vec<u8>,
}

/// What is written down by a test to be sent as an answer: bytes, in steps.
#[derive(Clone, Debug, Default)]
pub struct Script {
    steps: Vec<Step>,
    early: bool,
}

#[derive(Clone, Debug)]
enum Step {
    Send(Vec<u8>),
    Wait(Arc<Notify>),
    Close,
}

impl Script {
    /// These bytes at once.
    pub fn of(bytes: impl Into<Vec<u8>>) -> Self {
        Self::default().then(bytes)
    }

    /// Then these bytes, handed to the network by themselves.
    #[must_use]
    pub fn then(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.steps.push(Step::Send(bytes.into()));
        self
    }

    /// Sent as soon as the head of the request is there, before its body is.
    #[must_use]
    pub fn early(mut self) -> Self {
        self.early = true;
        self
    }

    /// Then nothing until the test says so (`notify_one`).
    #[must_use]
    pub fn wait(mut self, gate: &Arc<Notify>) -> Self {
        self.steps.push(Step::Wait(gate.clone()));
        self
    }

    /// Then the end of the connection. Without it the connection is kept for the next request.
    #[must_use]
    pub fn close(mut self) -> Self {
        self.steps.push(Step::Close);
        self
    }
}

impl<T: Into<Vec<u8>>> From<T> for Script {
    fn from(bytes: T) -> Self {
        Self::of(bytes)
    }
}

/// A running upstream; it stops when dropped.
pub struct Recorder {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: CancellationToken,
}

struct Shared {
    scripts: Mutex<VecDeque<Script>>,
    recorded: Mutex<Vec<Recorded>>,
    /// Bytes of bodies so far, of requests that are still coming in too.
    body_bytes: watch::Sender<u64>,
}

impl Recorder {
    /// Starts one on a free port of 127.0.0.1.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            scripts: Mutex::default(),
            recorded: Mutex::default(),
            body_bytes: watch::Sender::new(0),
        });
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(listen(listener, shared.clone(), stop.clone(), tasks.clone()));
        Self { address, shared, stop }
    }

    /// Host and port, as the `Host` field says them.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// Answers the next request that has no answer yet. A request without a script is answered 599.
    pub fn answer(&self, script: impl Into<Script>) {
        self.shared.scripts.lock().push_back(script.into());
    }

    /// What came and was not taken yet, oldest first.
    pub fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut self.shared.recorded.lock())
    }

    /// Bytes of bodies so far, of requests that are still coming in too.
    pub fn body_bytes(&self) -> u64 {
        *self.shared.body_bytes.borrow()
    }

    /// Waits until so many bytes of bodies came since the recorder started.
    pub async fn wait_body_bytes(&self, least: u64) {
        let mut bytes = self.shared.body_bytes.subscribe();
        let came = bytes.wait_for(|bytes| *bytes >= least);
        // The sender is borrowed here, so it cannot be gone.
        let _ = soon("bytes of a body at the upstream", came).await;
    }
}

impl Drop for Recorder {
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
        let (shared, stop) = (shared.clone(), stop.clone());
        tasks.spawn(async move {
            tokio::select! {
                // A connection that breaks is not recorded: what came of it whole is recorded.
                _ = serve(stream, &shared) => {}
                () = stop.cancelled() => {}
            }
        });
    }
}

async fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut wire = Wire::new(stream);
    while let Some(head) = wire.head().await? {
        let script = shared.scripts.lock().pop_front();
        let unexpected = || Script::of("HTTP/1.1 599 Nobody Expects This\r\nContent-Length: 0\r\n\r\n");
        let script = script.unwrap_or_else(unexpected);
        if script.early && !play(&mut wire, &script.steps).await? {
            return Ok(());
        }
        let mut incoming = Wire::request_body(&head);
        let mut body = Vec::new();
        while let Some(piece) = wire.piece(&mut incoming).await? {
            shared.body_bytes.send_modify(|bytes| *bytes += piece.len() as u64);
            body.extend(piece);
        }
        let recorded = Recorded { head, framing: incoming.framing, body, trailers: incoming.trailers };
        // Before the answer: a test that has its answer finds its request.
        shared.recorded.lock().push(recorded);
        if !script.early && !play(&mut wire, &script.steps).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// Whether the connection is kept.
async fn play(wire: &mut Wire, steps: &[Step]) -> io::Result<bool> {
    for step in steps {
        match step {
            Step::Send(bytes) => wire.try_send(bytes).await?,
            Step::Wait(gate) => gate.notified().await,
            Step::Close => return Ok(false),
        }
    }
    Ok(true)
}
