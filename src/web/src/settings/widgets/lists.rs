//! Tables, empty states, pagers, menus.

use leptos::prelude::*;

use super::part;
use crate::ui::{
    badge::{Badge, Tone},
    bulk::{Bulk, BulkAction},
    diff::{Change, Diff},
    empty::Empty,
    menu::{Choice, Menu, Search},
    name::Name,
    pager::Pager,
    table::{Order, Sort, Table, action, figure, main, plain, state},
};

struct Row {
    name: &'static str,
    masked: &'static str,
    requests: i64,
    damaged: bool,
}

/// What the bar under the table can do.
#[derive(strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
enum RowIntent {
    Disable,
    Revoke,
}

pub(super) fn parts() -> AnyView {
    view! {
        {part("filters", "Search, menu, chips", filters())}
        {part("table", "Table: sort, selection, a row that cannot be read", rows())}
        {part("downwards", "Dense table", downwards())}
        {part("pager", "Pager", pager())}
        {part("empty", "Empty", empty())}
        {part("diff", "Diff", diff())}
    }
    .into_any()
}

fn filters() -> AnyView {
    let choice = |word: &str, here| Choice { href: "#filters".to_owned(), word: word.to_owned(), here };
    view! {
        <div class="filters">
            <Search action="/keys" value="checkout".to_owned() placeholder="Name" label="Search" button="Search" />
            <Menu label="State" choices=vec![choice("Any", false), choice("Active", true)] />
            <a class="chip chip-clear" href="#filters">"Clear"</a>
            <span class="filters-note">"Newest first"</span>
        </div>
    }
    .into_any()
}

fn rows() -> AnyView {
    let rows = vec![
        Row { name: "checkout-assistant", masked: "sk-auto-live-3kQz…9fWa", requests: 54_124, damaged: false },
        Row { name: "شركة الدفع", masked: "sk-auto-live-81mN…0aXc", requests: 12, damaged: false },
        Row {
            name: "a-name-that-is-as-long-as-a-name-may-be-and-has-no-place-to-break-0123456789",
            masked: "sk-auto-test-7Ghj…1qPo",
            requests: 0,
            damaged: false,
        },
        Row { name: "altered", masked: "sk-auto-live-aaaa…bbbb", requests: 0, damaged: true },
    ];
    let sort = |order| Sort { href: "#table".to_owned(), order };
    let actions = vec![
        BulkAction::new(RowIntent::Disable, "Disable".to_owned()),
        BulkAction::new(RowIntent::Revoke, "Revoke".to_owned()).danger(),
    ];
    let table = Table::new("Keys".to_owned())
        .column(
            main("Name".to_owned(), |row: &Row| {
                view! {
                    <a href="#table">
                        <Name text=row.name />
                    </a>
                    <code class="under">{row.masked}</code>
                }
                .into_any()
            })
            .sorted(sort(Some(Order::Ascending))),
        )
        .column(state("State".to_owned(), |_| view! { <Badge tone=Tone::Good word="Active" /> }.into_any()))
        .column(plain("Models".to_owned(), |_| "gpt-*".into_any()).wide().muted())
        .column(
            figure("Requests".to_owned(), |row: &Row| crate::words::number::count(row.requests).into_any())
                .labelled("Requests".to_owned())
                .sorted(sort(None)),
        )
        .column(action("Action".to_owned(), |_| {
            view! { <button type="button" class="button button-small">"Show"</button> }.into_any()
        }))
        .instead(|row| row.damaged.then(|| "This row was altered from outside.".into_any()))
        .bulk(Bulk::new("/settings/about/widgets", |row| row.masked.to_owned(), |row| row.name.to_owned(), actions));
    view! { <div class="card card-table">{table.view(rows)}</div> }.into_any()
}

/// The smallest table, sorted downwards.
fn downwards() -> AnyView {
    let sort = Sort { href: "#downwards".to_owned(), order: Some(Order::Descending) };
    let table = Table::new("Models".to_owned())
        .dense()
        .column(main("Model".to_owned(), |(model, _): &(&str, i64)| view! { <code>{*model}</code> }.into_any()))
        .column(
            figure("Requests".to_owned(), |(_, n): &(&str, i64)| crate::words::number::count(*n).into_any())
                .sorted(sort),
        );
    view! { <div class="card card-table">{table.view(vec![("gpt-5-mini", 54_124), ("echo", 12)])}</div> }.into_any()
}

fn pager() -> AnyView {
    let here = Some("#pager".to_owned());
    view! {
        <div class="card">
            <Pager words="1–20 of 99 keys" back="Previous" back_to=None on="Next" on_to=here />
            <Pager words="4 keys" back="Previous" back_to=None on="Next" on_to=None />
        </div>
    }
    .into_any()
}

fn empty() -> AnyView {
    view! {
        <div class="card">
            <Empty
                sentence="There are no keys yet."
                action=Some(("#empty", "Create the first key".to_owned()))
                command=Some("keywright keys create --name my-first-key".to_owned())
            />
        </div>
    }
    .into_any()
}

fn diff() -> AnyView {
    let change = |field: &str, old: Option<&str>, new: Option<&str>| Change {
        field: field.to_owned(),
        old: old.map(str::to_owned),
        new: new.map(str::to_owned),
    };
    let changes = vec![
        change("rate_limits.requests_per_minute", Some("100"), Some("600")),
        change("allowed_models", None, Some("gpt-5-mini, text-embedding-3-*")),
        change("description", Some("For the nightly run."), None),
    ];
    view! { <div class="card card-table"><Diff changes /></div> }.into_any()
}
