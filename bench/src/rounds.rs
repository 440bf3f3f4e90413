//! The measurements: what one is, and how they are interleaved so that a machine's moods strike everyone alike.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{
    cores::Cores,
    gateways::{BETWEEN_CHUNKS, Gateway, Target},
    load::{Ask, Client, Tally},
    stats::percentile,
    usage,
};

/// Callers of a closed loop.
pub const CALLERS: usize = 64;
/// Streams that are open at once.
pub const STREAMS: u16 = 200;
/// Pauses between the chunks of one stream.
const PAUSES: u32 = 19;
/// Load before what counts, so that connections are open and code is warm.
const WARM_UP: Duration = Duration::from_millis(250);

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// As many requests as go through [`CALLERS`] connections.
    Closed { kib: usize },
    /// A fixed rate.
    Open { kib: usize, rate: u16 },
    /// Streams begun at the rate that keeps [`STREAMS`] of them open.
    Streams,
    /// [`STREAMS`] streams begun at the same instant.
    Burst,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Closed { kib: 1 },
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
            Self::Streams => "streams",
            Self::Burst => "burst",
        }
    }

    async fn client(self, gateway: &Gateway) -> Result<Arc<Client>> {
        let (ask, connections) = match self {
            Self::Closed { kib } => (Ask::Whole { prompt_kib: kib }, CALLERS),
            Self::Open { kib, .. } => (Ask::Whole { prompt_kib: kib }, 32),
            Self::Streams | Self::Burst => (Ask::Stream, STREAMS.into()),
        };
        Client::new(gateway.at, &gateway.keys, ask, connections).await
    }

    async fn load(self, client: &Arc<Client>, time: Duration) -> Result<Tally> {
        match self {
            Self::Closed { .. } => Ok(client.closed(CALLERS, time).await),
            Self::Open { rate, .. } => client.open(rate.into(), time).await,
            Self::Streams => client.open(f64::from(STREAMS) / stream_seconds(), time).await,
            Self::Burst => client.burst(STREAMS.into(), time).await,
        }
    }
}

/// How long a stream takes when nobody delays it.
fn stream_seconds() -> f64 {
    f64::from(BETWEEN_CHUNKS * PAUSES) / 1000.0
}

/// One measurement.
pub struct Sample {
    pub per_second: f64,
    /// The gateway's CPU time per good answer, in microseconds.
    pub cpu: f64,
    /// From due time to the end, in milliseconds: median and 99th percentile.
    pub whole: [f64; 2],
    /// From due time to the first byte of the body, the same.
    pub first_byte: [f64; 2],
    pub good: u64,
    pub bad: u64,
    pub complaint: Option<String>,
    /// Share of the gateway's core that others took: processes, and the host.
    pub foreign: f64,
}

/// All measurements: per kind and target, one for each round.
pub type Samples = BTreeMap<(Kind, Target), Vec<Sample>>;

/// CPU time of gateway and of its core, at one instant.
struct Reading {
    at: Instant,
    own: Duration,
    core: Duration,
}

impl Reading {
    fn take(gateway: &Gateway, cores: Cores) -> Result<Self> {
        let core = match cores.gateway() {
            Some(core) => usage::core(core)?,
            None => Duration::ZERO,
        };
        Ok(Self { at: Instant::now(), own: gateway.cpu()?, core })
    }
}

/// Waits until the gateway has done what it put off, such as writing rows: that is part of a request's cost.
async fn settle(gateway: &Gateway) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(5);
    let mut before = gateway.cpu()?;
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = gateway.cpu()?;
        if now.saturating_sub(before) <= Duration::from_millis(10) || Instant::now() > deadline {
            return Ok(());
        }
        before = now;
    }
}

/// One measurement of one gateway.
pub async fn measure(kind: Kind, gateway: &Gateway, cores: Cores, slot: Duration) -> Result<Sample> {
    let client = kind.client(gateway).await?;
    let begin = Reading::take(gateway, cores)?;
    let warm = kind.load(&client, WARM_UP).await?;
    let started = Instant::now();
    let mut tally = kind.load(&client, slot).await?;
    let seconds = started.elapsed().as_secs_f64();
    let per_second = tally.good as f64 / seconds;
    let times = std::mem::take(&mut tally.times);
    tally.merge(Tally { times: Vec::new(), ..warm });
    drop(client);
    if gateway.target != Target::Direct {
        settle(gateway).await?;
    }
    let end = Reading::take(gateway, cores)?;
    let own = end.own.saturating_sub(begin.own);
    // The mock runs elsewhere: of this core nothing is its own.
    let of_core = if gateway.target == Target::Direct { Duration::ZERO } else { own };
    let foreign = end.core.saturating_sub(begin.core).saturating_sub(of_core);
    let figures = |pick: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = times.iter().map(pick).collect();
        [50.0, 99.0].map(|percent| percentile(&mut values, percent) / 1000.0)
    };
    Ok(Sample {
        per_second,
        cpu: own.as_secs_f64() * 1e6 / tally.good as f64,
        whole: figures(|(_, end)| *end),
        first_byte: figures(|(first, _)| *first),
        good: tally.good,
        bad: tally.bad,
        complaint: tally.complaint,
        foreign: foreign.as_secs_f64() / (end.at - begin.at).as_secs_f64(),
    })
}

/// Every kind for every gateway, round after round; within a kind all gateways follow each other, in another order
/// each round.
pub async fn all(gateways: &[Gateway], kinds: &[Kind], cores: Cores, rounds: usize, slot: Duration) -> Result<Samples> {
    let mut samples = Samples::new();
    for round in 0..rounds {
        bench::say(format_args!("round {} of {rounds}", round + 1));
        for (number, kind) in kinds.iter().enumerate() {
            for place in 0..gateways.len() {
                let gateway = &gateways[(place + round + number) % gateways.len()];
                let sample = measure(*kind, gateway, cores, slot).await?;
                if let Some(complaint) = &sample.complaint {
                    bench::say(format_args!("{}, {kind:?}: {} bad: {complaint}", gateway.target.name(), sample.bad));
                }
                samples.entry((*kind, gateway.target)).or_default().push(sample);
            }
        }
    }
    Ok(samples)
}
