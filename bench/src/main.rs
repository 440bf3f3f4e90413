//! Benchmark entry point: starts nginx, a bare hyper proxy and Keywright before one upstream, loads them in turn, and
//! writes one table.

mod against;
mod cores;
mod gateways;
mod kind;
mod lists;
mod load;
mod options;
mod report;
mod rounds;
mod stats;
mod table;
mod usage;

use std::{io::Write as _, path::Path, process::ExitCode, time::Duration};

use anyhow::{Context as _, Result};

use crate::{
    cores::Cores,
    gateways::{Gateway, Keywright, Site, Target},
    options::Options,
    report::Part,
    rounds::{Field, Samples},
    table::Body,
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

/// What stands below the table.
async fn notes(
    samples: &Samples,
    product: &Keywright,
    site: &Site,
    keywright: &Path,
    first_start: Option<Duration>,
) -> Result<String> {
    let mut notes = Vec::new();
    let (good, bad) = report::answers(samples, Target::Keywright);
    if let Some(first_start) = first_start {
        let (rows, tokens) = product.rows(good + bad).await?;
        let each = tokens as f64 / rows as f64;
        notes.push(format!(
            "Keywright gave {good} good answers; its database has {rows} rows, with {each} prompt tokens each."
        ));
        // When wrk ends, it hangs up on what is under way.
        let cut = report::cut(samples, Target::Keywright);
        if !(good..=good + cut).contains(&rows) {
            notes.push("**Answers and rows differ.**".to_owned());
        } else if rows > good {
            notes.push(format!("{} rows are of requests that wrk hung up on when its time was over.", rows - good));
        }
        notes.push(format!(
            "Its very first start, on an empty data directory, took {:.3} s.",
            first_start.as_secs_f64()
        ));
    }
    notes.extend(report::complaints(samples));
    if site.cores.gateway().is_some() {
        notes.extend(report::quiet(samples));
    } else {
        notes.push("**One core for everything: gateway, mock and load disturb each other.**".to_owned());
    }
    notes.push(report::machine(keywright));
    Ok(notes.join("\n"))
}

async fn run(options: Options) -> Result<()> {
    let cores = Cores::take()?;
    // Beside this program, not in the system's temporary directory, which may be memory: a row costs what a disk costs.
    let own = std::env::current_exe()?;
    let dir = tempfile::tempdir_in(own.parent().unwrap_or(Path::new("."))).context("no directory for the run")?;
    let found = |path: &Path| path.canonicalize().with_context(|| format!("no {}", path.display()));
    let keywright = found(&options.keywright)?;
    let site = Site { dir: dir.path().to_owned(), cores, upstream: gateways::free_address()? };
    if let Some(keys) = options.lists {
        let text = lists::measure(&site, &keywright, keys).await?;
        let text = format!("{text}\n{}\n", report::list_machine(&keywright));
        return show(&options, Part::Lists, &text);
    }
    let mut product = Keywright::init(&site, keywright.clone(), "keywright")?;
    let mut before = options.against.as_deref().map(found).transpose()?;
    let mut before = before.take().map(|path| Keywright::init(&site, path, "before")).transpose()?;

    bench::say("starting");
    let mock = Gateway::start(Target::Direct, &site, &mut product).await?;
    let mut first_start = None;
    if options.targets.contains(&Target::Keywright) {
        // Migrations run, once. The starts that count find everything in place.
        let first = Gateway::start(Target::Keywright, &site, &mut product).await?;
        product.set_up(site.upstream).await?;
        first_start = Some(first.ready);
    }
    if let Some(before) = &mut before {
        let _first = Gateway::start(Target::Before, &site, before).await?;
        before.set_up(site.upstream).await?;
    }
    let (mut gateways, mut bodies) = (Vec::new(), Vec::new());
    for target in options.targets.iter().copied().filter(|target| *target != Target::Direct) {
        let product = match &mut before {
            Some(before) if target == Target::Before => before,
            _ => &mut product,
        };
        let (gateway, body) = start(target, &site, product, options.starts).await?;
        bench::say(format_args!("{} is process {}", target.name(), gateway.pid()));
        gateways.push(gateway);
        bodies.push(body);
    }
    let field = Field { mock, gateways, cores, dir: site.dir.clone() };
    let samples = field.measure_all(&options.targets, &options.kinds, options.rounds, options.slot).await?;
    for (gateway, body) in field.gateways.iter().zip(&mut bodies) {
        body.peak = gateway.memory("VmHWM")? as f64 / KIB_PER_MIB;
    }
    let notes = notes(&samples, &product, &site, &keywright, first_start).await?;
    let against = against::table(&samples);
    let against = if against.is_empty() { against } else { format!("\n{against}") };
    let text = format!("{}{against}\n{notes}\n", table::table(&samples, &bodies));
    show(&options, Part::Table, &text)
}

fn show(options: &Options, part: Part, text: &str) -> Result<()> {
    std::io::stdout().write_all(text.as_bytes())?;
    if options.write {
        report::write(&options.readme, part, text)?;
        bench::say(format_args!("written to {}", options.readme.display()));
    }
    Ok(())
}

fn main() -> ExitCode {
    let outcome = Options::read(std::env::args().skip(1)).and_then(|options| {
        if options.help {
            bench::say(options::USAGE);
            return Ok(());
        }
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
