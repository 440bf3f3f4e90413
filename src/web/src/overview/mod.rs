//! Dashboard page: what happened in 24 hours, and what to do next.

mod attention;
mod checklist;

use axum::{Extension, response::Response};
use contract::{
    Nothing,
    logs::{LogFilter, LogQuery},
    overview::{HourCount, Overview, OverviewShow, UpstreamHealth},
};
use domain::Timestamp;
use leptos::prelude::*;

use self::{
    attention::Attention,
    checklist::{Checklist, Progress},
};
use crate::{
    error::UiError,
    handling::{Page, PageRequest, Section, ui_error},
    texts::t,
    ui::{
        chart::{Chart, Drawing, Point, Series},
        detail::Card,
        figures::{Figure, Figures},
        heading::Heading,
        name::Name,
        table::{Table, figure, main, plain, state},
        terminal::TerminalLines,
    },
    upstreams::health::HealthBadge,
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
    let lines = TerminalLines::of::<OverviewShow>(page_request, &(), &Nothing {});
    let page = Page::new(Section::Overview, t!("overview-title"), move || {
        view! { <Body overview=overview progress now /> }.into_any()
    });
    Ok(page.terminal(lines))
}

async fn any_request(page_request: &PageRequest) -> Result<bool, UiError> {
    let one = LogQuery { limit: Some(1), ..LogQuery::default() };
    let filter = LogFilter::try_from(one).map_err(|errors| UiError::Invalid { errors })?;
    Ok(!control::logs::list(&page_request.cx, filter).await.map_err(ui_error)?.items.is_empty())
}

#[component]
fn Body(overview: Overview, progress: Progress, now: Timestamp) -> impl IntoView {
    view! {
        <Heading title=t!("overview-title") lead=Some(t!("overview-lead", zone = time::zone(now)).into_any()) />
        {(!progress.is_done()).then(|| view! { <Checklist progress /> })}
        // Before the first request there is nothing to count.
        {progress.request.then(|| view! { <Traffic overview=overview.clone() now /> })}
        {progress.upstream.then(|| view! { <Upstreams upstreams=overview.upstreams /> })}
    }
}

#[component]
fn Traffic(overview: Overview, now: Timestamp) -> impl IntoView {
    let more = ("/logs?within=24h".to_owned(), t!("overview-view-logs"));
    let (figures, hours) = (figures(&overview), overview.hours.clone());
    view! {
        <Figures figures />
        <div class="two-thirds two-even">
            <Card id="hours" title=t!("overview-hours") note=t!("overview-hours-note") more>
                <div class="card-body">
                    <Hours hours now />
                </div>
            </Card>
            <Attention overview now />
        </div>
    }
}

fn figures(overview: &Overview) -> Vec<Figure> {
    let first_byte = overview.first_byte_p50_ms.map_or_else(|| t!("none"), number::duration);
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
    let all_tokens = number::compact(overview.input_tokens + overview.output_tokens);
    vec![
        Figure::new(t!("overview-requests"), number::count(overview.requests), active),
        Figure::new(t!("overview-errors"), number::percent(overview.errors, overview.requests), refused),
        Figure::new(t!("overview-tokens"), all_tokens, tokens),
        Figure::new(t!("overview-first-byte"), first_byte, t!("overview-first-byte-note")),
    ]
}

/// Requests per hour, errors stacked at the foot.
#[component]
fn Hours(hours: Vec<HourCount>, now: Timestamp) -> impl IntoView {
    let sum = |of: fn(&HourCount) -> i64| hours.iter().map(of).sum::<i64>();
    let (requests, errors) = (sum(|hour| hour.requests), sum(|hour| hour.errors));
    let busiest = hours.iter().map(|hour| hour.requests).max().unwrap_or(0);
    let summary = t!(
        "chart-summary",
        requests = requests,
        requests_shown = number::count(requests),
        errors = errors,
        errors_shown = number::count(errors),
        busiest = number::count(busiest)
    );
    let last = hours.len().saturating_sub(1);
    let points = hours
        .iter()
        .enumerate()
        .map(|(i, hour)| Point {
            label: time::mark(hour.from, true),
            // Every sixth hour, and now.
            mark: if i == last {
                Some(t!("chart-now"))
            } else {
                (i % 6 == 0).then(|| time::mark(hour.from, i % 12 == 0))
            },
            values: vec![hour.errors, hour.requests - hour.errors],
        })
        .collect();
    let series = vec![
        Series { name: t!("chart-column-errors"), class: "chart-bad" },
        Series { name: t!("chart-column-good"), class: "chart-good" },
    ];
    view! { <Chart drawing=Drawing::Bars summary caption=t!("chart-caption") column=t!("chart-column-hour", zone = time::zone(now)) series points /> }
}

#[component]
fn Upstreams(upstreams: Vec<UpstreamHealth>) -> impl IntoView {
    view! {
        <Card id="upstreams" title=t!("upstreams-title") note=t!("overview-upstreams-note") flush=true>
            {table().view(upstreams)}
        </Card>
    }
}

fn table() -> Table<UpstreamHealth> {
    // Where the table has heads a figure stands alone; on narrow screens it says of what it is.
    let both = |alone: String, said: String| {
        view! { <span class="cell-wide">{alone}</span> <span class="unit">{said}</span> }.into_any()
    };
    Table::new(t!("overview-upstreams-caption"))
        .dense()
        .column(main(t!("upstream-name"), |health: &UpstreamHealth| {
            view! {
                <a href=format!("/upstreams/{}", health.upstream.id)>
                    <Name text=health.upstream.name.clone() />
                </a>
            }
            .into_any()
        }))
        .column(state(t!("upstream-health"), |health: &UpstreamHealth| {
            view! { <HealthBadge health=health.clone() /> }.into_any()
        }))
        .column(
            plain(t!("upstream-base-url"), |health: &UpstreamHealth| {
                view! { <code>{health.upstream.base_url.clone()}</code> }.into_any()
            })
            .wide()
            .muted(),
        )
        .column(figure(t!("overview-requests"), move |health: &UpstreamHealth| {
            let shown = number::count(health.requests);
            both(shown.clone(), t!("overview-row-requests", count = health.requests, shown = shown))
        }))
        .column(
            figure(t!("overview-errors"), move |health: &UpstreamHealth| {
                let share = number::percent(health.errors, health.requests);
                both(share.clone(), t!("overview-row-errors", share = share))
            })
            .note(),
        )
}
