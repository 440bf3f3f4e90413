//! Request detail page.

use std::collections::HashMap;

use axum::{Extension, extract::Path, response::Response};
use contract::{
    Nothing,
    logs::{Attempts, LogDetail, LogRow, LogsShow, UsageView},
};
use domain::{AttemptLog, RequestId, Timestamp};
use leptos::prelude::*;

use crate::{
    error::UiError,
    handling::{Page, PageRequest, Section, ui_error},
    texts::{by_id, t},
    ui::{
        badge::StatusBadge,
        detail::{Card, Detail},
        facts::{Fact, Facts},
        heading::Title,
        name::Name,
        table::or_dash,
        terminal::TerminalLines,
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
    let title = format!("{} {}", row.row.method, row.row.endpoint);
    let lines = TerminalLines::of::<LogsShow>(page_request, &id, &Nothing {});
    let page = Page::new(Section::Logs, title, move || view! { <Body row=row now /> }.into_any());
    Ok(page.terminal(lines))
}

#[component]
fn Body(row: LogDetail, now: Timestamp) -> impl IntoView {
    let LogDetail { row, usage, usage_raw } = row;
    let tries = match row.attempts.clone() {
        Attempts::Tries(tries) if tries.len() > 1 => tries,
        Attempts::Tries(_) | Attempts::Count(_) => Vec::new(),
    };
    let counts = counts(&row, &usage);
    let raw = usage_raw.and_then(|value| serde_json::to_string_pretty(&value).ok());
    let when =
        row.started_at.map(|at| t!("log-when", absolute = time::absolute(at), relative = time::relative(at, now)));
    let title = format!("{} {}", row.method, row.endpoint);
    let badge = view! { <StatusBadge status=row.status /> }.into_any();
    let lead = view! { <code>{row.id.to_string()}</code> {when.map(|when| format!(" · {when}"))} }.into_any();
    let status = t!("log-only-status", status = row.status.to_string());
    let (by_key, by_status) = (format!("/logs?key_id={}", row.key_id), format!("/logs?status={}", row.status));
    let facts = facts(&row);
    view! {
        <Detail parent=("/logs", t!("logs-title")) title=Title::Name(title) here=t!("logs-request") badge lead>
            <div class="two-thirds">
                <Card id="facts" title=t!("log-facts")>
                    <Facts facts />
                    <div class="card-foot">
                        <a class="button button-small" href=by_key>{t!("log-only-this-key")}</a>
                        <a class="button button-small" href=by_status>{status}</a>
                    </div>
                </Card>
                <div class="stack">
                    <Waterfall row />
                    {(!tries.is_empty()).then(|| view! { <Tries tries /> })}
                    {(!counts.is_empty() || raw.is_some())
                        .then(|| {
                            view! {
                                <Card id="usage" title=t!("log-usage")>
                                    <Facts facts=counts />
                                    {raw
                                        .map(|raw| {
                                            view! {
                                                <details class="card-body">
                                                    <summary>{t!("log-usage-raw")}</summary>
                                                    <pre class="code" translate="no">{raw}</pre>
                                                </details>
                                            }
                                        })}
                                </Card>
                            }
                        })}
                </div>
            </div>
        </Detail>
    }
}

fn facts(row: &LogRow) -> Vec<Fact> {
    let version = t!("log-key-version", version = row.key_version.to_string());
    let policy =
        row.policy_version.map(|version| format!("{} · ", t!("log-policy-version", version = version.to_string())));
    let upstream = or_dash(row.upstream.clone());
    let upstream = match row.upstream_status {
        Some(status) => t!("log-upstream-answered", upstream = upstream, status = status.to_string()),
        None => upstream,
    };
    let key = view! {
        <a href=format!("/keys/{}", row.key_id)>
            <Name text=row.key_name.clone() />
        </a>
        <span class="muted">{format!(" {version} · ")} {policy}</span>
        <code class="muted">{row.key_prefix.clone()}</code>
    };
    let agent = or_dash(row.user_agent.clone());
    vec![
        Fact::new(t!("log-outcome"), outcome(row)),
        Fact::new(t!("logs-key"), key),
        Fact::new(t!("log-from"), view! { <code>{row.client_address.clone()}</code> }),
        Fact::new(t!("logs-model"), view! { <code>{model(row)}</code> }),
        Fact::new(t!("logs-upstream"), view! { <Name text=upstream /> }),
        Fact::new(t!("log-tokens"), tokens(row)),
        Fact::new(t!("log-streamed"), if row.streamed { t!("log-yes") } else { t!("log-no") }),
        Fact::new(t!("log-attempts"), row.attempts.count().to_string()),
        Fact::new(t!("log-cost"), cost(row)),
        Fact::new(t!("log-agent"), view! { <code>{agent}</code> }),
        Fact::new(t!("log-session"), view! { <code>{or_dash(row.session_id.clone())}</code> }),
    ]
}

/// `$0.00014, as the provider says`
fn cost(row: &LogRow) -> String {
    match &row.cost.amount {
        None => t!("log-cost-none"),
        Some(amount) => t!("log-cost-reported", amount = format!("{} {amount}", row.cost.currency)),
    }
}

/// The counts that the row's own fields do not say, where the upstream said them.
fn counts(row: &LogRow, usage: &UsageView) -> Vec<Fact> {
    let UsageView {
        cache_write_5m,
        cache_write_1h,
        cache_write_other,
        audio_in,
        image_in,
        audio_out,
        image_out,
        images,
        web_searches,
        web_fetches,
    } = *usage;
    let counted = [
        (t!("log-usage-cache-5m"), cache_write_5m),
        (t!("log-usage-cache-1h"), cache_write_1h),
        (t!("log-usage-cache-other"), cache_write_other),
        (t!("log-usage-audio-in"), audio_in),
        (t!("log-usage-image-in"), image_in),
        (t!("log-usage-audio-out"), audio_out),
        (t!("log-usage-image-out"), image_out),
        (t!("log-usage-images"), images),
        (t!("log-usage-searches"), web_searches),
        (t!("log-usage-fetches"), web_fetches),
    ];
    let tier = row.service_tier.clone().map(|tier| Fact::new(t!("log-tier"), view! { <code>{tier}</code> }));
    let facts = counted.into_iter().filter_map(|(name, count)| Some(Fact::new(name, number::count(count?))));
    tier.into_iter().chain(facts).collect()
}

/// Each try on an upstream, as far along the request as it was.
#[component]
fn Tries(tries: Vec<AttemptLog>) -> impl IntoView {
    let rows = tries
        .into_iter()
        .map(|attempt| {
            let outcome = match (attempt.status, attempt.error_class.as_deref()) {
                (Some(status), None) => status.to_string(),
                (Some(status), Some(class)) => format!("{status} · {}", reason(class)),
                (None, Some(class)) => reason(class),
                (None, None) => t!("log-try-open"),
            };
            let model = attempt.model.clone();
            let ms = |ms: i64| number::duration(precise(ms));
            let took = attempt.ended_ms.or(attempt.first_byte_ms).map(|end| ms((end - attempt.started_ms).max(0)));
            view! {
                <tr>
                    <td>{attempt.n.to_string()}</td>
                    <td>
                        <Name text=attempt.upstream.clone() />
                        {model.map(|model| view! { <span class="under" translate="no">{model}</span> })}
                    </td>
                    <td>{outcome}</td>
                    <td class="number">{ms(attempt.started_ms)}</td>
                    <td class="number">{or_dash(took)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Card id="tries" title=t!("log-tries")>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{t!("log-try-number")}</th>
                        <th scope="col">{t!("logs-upstream")}</th>
                        <th scope="col">{t!("log-outcome")}</th>
                        <th scope="col" class="number">{t!("log-try-started")}</th>
                        <th scope="col" class="number">{t!("log-try-took")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </Card>
    }
}

/// Milliseconds of a request are far below the 2^53 that a float holds exactly.
#[allow(clippy::cast_precision_loss)]
fn precise(ms: i64) -> f64 {
    ms as f64
}

/// The model asked for, and the one that served where that is another.
fn model(row: &LogRow) -> String {
    match (&row.model, &row.model_served) {
        (Some(asked), Some(served)) if asked != served => {
            t!("log-model-served", asked = asked.as_str(), served = served.as_str())
        }
        (asked, served) => or_dash(asked.clone().or_else(|| served.clone())),
    }
}

/// `200 completed`; `429 · rate limit exceeded, 12 requests written together`
fn outcome(row: &LogRow) -> String {
    let outcome = match (&row.damaged, &row.error_class) {
        (Some(damage), _) => t!("log-outcome-damaged", damage = damage.as_str()),
        (None, None) => t!("log-outcome-completed", status = row.status.to_string()),
        (None, Some(class)) => format!("{} · {}", row.status, reason(class)),
    };
    if row.count > 1 {
        t!("log-outcome-together", outcome = outcome, shown = number::count(row.count))
    } else {
        outcome
    }
}

/// A class of errors in words; one that a newer version wrote has none but its own.
fn reason(class: &str) -> String {
    by_id(&format!("log-class-{}", class.replace('_', "-")), HashMap::new()).unwrap_or_else(|| class.replace('_', " "))
}

/// `1,912 in (1,536 cached) · 402 out`
fn tokens(row: &LogRow) -> String {
    let counted = counted(row);
    if row.usage_unreadable { format!("{counted} · {}", t!("log-tokens-unreadable")) } else { counted }
}

fn counted(row: &LogRow) -> String {
    let (Some(input), Some(output)) = (row.input_tokens, row.output_tokens) else {
        return match row.input_tokens.or(row.output_tokens) {
            Some(known) => number::count(known),
            None => t!("log-tokens-not-counted"),
        };
    };
    let (input, output) = (number::count(input), number::count(output));
    let some = |n: Option<i64>| n.filter(|n| *n > 0).map(number::count);
    let input = match some(row.cached_tokens) {
        Some(cached) => t!("log-tokens-in-cached", shown = input, cached = cached),
        None => t!("log-tokens-in", shown = input),
    };
    let output = match some(row.reasoning_tokens) {
        Some(reasoning) => t!("log-tokens-out-reasoning", shown = output, reasoning = reasoning),
        None => t!("log-tokens-out", shown = output),
    };
    format!("{input} · {output}")
}

#[component]
fn Waterfall(row: LogRow) -> impl IntoView {
    let first = row.first_byte_ms.unwrap_or(row.latency_ms).min(row.latency_ms);
    let split = share(first, row.latency_ms);
    let rest = row.latency_ms - first;
    let good = row.status < 400;
    let failed = if good { "chart-first" } else { "chart-bad" };
    view! {
        <Card id="time" title=t!("log-time") note=number::duration(row.latency_ms)>
            <div class="card-body">
                <svg class="waterfall" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
                    <rect class=failed x="0" y="0" width=split height="12"></rect>
                    <rect class="chart-good" x=split y="0" width=1_000 - split height="12"></rect>
                </svg>
                <dl class="legend">
                    <dt>
                        <span class=if good { "swatch swatch-first" } else { "swatch swatch-bad" }></span>
                        {if row.first_byte_ms.is_some() { t!("log-time-first-byte") } else { t!("log-time-no-answer") }}
                    </dt>
                    <dd>{number::duration(first)}</dd>
                    {row.first_byte_ms
                        .map(|_| {
                            view! {
                                <dt>
                                    <span class="swatch swatch-good"></span>
                                    {if row.streamed { t!("log-time-streaming") } else { t!("log-time-rest") }}
                                </dt>
                                <dd>{number::duration(rest)}</dd>
                            }
                        })}
                </dl>
            </div>
        </Card>
    }
}

/// Thousandths of the whole.
#[allow(clippy::cast_possible_truncation)] // between 0 and 1000
fn share(part: f64, whole: f64) -> i64 {
    if whole <= 0.0 { 1_000 } else { (part / whole * 1_000.0).clamp(0.0, 1_000.0).round() as i64 }
}
