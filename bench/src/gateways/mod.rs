//! Benchmark targets: how each gateway is started, and what a client needs to call it.

mod bare;
mod keywright;
mod nginx;
mod server;

use std::{env, net::SocketAddr, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context as _, Result};

use self::server::Server;
pub use self::{keywright::Keywright, server::free_address};
use crate::{
    cores::Cores,
    load::get,
    usage::{cpu, memory},
};

/// Keys that take turns, so that no rate limit is ever reached.
pub const KEYS: usize = 4;
/// What is sent to the upstream. It is not checked there.
const UPSTREAM_KEY: &str = "upstream-key";

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The mock itself.
    Direct,
    Nginx,
    Bare,
    Keywright,
    /// Keywright, another binary: the one of before a change.
    Before,
}

impl Target {
    /// Those of the main table.
    pub const ALL: [Self; 4] = [Self::Direct, Self::Nginx, Self::Bare, Self::Keywright];

    /// Whether it is Keywright.
    pub fn is_product(self) -> bool {
        matches!(self, Self::Keywright | Self::Before)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Nginx => "nginx",
            Self::Bare => "bare",
            Self::Keywright => "keywright",
            Self::Before => "before",
        }
    }
}

/// What every start needs.
pub struct Site {
    /// A directory that ends with the run.
    pub dir: PathBuf,
    pub cores: Cores,
    pub upstream: SocketAddr,
}

/// A contestant that answers.
pub struct Gateway {
    pub target: Target,
    pub at: SocketAddr,
    pub keys: Vec<String>,
    /// From its start to its first good answer.
    pub ready: Duration,
    server: Server,
}

impl Gateway {
    /// Starts it and waits until it answers.
    pub async fn start(target: Target, site: &Site, product: &mut Keywright) -> Result<Self> {
        let at = if target == Target::Direct { site.upstream } else { free_address()? };
        let keys = if target.is_product() { product.keys().to_vec() } else { made_up() };
        let mut server = match target {
            Target::Direct => mock(site)?,
            Target::Nginx => nginx::serve(site, at, &keys)?,
            Target::Bare => bare::serve(site, at)?,
            Target::Keywright | Target::Before => product.serve(site, at)?,
        };
        // The others have no word for it: they are ready when a request passes.
        let path = if target.is_product() { "/readyz" } else { "/v1/models" };
        let request = get(at, path, keys.first().map_or("", String::as_str));
        let ready = server.ready(at, &request).await?;
        Ok(Self { target, at, keys, ready, server })
    }

    /// The process that was started.
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// The end of what it said.
    pub fn last_words(&self) -> String {
        self.server.last_words()
    }

    /// User and system time so far.
    pub fn cpu(&self) -> Result<Duration> {
        cpu(&self.server.pids()?)
    }

    /// KiB of `VmRSS` or `VmHWM`.
    pub fn memory(&self, field: &str) -> Result<u64> {
        memory(&self.server.pids()?, field)
    }
}

/// Keys for those who know none; as long as the product's.
fn made_up() -> Vec<String> {
    (0..KEYS).map(|n| format!("bench-{n}-{}", "k".repeat(44))).collect()
}

/// A program that was built with this one.
fn sibling(name: &str) -> Result<Command> {
    let own = env::current_exe().context("cannot find this program")?;
    Ok(Command::new(own.with_file_name(name)))
}

/// Milliseconds between two chunks of a stream.
pub const BETWEEN_CHUNKS: u32 = 20;

fn mock(site: &Site) -> Result<Server> {
    let mut command = sibling("mock")?;
    command.args([site.upstream.to_string(), BETWEEN_CHUNKS.to_string()]);
    Server::start("mock", command, &site.dir, None)
}

/// A directory of one contestant.
fn subdir(site: &Site, name: &str) -> Result<PathBuf> {
    let dir = site.dir.join(name);
    std::fs::create_dir_all(&dir)?;
    Ok(dir)
}
