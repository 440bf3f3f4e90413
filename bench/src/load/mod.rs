//! Load generators: closed loop, open loop, and streams that all begin at once.

mod connection;
mod pace;
mod request;
pub mod wrk;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, bail};
use tokio::task::JoinSet;

use self::pace::Pace;
pub use self::{
    connection::Connection,
    request::{Ask, Requests, get, post},
};

/// A client waits no longer for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// An open loop lets no more requests wait than this; a gateway so far behind has failed. Below the 512 connections that
/// Keywright takes from one address.
const IN_FLIGHT: usize = 480;

/// Where a gateway is called, with the connections that are open and idle.
pub struct Client {
    at: SocketAddr,
    requests: Requests,
    idle: Mutex<Vec<Connection>>,
}

/// When a load runs: what begins before `from` is answered and counted, and its times are left out.
#[derive(Clone, Copy)]
pub struct Window {
    from: Instant,
    until: Instant,
}

impl Window {
    /// Of so much `time`, after so much of getting warm.
    pub fn new(warm_up: Duration, time: Duration) -> Self {
        let from = Instant::now() + warm_up;
        Self { from, until: from + time }
    }

    fn timed(self, due: Instant, outcome: Result<Times>) -> Result<Option<Times>> {
        outcome.map(|times| (due >= self.from).then_some(times))
    }
}

/// Microseconds from the due time to the first byte and to the end.
pub type Times = (f64, f64);

/// What came back.
#[derive(Default)]
pub struct Tally {
    /// Answers that were good.
    pub good: u64,
    /// All others.
    pub bad: u64,
    /// What was wrong with the first of them.
    pub complaint: Option<String>,
    /// Of the good ones within the window.
    pub times: Vec<Times>,
}

impl Tally {
    /// Counts an answer; its times, if they are to be known.
    fn add(&mut self, outcome: Result<Option<Times>>) {
        match outcome {
            Ok(times) => {
                self.good += 1;
                self.times.extend(times);
            }
            Err(error) => {
                self.bad += 1;
                self.complaint.get_or_insert_with(|| format!("{error:#}"));
            }
        }
    }

    fn merge(&mut self, other: Tally) {
        self.good += other.good;
        self.bad += other.bad;
        self.complaint = self.complaint.take().or(other.complaint);
        self.times.extend(other.times);
    }
}

impl Client {
    /// With so many connections open already.
    pub async fn new(at: SocketAddr, keys: &[String], ask: Ask, connections: usize) -> Result<Arc<Self>> {
        let mut idle = Vec::new();
        for _ in 0..connections {
            idle.push(Connection::open(at).await?);
        }
        Ok(Arc::new(Self { at, requests: Requests::new(at, keys, ask), idle: Mutex::new(idle) }))
    }

    fn take(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// One request that was due at `due`.
    async fn call(&self, n: usize, due: Instant) -> Result<Times> {
        let call = async {
            let mut connection = match self.take() {
                Some(connection) => connection,
                None => Connection::open(self.at).await?,
            };
            let answer = connection.call(self.requests.nth(n)).await?;
            let (end, first_byte) = (due.elapsed(), answer.first_byte - due);
            if let Some(complaint) = self.requests.complaint(&answer) {
                bail!(complaint);
            }
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            Ok((micros(first_byte), micros(end)))
        };
        tokio::time::timeout(PATIENCE, call).await?
    }

    /// So many callers, each sending its next request when it has the answer to the last.
    pub async fn closed(self: &Arc<Self>, callers: usize, window: Window) -> Result<Tally> {
        let mut running = JoinSet::new();
        for caller in 0..callers {
            let client = Arc::clone(self);
            running.spawn(async move {
                let mut tally = Tally::default();
                loop {
                    let due = Instant::now();
                    if due > window.until {
                        return tally;
                    }
                    tally.add(window.timed(due, client.call(caller, due).await));
                }
            });
        }
        let mut tally = Tally::default();
        while let Some(done) = running.join_next().await {
            tally.merge(done?);
        }
        Ok(tally)
    }

    /// Requests at a fixed rate, however long the answers take. Times count from when each was due, so that a gateway
    /// that stalls is charged for everyone who waits.
    pub async fn open(self: &Arc<Self>, per_second: f64, window: Window) -> Result<Tally> {
        let mut pace = Pace::new(per_second)?;
        let mut running = JoinSet::new();
        let mut tally = Tally::default();
        for n in 0.. {
            let due = pace.next().await?;
            if due > window.until {
                break;
            }
            while let Some(done) = running.try_join_next() {
                tally.add(done?);
            }
            if running.len() >= IN_FLIGHT {
                tally.add(Err(anyhow!("too far behind")));
                continue;
            }
            let client = Arc::clone(self);
            running.spawn(async move { window.timed(due, client.call(n, due).await) });
        }
        while let Some(done) = running.join_next().await {
            tally.add(done?);
        }
        Ok(tally)
    }

    /// So many requests at the same instant, again and again.
    pub async fn burst(self: &Arc<Self>, count: usize, window: Window) -> Result<Tally> {
        let mut tally = Tally::default();
        loop {
            let due = Instant::now();
            if due > window.until {
                return Ok(tally);
            }
            let mut running = JoinSet::new();
            for n in 0..count {
                let client = Arc::clone(self);
                running.spawn(async move { window.timed(due, client.call(n, due).await) });
            }
            while let Some(done) = running.join_next().await {
                tally.add(done?);
            }
        }
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
