//! Dashboard: the figures of the first page.

use contract::{
    Nothing,
    overview::{ExpiringKey, HourCount, Overview, OverviewShow, UpstreamHealth},
    upstreams::UpstreamView,
};
use domain::{Resource, Target, Timestamp, Verb};

use crate::{Cx, Perform, Result};

const HOUR: i64 = 3_600_000;
const EXPIRY_NOTICE: i64 = 14 * Timestamp::DAY;

/// The last 24 hours and what needs attention.
pub async fn show(cx: &Cx) -> Result<Overview> {
    cx.allow(Verb::Read, &Target::of(Resource::Overview))?;
    let (keys, rows, places) =
        (cx.visible(Resource::Key)?, cx.visible(Resource::Log)?, cx.visible(Resource::Upstream)?);
    let now = cx.now();
    let this_hour = Timestamp(now.0.div_euclid(HOUR) * HOUR);
    let first_hour = this_hour.plus(-23 * HOUR);
    let store = cx.store();

    let totals = store.request_totals(&rows, now.plus(-Timestamp::DAY)).await?;
    let counted = store.request_hours(&rows, first_hour, this_hour.plus(HOUR)).await?;
    let hours = (0..24)
        .map(|i| {
            let from = first_hour.plus(i * HOUR);
            let (requests, errors) =
                counted.iter().find(|(at, ..)| *at == from).map_or((0, 0), |(_, all, bad)| (*all, *bad));
            HourCount { from, requests, errors }
        })
        .collect();
    let counts = store.count_keys(&keys, now).await?;
    let expiring = store.expiring_keys(&keys, now, now.plus(EXPIRY_NOTICE), 5).await?;
    let figures = store.upstream_figures(&rows, now.plus(-Timestamp::DAY)).await?;
    let upstreams = store.page_upstreams(&places, None, 100, 0).await?;
    let upstreams = upstreams
        .into_iter()
        .map(|(upstream, credential)| {
            let credential = credential.map(|row| cx.keyring().verify(row));
            let view =
                UpstreamView::of_rows(&cx.keyring().verify(upstream), credential.as_ref(), cx.control().catalog());
            let found =
                figures.iter().find(|figure| view.id.known().is_some_and(|id| figure.upstream_id == id.as_str()));
            UpstreamHealth {
                requests: found.map_or(0, |figure| figure.requests),
                errors: found.map_or(0, |figure| figure.errors),
                last_error: found.and_then(|figure| figure.last_error.as_ref()).map(ToString::to_string),
                upstream: view,
            }
        })
        .collect();
    Ok(Overview {
        requests: totals.requests,
        errors: totals.errors,
        input_tokens: totals.input_tokens,
        output_tokens: totals.output_tokens,
        first_byte_p50_ms: totals.first_byte_p50_us.map(milliseconds),
        hours,
        active_keys: counts.active,
        keys: counts.total,
        expiring: expiring
            .into_iter()
            .filter_map(|row| {
                // A damaged key expires for no caller: no request passes with it.
                let key = cx.keyring().verify(row).ok()?;
                let expires_at = key.expires_at?;
                Some(ExpiringKey { id: key.id.clone(), name: key.name.clone(), expires_at })
            })
            .collect(),
        upstreams,
    })
}

impl Perform for OverviewShow {
    async fn perform(cx: &Cx, (): (), _: Nothing) -> Result<Overview> {
        show(cx).await
    }
}

/// Latencies are far below the 2^53 that a float holds exactly.
#[allow(clippy::cast_precision_loss)]
fn milliseconds(us: i64) -> f64 {
    us as f64 / 1000.0
}
