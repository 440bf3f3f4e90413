//! Figures of the navigation: cached, so that no page counts anything.

pub(crate) mod cache;

use domain::Action;
use store::KeyFilter;

pub use cache::NavigationCounts;

use crate::{Cx, Result};

/// The figures. Where the database does not answer, the last ones that were read.
pub async fn counts(cx: &Cx) -> Result<NavigationCounts> {
    cx.allow(Action::ReadOverview)?;
    let cache = cx.navigation();
    let (generation, now_ns) = (cache.generation(), cx.monotonic_ns());
    if let Some(counts) = cache.current(now_ns) {
        return Ok(counts);
    }
    match read(cx).await {
        Ok(counts) => {
            cache.keep(counts, generation, now_ns);
            Ok(counts)
        }
        Err(error) => cache.last().ok_or(error),
    }
}

async fn read(cx: &Cx) -> Result<NavigationCounts> {
    let everything = KeyFilter { now: cx.now(), ..KeyFilter::default() };
    Ok(NavigationCounts {
        keys: cx.store().count_listed_keys(&everything, i64::MAX).await?,
        upstreams: cx.store().count_upstreams().await?,
    })
}
