//! What a request costs: starts nginx, a bare hyper proxy and Keywright before one upstream, loads them in turn, and
//! writes one table.

mod cores;
mod gateways;
mod load;
mod options;
mod report;
mod rounds;
mod stats;
mod usage;

use std::{io::Write as _, path::Path, process::ExitCode, time::Duration};

use anyhow::{Context as _, Result};

use crate::{
    cores::Cores,
    gateways::{Gateway, Keywright, Site, Target},
    options::Options,
    report::Body,
    rounds::Samples,
};

const KIB_PER_MIB: f64 = 1024.0;

/// Starts a gateway as often as asked; the last one stays.
async fn start(target: Target, site: &Site, product: &mut Keywright, starts: usize) -> Result<(Gateway, Body)> {
    let mut body = Body { target, ready: Vec::new(), idle: Vec::new(), peak: 0.0 };
    loop {
        let gateway = Gateway::start(target, site, product).await?;
        // Whatever it still does after it said that it is ready.
        tokio::time::sleep(Duration::from_millis(500)).await;
        body.ready.push(gateway.ready.as_secs_f64());
        body.idle.push(gateway.memory("VmRSS")? as f64 / KIB_PER_MIB);
        if body.ready.len() >= starts {
            return Ok((gateway, body));
        }
    }
}

/// What was wrong, if anything, and whether every answer has its row.
async fn accounts(samples: &Samples, product: Option<&Keywright>) -> Result<String> {
    let mut notes = Vec::new();
    if let Some(product) = product {
        let own = samples.iter().filter(|((_, target), _)| *target == Target::Keywright);
        let (good, bad) = own
            .flat_map(|(_, samples)| samples)
            .fold((0, 0), |(good, bad), sample| (good + sample.good, bad + sample.bad));
        let rows = product.rows(good + bad).await?;
        notes.push(format!("Keywright: {good} good answers, {bad} bad ones, {rows} rows in its database."));
    }
    for ((kind, target), samples) in samples {
        let bad: u64 = samples.iter().map(|sample| sample.bad).sum();
        if bad > 0 {
            let complaint = samples.iter().find_map(|sample| sample.complaint.as_deref()).unwrap_or_default();
            notes.push(format!("{}, {kind:?}: {bad} bad answers, such as: {complaint}.", target.name()));
        }
    }
    let foreign = samples.values().flatten().map(|sample| sample.foreign * 100.0);
    if let Some(foreign) = stats::Spread::of(foreign) {
        notes.push(format!(
            "Of the gateway's core others took {:.1} % (median), {:.0} % at most.",
            foreign.median, foreign.most
        ));
    }
    Ok(notes.join("\n"))
}

async fn run(options: Options) -> Result<()> {
    let cores = Cores::take()?;
    if cores.gateway().is_none() {
        bench::say("one core only: gateway, mock and load share it, and no figure here means much");
    }
    // On a real disk, where a row costs what it costs: a system's temporary directory may be memory.
    let own = std::env::current_exe()?;
    let dir = tempfile::tempdir_in(own.parent().unwrap_or(Path::new("."))).context("no directory for the run")?;
    let upstream = gateways::choose_upstream()?;
    let keywright = options.keywright.canonicalize().with_context(|| format!("no {}", options.keywright.display()))?;
    let site = Site { dir: dir.path().to_owned(), cores, upstream, keywright };
    let mut product = Keywright::init(&site)?;

    bench::say("starting");
    let mock = Gateway::start(Target::Direct, &site, &mut product).await?;
    let with_product = options.targets.contains(&Target::Keywright);
    if with_product {
        // On an empty database, which takes its migrations; the starts that count find everything in place.
        let first = Gateway::start(Target::Keywright, &site, &mut product).await?;
        bench::say(format_args!("keywright's very first start took {:.3} s", first.ready.as_secs_f64()));
        product.set_up(upstream).await?;
    }
    let (mut gateways, mut bodies) = (Vec::new(), Vec::new());
    for target in options.targets.iter().copied().filter(|target| *target != Target::Direct) {
        let (gateway, body) = start(target, &site, &mut product, options.starts).await?;
        gateways.push(gateway);
        bodies.push(body);
    }
    if options.targets.contains(&Target::Direct) {
        gateways.insert(0, mock);
    }
    let samples = rounds::all(&gateways, &options.kinds, cores, options.rounds, options.slot).await?;
    for body in &mut bodies {
        if let Some(gateway) = gateways.iter().find(|gateway| gateway.target == body.target) {
            body.peak = gateway.memory("VmHWM")? as f64 / KIB_PER_MIB;
        }
    }
    let accounts = accounts(&samples, with_product.then_some(&product)).await?;
    let text = format!("{}\n{accounts}\n", report::table(&samples, bodies));
    std::io::stdout().write_all(text.as_bytes())?;
    if options.write {
        report::insert(&options.readme, &text)?;
        bench::say(format_args!("written to {}", options.readme.display()));
    }
    Ok(())
}

fn main() -> ExitCode {
    let outcome = Options::read(std::env::args().skip(1)).and_then(|options| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
            // Either way what was started is dropped, which ends it.
            tokio::select! {
                outcome = run(options) => outcome,
                _ = terminate.recv() => anyhow::bail!("terminated"),
                _ = tokio::signal::ctrl_c() => anyhow::bail!("interrupted"),
            }
        })
    });
    bench::exit(outcome)
}
