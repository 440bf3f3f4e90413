//! What needs attention: upstreams that fail, keys that end soon, each with its one action.

use contract::overview::{Overview, UpstreamHealth};
use domain::Timestamp;
use leptos::prelude::*;

use crate::{
    texts::t,
    ui::{
        badge::{Badge, Tone},
        detail::Card,
        name::Name,
    },
    upstreams::health::{HealthBadge, verdict},
    words::{number, time},
};

/// The list, or that there is nothing.
#[component]
pub(super) fn Attention(overview: Overview, now: Timestamp) -> impl IntoView {
    let failing: Vec<UpstreamHealth> = overview
        .upstreams
        .iter()
        .filter(|health| matches!(verdict(health).0, Tone::Bad | Tone::Warning))
        .cloned()
        .collect();
    let orphaned =
        !overview.upstreams.is_empty() && !overview.upstreams.iter().any(|health| health.upstream.is_default);
    let count = failing.len() + overview.expiring.len() + usize::from(orphaned);
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let note = if count > 0 { number::count(count) } else { String::new() };
    view! {
        <Card id="attention" title=t!("overview-attention") note=note>
            {if count == 0 {
                view! { <p class="card-body muted">{t!("overview-attention-none")}</p> }.into_any()
            } else {
                view! {
                    <ul class="attention">
                        {orphaned
                            .then(|| {
                                view! {
                                    <li>
                                        <Badge tone=Tone::Bad word=t!("overview-no-default") />
                                        <span class="attention-name"></span>
                                        <a href="/upstreams">{t!("overview-choose-default")}</a>
                                    </li>
                                }
                            })}
                        {failing
                            .into_iter()
                            .map(|health| {
                                let name = health.upstream.name.clone();
                                let href = format!("/upstreams/{}", health.upstream.id);
                                view! {
                                    <li>
                                        <HealthBadge health />
                                        <span class="attention-name">
                                            <Name text=name.clone() />
                                        </span>
                                        <a href=href aria-label=t!("overview-look-at", name = name.as_str())>{t!("overview-look")}</a>
                                    </li>
                                }
                            })
                            .collect_view()}
                        {overview
                            .expiring
                            .into_iter()
                            .map(|key| {
                                let word = t!("badge-expires", when = time::relative(key.expires_at, now));
                                let label = t!("overview-look-at", name = key.name.as_str());
                                view! {
                                    <li>
                                        <Badge tone=Tone::Warning word />
                                        <span class="attention-name">
                                            <Name text=key.name.clone() />
                                        </span>
                                        <a href=format!("/keys/{}", key.id) aria-label=label>{t!("overview-look")}</a>
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ul>
                }
                    .into_any()
            }}
        </Card>
    }
}
