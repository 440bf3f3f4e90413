//! Benchmark kinds: each is a load of its own.

use std::{sync::Arc, time::Duration};

use anyhow::{Result, bail};

use crate::{
    gateways::{BETWEEN_CHUNKS, Gateway},
    load::{Ask, Client, Tally, Window},
};

/// Callers of a closed loop.
const CALLERS: usize = 64;
/// Connections that are open before an open loop begins.
const READY: usize = 32;
/// Streams that are open at once.
const STREAMS: u16 = 200;
/// Pauses between the chunks of one stream.
const PAUSES: u32 = 19;
/// Load before what is timed, so that connections are open and code is warm.
const WARM_UP: Duration = Duration::from_millis(250);

/// A measurement's load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// As many requests as go through 64 connections.
    Closed { kib: usize },
    /// A fixed rate.
    Open { kib: usize, rate: u16 },
    /// The same as closed, from wrk and with one key.
    Wrk { kib: usize },
    /// Streams begun at the rate that keeps 200 of them open.
    Streams,
    /// 200 streams begun at the same instant.
    Burst,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Closed { kib: 1 },
        Self::Wrk { kib: 1 },
        Self::Open { kib: 1, rate: 500 },
        Self::Open { kib: 1, rate: 1000 },
        Self::Closed { kib: 64 },
        Self::Open { kib: 64, rate: 500 },
        Self::Open { kib: 64, rate: 1000 },
        Self::Streams,
        Self::Burst,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Closed { .. } => "closed",
            Self::Open { .. } => "open",
            Self::Wrk { .. } => "wrk",
            Self::Streams => "streams",
            Self::Burst => "burst",
        }
    }

    /// A client with its connections open; none where wrk is the client.
    pub async fn client(self, gateway: &Gateway) -> Result<Option<Arc<Client>>> {
        let (ask, connections) = match self {
            Self::Closed { kib } => (Ask::Whole { prompt_kib: kib }, CALLERS),
            Self::Open { kib, .. } => (Ask::Whole { prompt_kib: kib }, READY),
            Self::Streams | Self::Burst => (Ask::Stream, STREAMS.into()),
            Self::Wrk { .. } => return Ok(None),
        };
        Client::new(gateway.at, &gateway.keys, ask, connections).await.map(Some)
    }

    /// Runs the load.
    pub async fn load(self, client: &Arc<Client>, time: Duration) -> Result<Tally> {
        match self {
            Self::Closed { .. } => client.closed(CALLERS, Window::new(WARM_UP, time)).await,
            Self::Open { rate, .. } => client.open(rate.into(), Window::new(WARM_UP, time)).await,
            Self::Streams => {
                // After the length of one stream as many are open as shall be.
                let length = Duration::from_millis(u64::from(BETWEEN_CHUNKS * PAUSES));
                let rate = f64::from(STREAMS) / length.as_secs_f64();
                client.open(rate, Window::new(length, time)).await
            }
            Self::Burst => client.burst(STREAMS.into(), Window::new(WARM_UP, time)).await,
            Self::Wrk { .. } => bail!("wrk loads by itself"),
        }
    }
}
