//! Command-line options of the benchmark.

use std::{env, path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, bail};

use crate::{gateways::Target, kind::Kind};

/// What can be asked for.
pub const USAGE: &str =
    "usage: bench [--quick] [--rounds N] [--seconds S] [--only TARGET,…] [--kinds KIND,…] [--against PATH] [--no-write]
       bench --kinds lists [--keys N]
  --quick      one short round, under a minute; the table is shown and not written
  --rounds     rounds, 5 unless said otherwise
  --seconds    length of one measurement, 2 unless said otherwise
  --only       of direct, nginx, bare, keywright; nothing is written
  --kinds      of closed, wrk, open, streams, burst; nothing is written. lists, alone: lists of keys on both engines, written
  --keys       keys in the lists, 1,000,000 unless said otherwise; nothing is written
  --against    a binary of before, taken in turn with the new one: a second table
  --no-write   show the table, leave bench/README.md as it is";

pub struct Options {
    pub rounds: usize,
    pub slot: Duration,
    /// Starts of every gateway.
    pub starts: usize,
    pub targets: Vec<Target>,
    pub kinds: Vec<Kind>,
    /// Whether the table goes into the README.
    pub write: bool,
    /// The product.
    pub keywright: PathBuf,
    /// The product as it was before, to be compared with.
    pub against: Option<PathBuf>,
    /// How many keys the lists have, where lists are measured and nothing else.
    pub lists: Option<u32>,
    /// Where the table goes.
    pub readme: PathBuf,
    /// Say what can be asked for, and nothing else.
    pub help: bool,
}

impl Options {
    pub fn read(arguments: impl Iterator<Item = String>) -> Result<Self> {
        let keywright = env::var_os("KEYWRIGHT_BENCH_BINARY").map(PathBuf::from);
        let mut new = Self {
            rounds: 5,
            slot: Duration::from_secs(2),
            starts: 5,
            targets: Target::ALL.to_vec(),
            kinds: Kind::ALL.to_vec(),
            write: true,
            against: None,
            lists: None,
            keywright: keywright
                .filter(|path| !path.as_os_str().is_empty())
                .unwrap_or("target/release/keywright".into()),
            readme: "bench/README.md".into(),
            help: false,
        };
        let mut arguments = arguments.peekable();
        let (mut keys, mut lists) = (1_000_000, false);
        while let Some(word) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{word} needs a value\n{USAGE}"));
            match word.as_str() {
                "--quick" => {
                    (new.rounds, new.slot, new.starts, new.write) = (1, Duration::from_secs(1), 1, false);
                }
                "--rounds" => new.rounds = value()?.parse().context("--rounds takes a number")?,
                "--seconds" => {
                    let seconds = value()?.parse().context("--seconds takes a number")?;
                    new.slot = Duration::try_from_secs_f64(seconds)?;
                }
                "--only" => {
                    let names = value()?;
                    new.targets.retain(|target| names.split(',').any(|name| name == target.name()));
                    new.write = false;
                }
                "--against" => {
                    new.against = Some(value()?.into());
                    new.targets.push(Target::Before);
                }
                "--keys" => {
                    keys = value()?.parse().context("--keys takes a number")?;
                    new.write = false;
                }
                "--kinds" => {
                    let names = value()?;
                    lists = names == "lists";
                    new.kinds.retain(|kind| names.split(',').any(|name| name == kind.name()));
                    new.write &= lists;
                }
                "--no-write" => new.write = false,
                "--help" | "-h" => new.help = true,
                _ => bail!("{word} is not known\n{USAGE}"),
            }
        }
        new.lists = lists.then_some(keys);
        if lists {
            return Ok(new);
        }
        if new.rounds == 0 || new.slot.is_zero() || new.targets.is_empty() || new.kinds.is_empty() {
            bail!("nothing to measure\n{USAGE}");
        }
        if new.slot > Duration::from_mins(1) || new.rounds > 100 {
            bail!("that is too long for a benchmark\n{USAGE}");
        }
        Ok(new)
    }
}
