//! Child process guard: a program that runs for as long as its guard lives.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::{cores::Cores, load::Connection, usage};

/// How long a start or a stop may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A started program. Dropping it ends the program and its children.
pub struct Server {
    name: &'static str,
    child: Child,
    log: PathBuf,
    started: Instant,
}

/// An address without a listener right now.
pub fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
    Ok(listener.local_addr()?)
}

impl Server {
    /// Starts it with what it says going into a file of `dir`; on the gateway's core if there are `cores`.
    pub fn start(name: &'static str, mut command: Command, dir: &Path, cores: Option<Cores>) -> Result<Self> {
        let log = dir.join(format!("{name}.log"));
        let file = File::create(&log)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let started = Instant::now();
        let mut spawn = || command.spawn().with_context(|| format!("{name} does not start"));
        let child = match cores {
            Some(cores) => cores.on_gateway_core(spawn)?,
            None => spawn()?,
        };
        Ok(Self { name, child, log, started })
    }

    /// The process that was started.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The end of what it said.
    pub fn last_words(&self) -> String {
        let said = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// The process and its children.
    pub fn pids(&self) -> Result<Vec<u32>> {
        usage::family(self.child.id())
    }

    /// Waits for the first 200 to `request`; returns the time since the start.
    pub async fn ready(&mut self, at: SocketAddr, request: &[u8]) -> Result<Duration> {
        loop {
            if let Ok(mut connection) = Connection::open(at).await
                && let Ok(answer) = connection.call(request).await
                && answer.status == 200
            {
                return Ok(self.started.elapsed());
            }
            let ended = self.child.try_wait()?;
            if ended.is_some() || self.started.elapsed() > PATIENCE {
                bail!("{} did not become ready; it said:\n{}", self.name, self.last_words());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn end(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        let family = self.pids().unwrap_or_default();
        // First kindly: only so nginx ends its worker.
        signal(self.child.id(), Signal::TERM);
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        bench::say(format_args!("{} does not end by itself", self.name));
        for pid in family {
            signal(pid, Signal::KILL);
        }
        drop(self.child.wait());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // An error says that it has ended already.
        let _ = kill_process(pid, signal);
    }
}
