//! Request detail page.

use axum::{Extension, extract::Path, response::Response};
use contract::logs::LogRow;
use domain::{RequestId, Timestamp};
use leptos::prelude::*;

use crate::{
    error::UiError,
    handling::{Page, PageRequest, Section, ui_error},
    ui::{
        badge::StatusBadge,
        heading::{Crumbs, Heading},
        name::Name,
    },
    words::{number, time},
};

/// The page.
pub(crate) async fn detail_page(Extension(page_request): Extension<PageRequest>, Path(id): Path<String>) -> Response {
    let page = draw(&page_request, &id).await;
    page_request.draw(page).await
}

async fn draw(page_request: &PageRequest, id: &str) -> Result<Page, UiError> {
    let id: RequestId = id.parse().map_err(|_| UiError::NotFound { noun: "request".to_owned() })?;
    let row = control::logs::show(&page_request.cx, &id).await.map_err(ui_error)?;
    let now = page_request.now();
    let title = format!("{} {}", row.method, row.endpoint);
    Ok(Page::new(Section::Logs, title, move || view! { <Detail row=row.clone() now /> }.into_any()))
}

#[component]
fn Detail(row: LogRow, now: Timestamp) -> impl IntoView {
    let when = row.started_at.map(|at| format!("{}, {}", time::absolute(at), time::relative(at, now)));
    let title = format!("{} {}", row.method, row.endpoint);
    let side_panel = view! { <StatusBadge status=row.status /> }.into_any();
    let lead = view! {
        <code>{row.id.to_string()}</code>
        {when.map(|when| format!(" · {when}"))}
    }
    .into_any();
    view! {
        <Crumbs href="/logs" parent="Logs" here="Request" />
        <Heading title lead side_panel />
        <div class="two-thirds">
            <Facts row=row.clone() />
            <Waterfall row />
        </div>
    }
}

#[component]
fn Facts(row: LogRow) -> impl IntoView {
    let outcome = match (&row.damaged, &row.error_class) {
        (Some(damage), _) => format!("unknown; this row is damaged: {damage}"),
        (None, None) => format!("{} completed", row.status),
        (None, Some(class)) => format!("{} · {}", row.status, class.replace('_', " ")),
    };
    let together = (row.count > 1).then(|| format!(", {} requests written together", number::count(row.count)));
    let policy = row.policy_version.map(|version| format!("policy version {version} · "));
    let upstream_status = row.upstream_status.map(|status| format!(", which answered {status}"));
    let model = match (&row.model, &row.model_served) {
        (Some(asked), Some(served)) if asked != served => format!("{asked}, served by {served}"),
        (Some(asked), _) => asked.clone(),
        (None, Some(served)) => served.clone(),
        (None, None) => "—".to_owned(),
    };
    view! {
        <section class="card" aria-labelledby="facts">
            <div class="card-head">
                <h2 id="facts">"Facts"</h2>
            </div>
            <dl class="facts">
                <dt>"Outcome"</dt>
                <dd>{outcome} {together}</dd>
                <dt>"Key"</dt>
                <dd>
                    <a href=format!("/keys/{}", row.key_id)>
                        <Name text=row.key_name.clone() />
                    </a>
                    <span class="muted">{format!(" version {} · ", row.key_version)} {policy}</span>
                    <code class="muted">{row.key_prefix.clone()}</code>
                </dd>
                <dt>"From"</dt>
                <dd>
                    <code>{row.client_address.clone()}</code>
                </dd>
                <dt>"Model"</dt>
                <dd>
                    <code>{model}</code>
                </dd>
                <dt>"Upstream"</dt>
                <dd>{row.upstream.clone().unwrap_or_else(|| "—".to_owned())} {upstream_status}</dd>
                <dt>"Tokens"</dt>
                <dd>{tokens(&row)}</dd>
                <dt>"Streamed"</dt>
                <dd>{if row.streamed { "yes" } else { "no" }}</dd>
                <dt>"Attempts"</dt>
                <dd>{row.attempts.to_string()}</dd>
                <dt>"Agent"</dt>
                <dd>
                    <code>{row.user_agent.clone().unwrap_or_else(|| "—".to_owned())}</code>
                </dd>
            </dl>
            <div class="card-foot">
                <a class="button button-small" href=format!("/logs?key_id={}", row.key_id)>"Only this key"</a>
                <a class="button button-small" href=format!("/logs?status={}", row.status)>{format!("Only {}", row.status)}</a>
            </div>
        </section>
    }
}

/// `1,912 in (1,536 cached) · 402 out`
fn tokens(row: &LogRow) -> String {
    let unreadable = if row.usage_unreadable { " · the upstream reported counts that cannot be" } else { "" };
    format!("{}{unreadable}", counted(row))
}

fn counted(row: &LogRow) -> String {
    let (Some(input), Some(output)) = (row.input_tokens, row.output_tokens) else {
        return match row.input_tokens.or(row.output_tokens) {
            Some(known) => number::count(known),
            None => "not counted".to_owned(),
        };
    };
    let of = |n: Option<i64>, what: &str| {
        n.filter(|n| *n > 0).map(|n| format!(" ({} {what})", number::count(n))).unwrap_or_default()
    };
    format!(
        "{} in{} · {} out{}",
        number::count(input),
        of(row.cached_tokens, "cached"),
        number::count(output),
        of(row.reasoning_tokens, "reasoning")
    )
}

#[component]
fn Waterfall(row: LogRow) -> impl IntoView {
    let first = row.first_byte_ms.unwrap_or(row.latency_ms).min(row.latency_ms);
    let split = share(first, row.latency_ms);
    let rest = row.latency_ms - first;
    let good = row.status < 400;
    let failed = if good { "chart-first" } else { "chart-bad" };
    view! {
        <section class="card" aria-labelledby="time">
            <div class="card-head">
                <h2 id="time">"Where the time went"</h2>
                <span class="card-note">{number::duration(row.latency_ms)}</span>
            </div>
            <div class="card-body">
                <svg class="waterfall" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
                    <rect class=failed x="0" y="0" width=split height="12"></rect>
                    <rect class="chart-good" x=split y="0" width=1_000 - split height="12"></rect>
                </svg>
                <dl class="legend">
                    <dt>
                        <span class=if good { "swatch swatch-first" } else { "swatch swatch-bad" }></span>
                        {if row.first_byte_ms.is_some() { "to the first byte" } else { "until it ended, without an answer" }}
                    </dt>
                    <dd>{number::duration(first)}</dd>
                    {row.first_byte_ms
                        .map(|_| {
                            view! {
                                <dt>
                                    <span class="swatch swatch-good"></span>
                                    {if row.streamed { "streaming" } else { "the rest of the answer" }}
                                </dt>
                                <dd>{number::duration(rest)}</dd>
                            }
                        })}
                </dl>
            </div>
        </section>
    }
}

/// Thousandths of the whole.
#[allow(clippy::cast_possible_truncation)] // between 0 and 1000
fn share(part: f64, whole: f64) -> i64 {
    if whole <= 0.0 { 1_000 } else { (part / whole * 1_000.0).clamp(0.0, 1_000.0).round() as i64 }
}
