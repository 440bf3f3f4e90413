//! Fake upstream over real HTTP: answers as `OpenAI` does, keeps what it received, and misbehaves on demand.
//!
//! How it behaves is chosen by the model's name, so that every client can ask for it:
//!
//! | model | what happens |
//! |---|---|
//! | `fail-400`, `fail-429`, `fail-500`, `missing-model` | the vendor's error with its headers (`missing-model`: 404) |
//! | `unauthorized` | 401 although the secret is right |
//! | `redirect` | 302 to another path of its own |
//! | `slow` | nothing until [`FakeUpstream::release`] |
//! | `slow-stream`, `slow-stream-N` | a stream with N milliseconds between chunks |
//! | `pause-after-N` | a stream whose first N chunks come at once, and then nothing until the client goes |
//! | `endless` | a stream until the client goes |
//! | `reset` | the connection is reset before an answer |
//! | `reset-mid-stream` | the connection ends in mid-answer |
//! | `no-done` | a stream that ends well but without its last word |
//! | `gzip` | a compressed answer where the client takes one |
//! | `big-headers`, `many-headers` | an answer with 80 KiB, or 150 fields, of headers |
//! | any other | an answer; its tokens are [`USAGE`] |

mod answers;
mod behave;
mod errors;
mod record;
mod serve;
mod stream;

use std::{io, net::Ipv4Addr, sync::Arc, time::Duration};

use domain::Usage;
use parking_lot::Mutex;
use tokio::{net::TcpListener, sync::watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::record::Log;

pub use self::record::Received;

/// The secret that it requires unless configured otherwise.
pub const DEFAULT_SECRET: &str = "sk-upstream-secret";

/// The tokens that every answer reports; embeddings report the input alone.
pub const USAGE: Usage = Usage {
    input_tokens: Some(19),
    cached_tokens: Some(8),
    output_tokens: Some(10),
    reasoning_tokens: Some(2),
    ..Usage::NONE
};

/// What every answer says.
pub const REPLY: &str = "Hello from the lighthouse: the night is calm and clear.";

/// How long a test waits for something before it fails.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How to start one.
#[derive(Clone, Debug)]
pub struct Options {
    /// The secret that it wants as a bearer token.
    pub secret: String,
    /// Where it listens on 127.0.0.1; 0 for any free port.
    pub port: u16,
    /// The time between the chunks of `slow-stream`.
    pub every: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { secret: DEFAULT_SECRET.to_owned(), port: 0, every: Duration::from_millis(50) }
    }
}

/// A running upstream; it stops when dropped.
pub struct FakeUpstream {
    port: u16,
    shared: Arc<Shared>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// What all connections share.
struct Shared {
    secret: Mutex<String>,
    every: Duration,
    port: u16,
    log: Arc<Log>,
    released: watch::Sender<u64>,
}

impl FakeUpstream {
    /// Starts one with the default secret on a free port.
    ///
    /// # Panics
    /// Where there is none.
    #[allow(clippy::expect_used)] // a test without its upstream is to fail at once and loudly
    pub async fn start() -> Self {
        Self::with(Options::default()).await.expect("a free port on 127.0.0.1")
    }

    /// Starts one.
    pub async fn with(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            secret: Mutex::new(options.secret),
            every: options.every,
            port,
            log: Arc::default(),
            released: watch::Sender::new(0),
        });
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(serve::listen(listener, Arc::clone(&shared), stop.clone(), tasks.clone()));
        Ok(Self { port, shared, stop, tasks })
    }

    /// What an upstream's base URL is set to: `http://127.0.0.1:PORT/v1`.
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// Where it listens on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many requests came, whatever they were answered.
    pub fn calls(&self) -> usize {
        self.shared.log.calls()
    }

    /// What came, oldest first.
    pub fn received(&self) -> Vec<Received> {
        self.shared.log.received()
    }

    /// How many answers the client did not wait for: it went while `slow` was silent or a stream went on.
    pub fn cancelled(&self) -> usize {
        self.shared.log.cancelled()
    }

    /// Forgets what came and how often.
    pub fn reset_log(&self) {
        self.shared.log.reset();
    }

    /// From now on wants this secret.
    pub fn set_secret(&self, secret: &str) {
        secret.clone_into(&mut self.shared.secret.lock());
    }

    /// Lets every `slow` request that came so far have its answer.
    pub fn release(&self) {
        self.shared.released.send_modify(|round| *round += 1);
    }

    /// Waits until so many requests came.
    ///
    /// # Panics
    /// After ten seconds in vain: the test has failed.
    #[allow(clippy::expect_used)] // a test that waits in vain is to fail loudly
    pub async fn wait_received(&self, count: usize) {
        let came = self.shared.log.wait_received(count);
        tokio::time::timeout(TIMEOUT, came).await.expect("the upstream waited for requests in vain");
    }

    /// Waits until so many answers were cancelled.
    ///
    /// # Panics
    /// After ten seconds in vain: the test has failed.
    #[allow(clippy::expect_used)] // a test that waits in vain is to fail loudly
    pub async fn wait_cancelled(&self, count: usize) {
        let gone = self.shared.log.wait_cancelled(count);
        tokio::time::timeout(TIMEOUT, gone).await.expect("the upstream waited in vain to be cancelled");
    }

    /// Stops, and returns when the port is free: from then on connections are refused.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for FakeUpstream {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[cfg(test)]
mod tests;
