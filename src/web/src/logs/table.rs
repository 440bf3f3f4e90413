//! Request table: dense rows, figures to the right.

use contract::logs::LogRow;
use domain::Timestamp;
use leptos::prelude::*;
use serde::Serialize;

use crate::{
    texts::t,
    ui::{badge::StatusBadge, name::Name},
    words::{number, time},
};

/// The table. A cell that can be filtered by is a link that does it.
#[component]
pub(crate) fn LogTable(
    rows: Vec<LogRow>,
    now: Timestamp,
    #[prop(into)] caption: String,
    /// Whether to name the key.
    #[prop(default = true)]
    with_key: bool,
) -> impl IntoView {
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=caption.clone()>
            <table class="table table-dense table-cards">
                <caption class="unseen">{caption.clone()}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t!("logs-time")}</th>
                        <th scope="col">{t!("logs-status")}</th>
                        {with_key.then(|| view! { <th scope="col">{t!("logs-key")}</th> })}
                        <th scope="col">{t!("logs-model")}</th>
                        <th scope="col" class="figure">{t!("logs-tokens-in")}</th>
                        <th scope="col" class="figure">{t!("logs-tokens-out")}</th>
                        <th scope="col" class="figure">{t!("logs-first-ms")}</th>
                        <th scope="col" class="figure">{t!("logs-total-ms")}</th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(|row| view! { <Row row now with_key /> }).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[derive(Serialize)]
struct FilterBy<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
}

fn by(filter: &FilterBy<'_>) -> String {
    format!("/logs?{}", serde_html_form::to_string(filter).unwrap_or_default())
}

#[component]
fn Row(row: LogRow, now: Timestamp, with_key: bool) -> impl IntoView {
    if let Some(damage) = row.damaged {
        return view! {
            <tr>
                <th scope="row" class="cell-main mono">{row.id.to_string()}</th>
                <td colspan=if with_key { "7" } else { "6" }>{t!("logs-row-damaged", damage = damage)}</td>
            </tr>
        }
        .into_any();
    }
    let when = row.started_at.map(|at| time::precise(at, now));
    let title = row.started_at.map(time::absolute);
    let only_key = by(&FilterBy { key_id: Some(row.key_id.as_str()), model: None });
    let model = match row.model {
        Some(model) => {
            let only = by(&FilterBy { key_id: None, model: Some(&model) });
            view! { <a class="quiet mono" href=only>{model}</a> }.into_any()
        }
        None => "—".into_any(),
    };
    let first = row.first_byte_ms.map_or_else(|| "—".to_owned(), number::milliseconds);
    view! {
        <tr>
            <th scope="row" class="cell-main">
                <a class="mono" href=format!("/logs/{}", row.id)>
                    <time datetime=row.started_at.map(Timestamp::to_rfc3339) title=title>
                        {when}
                    </time>
                </a>
            </th>
            <td class="cell-state">
                <StatusBadge status=row.status />
            </td>
            {with_key
                .then(|| {
                    view! {
                        <td>
                            <a class="quiet strong" href=only_key>
                                <Name text=row.key_name />
                            </a>
                        </td>
                    }
                })}
            <td>{model}</td>
            <td class="figure cell-wide">{number::optional(row.input_tokens)}</td>
            <td class="figure cell-wide">{number::optional(row.output_tokens)}</td>
            <td class="figure cell-wide">{first}</td>
            <td class="figure cell-note">{number::milliseconds(row.latency_ms)} <span class="unit">" " {t!("logs-unit-ms")}</span></td>
        </tr>
    }
    .into_any()
}
