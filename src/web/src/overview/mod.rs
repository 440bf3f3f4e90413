//! Dashboard page: what happened in 24 hours, and what to do next.

mod checklist;

use axum::{Extension, response::Response};
use contract::{
    logs::{LogFilter, LogQuery},
    overview::{Overview, UpstreamHealth},
};
use domain::Timestamp;
use leptos::prelude::*;

use self::checklist::{Checklist, Progress};
use crate::{
    error::UiError,
    handling::{Page, PageRequest, Section, ui_error},
    texts::t,
    ui::{
        badge::{Badge, Tone},
        chart::HoursChart,
        heading::Heading,
        name::Name,
    },
    upstreams::health::{HealthBadge, verdict},
    words::{number, time},
};

/// The page.
pub(crate) async fn page(Extension(page_request): Extension<PageRequest>) -> Response {
    let page = draw(&page_request).await;
    page_request.draw(page).await
}

async fn draw(page_request: &PageRequest) -> Result<Page, UiError> {
    let overview = control::overview::show(&page_request.cx).await.map_err(ui_error)?;
    let progress = Progress {
        upstream: !overview.upstreams.is_empty(),
        key: overview.keys > 0,
        request: overview.requests > 0 || any_request(page_request).await?,
    };
    let now = page_request.now();
    Ok(Page::new(Section::Overview, t!("overview-title"), move || {
        view! { <Body overview=overview.clone() progress now /> }.into_any()
    }))
}

async fn any_request(page_request: &PageRequest) -> Result<bool, UiError> {
    let one = LogQuery { limit: Some(1), ..LogQuery::default() };
    let filter = LogFilter::try_from(one).map_err(|errors| UiError::Invalid { errors })?;
    Ok(!control::logs::list(&page_request.cx, filter).await.map_err(ui_error)?.items.is_empty())
}

#[component]
fn Body(overview: Overview, progress: Progress, now: Timestamp) -> impl IntoView {
    view! {
        <Heading title=t!("overview-title") lead=t!("overview-lead").into_any() />
        {(!progress.is_done()).then(|| view! { <Checklist progress /> })}
        // Before the first request there is nothing to count.
        {progress.request.then(|| view! { <Traffic overview=overview.clone() now /> })}
        {progress.upstream.then(|| view! { <Upstreams upstreams=overview.upstreams /> })}
    }
}

#[component]
fn Traffic(overview: Overview, now: Timestamp) -> impl IntoView {
    view! {
        <Figures overview=overview.clone() />
        <div class="two-thirds two-even">
            <section class="card" aria-labelledby="hours">
                <div class="card-head">
                    <h2 id="hours">{t!("overview-hours")}</h2>
                    <span class="card-note">{t!("overview-hours-note")}</span>
                    <a href="/logs?within=24h">{t!("overview-view-logs")}</a>
                </div>
                <div class="card-body">
                    <HoursChart hours=overview.hours.clone() />
                </div>
            </section>
            <Attention overview now />
        </div>
    }
}

#[component]
fn Figures(overview: Overview) -> impl IntoView {
    let first_byte = overview.first_byte_p50_ms.map_or_else(|| "—".to_owned(), number::duration);
    let active = t!(
        "overview-keys-active",
        active = number::count(overview.active_keys),
        count = overview.keys,
        shown = number::count(overview.keys)
    );
    let refused = t!("overview-errors-note", count = overview.errors, shown = number::count(overview.errors));
    let tokens = t!(
        "overview-tokens-note",
        input = number::compact(overview.input_tokens),
        output = number::compact(overview.output_tokens)
    );
    view! {
        <dl class="figures">
            <div>
                <dt>{t!("overview-requests")}</dt>
                <dd>{number::count(overview.requests)}</dd>
                <dd class="figures-note">{active}</dd>
            </div>
            <div>
                <dt>{t!("overview-errors")}</dt>
                <dd>{number::percent(overview.errors, overview.requests)}</dd>
                <dd class="figures-note">{refused}</dd>
            </div>
            <div>
                <dt>{t!("overview-tokens")}</dt>
                <dd>{number::compact(overview.input_tokens + overview.output_tokens)}</dd>
                <dd class="figures-note">{tokens}</dd>
            </div>
            <div>
                <dt>{t!("overview-first-byte")}</dt>
                <dd>{first_byte}</dd>
                <dd class="figures-note">{t!("overview-first-byte-note")}</dd>
            </div>
        </dl>
    }
}

#[component]
fn Attention(overview: Overview, now: Timestamp) -> impl IntoView {
    let failing: Vec<UpstreamHealth> = overview
        .upstreams
        .iter()
        .filter(|health| matches!(verdict(health).0, Tone::Bad | Tone::Warning))
        .cloned()
        .collect();
    let orphaned =
        !overview.upstreams.is_empty() && !overview.upstreams.iter().any(|health| health.upstream.is_default);
    let count = failing.len() + overview.expiring.len() + usize::from(orphaned);
    view! {
        <section class="card" aria-labelledby="attention">
            <div class="card-head">
                <h2 id="attention">{t!("overview-attention")}</h2>
                <span class="card-note">{(count > 0).then(|| count.to_string())}</span>
            </div>
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
        </section>
    }
}

#[component]
fn Upstreams(upstreams: Vec<UpstreamHealth>) -> impl IntoView {
    view! {
        <section class="card card-table" aria-labelledby="upstreams">
            <div class="card-head">
                <h2 id="upstreams">{t!("upstreams-title")}</h2>
                <span class="card-note">{t!("overview-upstreams-note")}</span>
            </div>
            <table class="table table-dense table-cards">
                <caption class="unseen">{t!("overview-upstreams-caption")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t!("upstream-name")}</th>
                        <th scope="col">{t!("upstream-health")}</th>
                        <th scope="col">{t!("upstream-base-url")}</th>
                        <th scope="col" class="figure">{t!("overview-requests")}</th>
                        <th scope="col" class="figure">{t!("overview-errors")}</th>
                    </tr>
                </thead>
                <tbody>{upstreams.into_iter().map(|health| view! { <Row health /> }).collect_view()}</tbody>
            </table>
        </section>
    }
}

#[component]
fn Row(health: UpstreamHealth) -> impl IntoView {
    let upstream = health.upstream.clone();
    let (requests, errors) = (health.requests, health.errors);
    let (shown_requests, share) = (number::count(requests), number::percent(errors, requests));
    view! {
        <tr>
            <th scope="row" class="cell-main">
                <a href=format!("/upstreams/{}", upstream.id)>
                    <Name text=upstream.name />
                </a>
            </th>
            <td class="cell-state">
                <HealthBadge health />
            </td>
            <td class="cell-wide muted">
                <code>{upstream.base_url}</code>
            </td>
            // Where the table has heads a figure stands alone; on narrow screens it says of what it is.
            <td class="figure">
                <span class="cell-wide">{shown_requests.clone()}</span>
                <span class="unit">{t!("overview-row-requests", count = requests, shown = shown_requests)}</span>
            </td>
            <td class="figure cell-note">
                <span class="cell-wide">{share.clone()}</span>
                <span class="unit">{t!("overview-row-errors", share = share)}</span>
            </td>
        </tr>
    }
}
