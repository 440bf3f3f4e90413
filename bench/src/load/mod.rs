//! The clients: closed loop, open loop, and streams that all begin at once.

mod connection;
mod pace;
mod request;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::task::JoinSet;

use self::pace::Pace;
pub use self::{
    connection::Connection,
    request::{Ask, Requests, get, post},
};

/// A client waits no longer for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// An open loop lets no more requests wait than this; a gateway so far behind has failed.
const IN_FLIGHT: usize = 1000;

/// Where a gateway is called, with the connections that are open and idle.
pub struct Client {
    at: SocketAddr,
    requests: Requests,
    idle: Mutex<Vec<Connection>>,
}

/// What came back.
#[derive(Default)]
pub struct Tally {
    /// Answers that were good.
    pub good: u64,
    /// All others.
    pub bad: u64,
    /// What was wrong with the first of them.
    pub complaint: Option<String>,
    /// From due time to first byte and to the end, in microseconds.
    pub times: Vec<(f64, f64)>,
}

impl Tally {
    fn add(&mut self, outcome: Result<(f64, f64)>) {
        match outcome {
            Ok(times) => {
                self.good += 1;
                self.times.push(times);
            }
            Err(error) => {
                self.bad += 1;
                self.complaint.get_or_insert_with(|| format!("{error:#}"));
            }
        }
    }

    /// Puts another one's counts to these.
    pub fn merge(&mut self, other: Tally) {
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
    async fn call(&self, n: usize, due: Instant) -> Result<(f64, f64)> {
        let call = async {
            let mut connection = match self.take() {
                Some(connection) => connection,
                None => Connection::open(self.at).await?,
            };
            let answer = connection.call(self.requests.nth(n)).await?;
            let (end, first_byte) = (due.elapsed(), answer.first_byte - due);
            if let Some(complaint) = self.requests.complaint(&answer) {
                anyhow::bail!(complaint);
            }
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            Ok((micros(first_byte), micros(end)))
        };
        tokio::time::timeout(PATIENCE, call).await?
    }

    /// So many callers, each sending its next request when it has the answer to the last.
    pub async fn closed(self: &Arc<Self>, callers: usize, time: Duration) -> Tally {
        let until = Instant::now() + time;
        let mut running = JoinSet::new();
        for caller in 0..callers {
            let client = Arc::clone(self);
            running.spawn(async move {
                let mut tally = Tally::default();
                while Instant::now() < until {
                    tally.add(client.call(caller, Instant::now()).await);
                }
                tally
            });
        }
        let mut tally = Tally::default();
        while let Some(done) = running.join_next().await {
            tally.merge(done.unwrap_or_default());
        }
        tally
    }

    /// Requests at a fixed rate, however long the answers take. Times count from when each was due, so that a gateway
    /// that stalls is charged for everyone who waits.
    pub async fn open(self: &Arc<Self>, per_second: f64, time: Duration) -> Result<Tally> {
        let mut pace = Pace::new(per_second)?;
        let until = Instant::now() + time;
        let mut running = JoinSet::new();
        let mut tally = Tally::default();
        for n in 0.. {
            let due = pace.next().await?;
            if due > until {
                break;
            }
            while let Some(done) = running.try_join_next() {
                tally.add(done?);
            }
            if running.len() >= IN_FLIGHT {
                tally.add(Err(anyhow::anyhow!("too far behind")));
                continue;
            }
            let client = Arc::clone(self);
            running.spawn(async move { client.call(n, due).await });
        }
        while let Some(done) = running.join_next().await {
            tally.add(done?);
        }
        Ok(tally)
    }

    /// So many requests at the same instant, again and again.
    pub async fn burst(self: &Arc<Self>, count: usize, time: Duration) -> Result<Tally> {
        let until = Instant::now() + time;
        let mut tally = Tally::default();
        while Instant::now() < until {
            let due = Instant::now();
            let mut running = JoinSet::new();
            for n in 0..count {
                let client = Arc::clone(self);
                running.spawn(async move { client.call(n, due).await });
            }
            while let Some(done) = running.join_next().await {
                tally.add(done?);
            }
        }
        Ok(tally)
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
