//! Selection with bulk actions: a tick before each row of a table, and a bar with what can be done to those ticked.
//!
//! The table stands in one form; the bar shows itself once something is ticked (CSS), so no script is needed.

use leptos::prelude::*;

use super::form::Intent;
use crate::texts::t;

/// A button of the bar.
pub(crate) struct BulkAction {
    intent: &'static str,
    word: String,
    danger: bool,
}

impl BulkAction {
    /// A button that posts `intent`.
    pub(crate) fn new(intent: impl Intent, word: String) -> Self {
        Self { intent: intent.into(), word, danger: false }
    }

    /// One that takes something away.
    pub(crate) fn danger(self) -> Self {
        Self { danger: true, ..self }
    }
}

/// What can be done to the ticked rows: they are posted as `ids` to `action`.
pub(crate) struct Bulk<R> {
    action: String,
    id: fn(&R) -> String,
    name: fn(&R) -> String,
    actions: Vec<BulkAction>,
}

impl<R> Bulk<R> {
    /// Posts to `action`; `id` is what is posted for a row, `name` what it is called by.
    pub(crate) fn new(action: &str, id: fn(&R) -> String, name: fn(&R) -> String, actions: Vec<BulkAction>) -> Self {
        Self { action: action.to_owned(), id, name, actions }
    }

    /// The form around the table.
    pub(super) fn form(self, table: AnyView) -> AnyView {
        let buttons = self
            .actions
            .into_iter()
            .map(|action| {
                let class = if action.danger { "button button-small button-danger" } else { "button button-small" };
                view! { <button class=class name="intent" value=action.intent>{action.word}</button> }
            })
            .collect_view();
        view! {
            <form method="post" action=self.action class="selection">
                {table}
                <div class="selection-bar" role="group" aria-label=t!("bulk-label")>
                    <span>{t!("bulk-lead")}</span>
                    {buttons}
                </div>
            </form>
        }
        .into_any()
    }
}

pub(super) fn selection_head() -> AnyView {
    view! { <th scope="col" class="cell-tick"><span class="unseen">{t!("bulk-column")}</span></th> }.into_any()
}

pub(super) fn selection_cell<R>(bulk: &Bulk<R>, row: &R) -> AnyView {
    let (id, name) = ((bulk.id)(row), (bulk.name)(row));
    view! {
        <td class="cell-tick">
            <input type="checkbox" name="ids" value=id aria-label=t!("bulk-tick", name = name.as_str()) />
        </td>
    }
    .into_any()
}
