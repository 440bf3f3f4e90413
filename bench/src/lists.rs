//! List benchmark: lists of a million keys over REST, on both engines: first page, a page by cursor anywhere, states,
//! search.

use std::{
    env,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{
    gateways::{Gateway, Keywright, Site, Target},
    stats::percentile,
};

/// The target of each list, in milliseconds: the median of [`CALLS`].
const LIMIT_MS: f64 = 20.0;
/// Calls of each list that count, each at another place, and of those before that do not.
const CALLS: u32 = 50;
const WARM_UP: u32 = 5;

/// A list, and the path of its `n`-th call among so many keys. Places are spread over all keys by a step that shares
/// no factor with them.
type List = (&'static str, fn(u32, u32) -> String);

const LISTS: [List; 11] = [
    ("first page", |_, _| "/api/v1/keys?page_size=50".to_owned()),
    ("page by cursor anywhere", |n, keys| format!("/api/v1/keys?page_size=50&cursor=c{}", place(n, keys))),
    ("first page by name", |_, _| "/api/v1/keys?page_size=50&sort=name".to_owned()),
    ("first page of active keys", |_, _| "/api/v1/keys?page_size=50&state=active".to_owned()),
    ("page of disabled keys, by cursor anywhere", |n, keys| {
        // Not among the first, where there may be none below.
        format!("/api/v1/keys?page_size=50&state=disabled&cursor=c{}", place(n, keys).max(keys / 10))
    }),
    ("search, one key's name", |n, keys| format!("/api/v1/keys?page_size=50&search=key+{:07}", place(n, keys))),
    ("search, a word of every name", |_, _| "/api/v1/keys?page_size=50&search=key".to_owned()),
    ("search, a word of every name, revoked keys", |_, _| {
        "/api/v1/keys?page_size=50&search=key&state=revoked".to_owned()
    }),
    ("search, a part of many names", |n, keys| {
        format!("/api/v1/keys?page_size=50&search={:03}", place(n, keys) % 1000)
    }),
    ("search, a part of many names, disabled keys", |n, keys| {
        format!("/api/v1/keys?page_size=50&search={:02}00&state=disabled", place(n, keys) % 100)
    }),
    ("search, nothing found", |n, _| format!("/api/v1/keys?page_size=50&search=nothing+{n}")),
];

fn place(n: u32, keys: u32) -> u32 {
    u32::try_from(u64::from(n + 1) * 7_919_317 % u64::from(keys.max(2) - 1)).unwrap_or_default() + 1
}

/// Seeds `keys` keys on SQLite, and on the `PostgreSQL` that `KEYWRIGHT_TEST_POSTGRES` names, and measures each list.
pub async fn measure(site: &Site, keywright: &Path, keys: u32) -> Result<String> {
    let seeder: PathBuf = env::var_os("KEYWRIGHT_BENCH_SEEDER").context("scripts/bench.sh names the seeder")?.into();
    let postgres = env::var("KEYWRIGHT_TEST_POSTGRES").context("scripts/bench.sh starts a PostgreSQL")?;
    let mut text =
        format!("| {keys} keys, ms | engine | p50 | p99 | limit for p50 | reached |\n|---|---|---:|---:|---|---|\n");
    for (engine, database) in [("SQLite", None), ("PostgreSQL", Some(postgres))] {
        let name = if database.is_none() { "lists-sqlite" } else { "lists-postgres" };
        let mut product = Keywright::init(site, keywright.to_owned(), name)?.on(database);
        // Makes the tables.
        drop(Gateway::start(Target::Keywright, site, &mut product).await?);
        bench::say(format_args!("{engine}: seeding {keys} keys"));
        let started = Instant::now();
        seed(&product, &seeder, keys)?;
        bench::say(format_args!("{engine}: seeded in {:.0} s", started.elapsed().as_secs_f64()));
        let _gateway = Gateway::start(Target::Keywright, site, &mut product).await?;
        check(&product, keys).await?;
        for (list, path) in LISTS {
            let mut times = Vec::new();
            for n in 0..WARM_UP + CALLS {
                let path = path(n, keys);
                let started = Instant::now();
                let page = product.list(&path).await.with_context(|| path.clone())?;
                let took = started.elapsed().as_secs_f64() * 1e3;
                let found = page["items"].as_array().context("a page without items")?.len();
                if (found == 0) != list.ends_with("nothing found") {
                    bail!("{engine}: {found} keys at {path}");
                }
                if n >= WARM_UP {
                    times.push(took);
                }
            }
            let [median, slowest] = [50.0, 99.0].map(|percent| percentile(&mut times, percent));
            let verdict = if median <= LIMIT_MS { "yes" } else { "**no**" };
            let _ = writeln!(text, "| {list} | {engine} | **{median:.2}** | {slowest:.2} | ≤ {LIMIT_MS} | {verdict} |");
        }
    }
    Ok(text)
}

fn seed(product: &Keywright, seeder: &Path, keys: u32) -> Result<()> {
    let mut command: Command = product.with_environment(seeder);
    let done = command.arg(keys.to_string()).status().with_context(|| format!("cannot run {}", seeder.display()))?;
    if done.success() { Ok(()) } else { bail!("the seeder failed") }
}

/// That the keys are there, and good: a damaged row would be another list.
async fn check(product: &Keywright, keys: u32) -> Result<()> {
    let page: Value = product.list("/api/v1/keys?page_size=50").await?;
    let total = page["total"].as_u64().context("a page without a total")?;
    if total != u64::from(keys) && page["total_is_capped"] != true {
        bail!("{total} keys instead of {keys}");
    }
    let mut items = page["items"].as_array().context("a page without items")?.iter();
    match items.find(|key| key["state"] == "damaged") {
        Some(key) => bail!("a seeded key is damaged: {key}"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_spread_over_all_keys() {
        let places: std::collections::BTreeSet<u32> = (0..55).map(|n| place(n, 1_000_000)).collect();
        assert_eq!(places.len(), 55);
        assert!(places.iter().all(|place| (1..1_000_000).contains(place)));
        assert!(
            places.first().is_some_and(|least| *least < 100_000) && places.last().is_some_and(|most| *most > 900_000)
        );
    }
}
