//! Figures of the navigation: cached, so that no page counts anything.

pub(crate) mod cache;

use domain::{Resource, Target, Verb};
use store::KeyFilter;

pub use cache::NavigationCounts;
use cache::Seen;

use crate::{Cx, Result};

/// The figures of what the caller may see. Where the database does not answer, the last ones that were read.
pub async fn counts(cx: &Cx) -> Result<NavigationCounts> {
    cx.allow(Verb::Read, &Target::of(Resource::Overview))?;
    let seen = (cx.visible(Resource::Key)?, cx.visible(Resource::Upstream)?);
    let cache = cx.navigation();
    let (generation, now_ns) = (cache.generation(), cx.monotonic_ns());
    if let Some(counts) = cache.current(&seen, now_ns) {
        return Ok(counts);
    }
    match read(cx, &seen).await {
        Ok(counts) => {
            cache.keep(seen, counts, generation, now_ns);
            Ok(counts)
        }
        Err(error) => cache.last(&seen).ok_or(error),
    }
}

async fn read(cx: &Cx, (keys, upstreams): &Seen) -> Result<NavigationCounts> {
    let everything = KeyFilter { now: cx.now(), ..KeyFilter::default() };
    Ok(NavigationCounts {
        keys: cx.store().count_listed_keys(keys, &everything, i64::MAX).await?,
        upstreams: cx.store().count_upstreams(upstreams).await?,
    })
}
