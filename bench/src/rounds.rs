//! Measurement rounds: the measurements, interleaved so that a machine's moods strike everyone alike.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    cores::Cores,
    gateways::{Gateway, Target},
    kind::Kind,
    load::{Tally, wrk},
    stats::percentile,
    usage,
};

/// One measurement.
#[derive(Default)]
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
    /// Requests that may have been under way when the load ended: they have rows and no answers.
    pub cut: u64,
    pub complaint: Option<String>,
    /// Shares that others took of the gateway's core and of the load's: other processes, and the machine's host.
    pub foreign: [f64; 2],
}

/// All measurements: per kind and target, one for each round.
pub type Samples = BTreeMap<(Kind, Target), Vec<Sample>>;

/// Who is measured, and who runs beside.
pub struct Field {
    /// The mock, which is also one of the targets.
    pub mock: Gateway,
    pub gateways: Vec<Gateway>,
    pub cores: Cores,
    /// Where files of a measurement go.
    pub dir: PathBuf,
}

impl Field {
    /// Those who are measured, in order.
    fn find(&self, target: Target) -> Option<&Gateway> {
        if target == Target::Direct {
            return Some(&self.mock);
        }
        self.gateways.iter().find(|gateway| gateway.target == target)
    }

    /// Everything that has used CPU time so far: the gateway, its core without it, the load's core without its own.
    fn used(&self, gateway: &Gateway) -> Result<[Duration; 3]> {
        let mut on_gateway_core = Duration::ZERO;
        for gateway in &self.gateways {
            on_gateway_core += gateway.cpu()?;
        }
        let on_load_core = self.mock.cpu()? + usage::cpu(&[process::id()])? + usage::waited_for(process::id())?;
        let foreign = |core: Option<usize>, own: Duration| match core {
            Some(core) => usage::core(core).map(|all| all.saturating_sub(own)),
            None => Ok(Duration::ZERO),
        };
        Ok([gateway.cpu()?, foreign(self.cores.gateway(), on_gateway_core)?, foreign(self.cores.load(), on_load_core)?])
    }

    /// One measurement of one gateway.
    async fn measure(&self, kind: Kind, gateway: &Gateway, slot: Duration) -> Result<Sample> {
        let client = kind.client(gateway).await?;
        let (started, before) = (Instant::now(), self.used(gateway)?);
        let load = match (kind, &client) {
            (Kind::Wrk { kib }, _) => of_wrk(&wrk::run(gateway, kib, slot, &self.dir).await?),
            (_, Some(client)) => of_own(kind.load(client, slot).await?, slot),
            (_, None) => bail!("{kind:?} has no client"),
        };
        drop(client);
        if gateway.target != Target::Direct {
            settle(gateway).await?;
        }
        let (took, after) = (started.elapsed(), self.used(gateway)?);
        let [own, foreign @ ..] = [0, 1, 2].map(|at| after[at].saturating_sub(before[at]).as_secs_f64());
        Ok(Sample {
            cpu: own * 1e6 / load.good as f64,
            foreign: foreign.map(|foreign| foreign / took.as_secs_f64()),
            ..load
        })
    }

    /// Every kind for every target, round after round. Within a kind the targets follow each other directly, in
    /// another order each time.
    pub async fn measure_all(
        &self,
        targets: &[Target],
        kinds: &[Kind],
        rounds: usize,
        slot: Duration,
    ) -> Result<Samples> {
        let mut samples = Samples::new();
        for round in 0..rounds {
            bench::say(format_args!("round {} of {rounds}", round + 1));
            for (number, kind) in kinds.iter().enumerate() {
                let mut order = targets.to_vec();
                order.rotate_left((round + number) % targets.len());
                if round % 2 == 1 {
                    order.reverse();
                }
                for gateway in order.into_iter().filter_map(|target| self.find(target)) {
                    let name = gateway.target.name();
                    let sample = self
                        .measure(*kind, gateway, slot)
                        .await
                        .with_context(|| format!("{name}, {kind:?}; it said:\n{}\n", gateway.last_words()))?;
                    if let Some(complaint) = &sample.complaint {
                        bench::say(format_args!("{name}, {kind:?}: {} bad, such as {complaint}", sample.bad));
                    }
                    samples.entry((*kind, gateway.target)).or_default().push(sample);
                }
            }
        }
        Ok(samples)
    }
}

/// What the own load generator reports of a measurement.
fn of_own(tally: Tally, slot: Duration) -> Sample {
    let figures = |pick: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = tally.times.iter().map(pick).collect();
        [50.0, 99.0].map(|percent| percentile(&mut values, percent) / 1000.0)
    };
    Sample {
        per_second: tally.times.len() as f64 / slot.as_secs_f64(),
        whole: figures(|(_, end)| *end),
        first_byte: figures(|(first, _)| *first),
        good: tally.good,
        bad: tally.bad,
        complaint: tally.complaint,
        ..Sample::default()
    }
}

/// What wrk reports.
fn of_wrk(report: &wrk::Report) -> Sample {
    Sample {
        per_second: report.per_second,
        whole: report.whole,
        first_byte: [f64::NAN; 2],
        good: report.good,
        bad: report.bad,
        cut: wrk::CONNECTIONS as u64,
        complaint: (report.bad > 0).then(|| "wrk counted a status other than 200, or a broken connection".to_owned()),
        ..Sample::default()
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
