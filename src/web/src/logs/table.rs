//! Request table: dense rows, figures to the right. A cell that can be filtered by is a link that does it.

use contract::logs::LogRow;
use domain::Timestamp;
use leptos::prelude::*;
use serde::Serialize;

use crate::{
    texts::t,
    ui::{
        badge::StatusBadge,
        list_page::list_url,
        name::Name,
        table::{Table, figure, main, plain, state},
    },
    words::{number, time},
};

/// The table, to be filled with rows.
pub(crate) fn log_table(
    caption: String,
    now: Timestamp,
    // Whether to name the key.
    with_key: bool,
) -> Table<LogRow> {
    Table::new(caption)
        .dense()
        .instead(|row: &LogRow| row.damaged.as_deref().map(|damage| t!("logs-row-damaged", damage = damage).into_any()))
        .column(main(t!("logs-time"), move |row: &LogRow| time_cell(row, now)))
        .column(state(t!("logs-status"), |row: &LogRow| view! { <StatusBadge status=row.status /> }.into_any()))
        .column_if(with_key, || plain(t!("logs-key"), key_cell))
        .column(plain(t!("logs-model"), model_cell))
        .column(figure(t!("logs-tokens-in"), |row: &LogRow| number::optional(row.input_tokens).into_any()).wide())
        .column(figure(t!("logs-tokens-out"), |row: &LogRow| number::optional(row.output_tokens).into_any()).wide())
        .column(
            figure(t!("logs-first-ms"), |row: &LogRow| {
                row.first_byte_ms.map_or_else(|| t!("none"), number::milliseconds).into_any()
            })
            .wide(),
        )
        .column(
            figure(t!("logs-total-ms"), |row: &LogRow| {
                view! { {number::milliseconds(row.latency_ms)} <span class="unit">" " {t!("logs-unit-ms")}</span> }
                    .into_any()
            })
            .note(),
        )
}

#[derive(Serialize)]
struct FilterBy<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
}

fn time_cell(row: &LogRow, now: Timestamp) -> AnyView {
    // A damaged row may be without its instant: then it goes by its id.
    let Some(at) = row.started_at.filter(|_| row.damaged.is_none()) else {
        return view! { <span class="mono">{row.id.to_string()}</span> }.into_any();
    };
    view! {
        <a class="mono" href=format!("/logs/{}", row.id) data-peek="drawer">
            <time datetime=at.to_rfc3339() title=time::absolute(at)>
                {time::precise(at, now)}
            </time>
        </a>
    }
    .into_any()
}

fn key_cell(row: &LogRow) -> AnyView {
    let only = list_url("/logs", &FilterBy { key_id: Some(row.key_id.as_str()), model: None });
    view! {
        <a class="quiet strong" href=only>
            <Name text=row.key_name.clone() />
        </a>
    }
    .into_any()
}

fn model_cell(row: &LogRow) -> AnyView {
    let Some(model) = row.model.clone() else { return t!("none").into_any() };
    let only = list_url("/logs", &FilterBy { key_id: None, model: Some(&model) });
    view! { <a class="quiet mono" href=only translate="no">{model}</a> }.into_any()
}
