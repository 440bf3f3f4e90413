//! Diff view component: what a change made of each field, as a table of before and after.

use leptos::prelude::*;

use super::table::{Table, main, plain};
use crate::texts::t;

/// A field that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) field: String,
    /// What it was; none if it was not there.
    pub(crate) old: Option<String>,
    /// What it is; none if it is not there any more.
    pub(crate) new: Option<String>,
}

/// The table.
#[component]
pub(crate) fn Diff(changes: Vec<Change>) -> impl IntoView {
    Table::new(t!("diff-caption"))
        .column(main(t!("diff-field"), |change: &Change| view! { <code>{change.field.clone()}</code> }.into_any()))
        .column(plain(t!("diff-old"), |change: &Change| match change.old.clone() {
            Some(old) => view! { <del>{old}</del> }.into_any(),
            None => view! { <span class="muted">{t!("diff-absent")}</span> }.into_any(),
        }))
        .column(plain(t!("diff-new"), |change: &Change| match change.new.clone() {
            Some(new) => view! { <ins>{new}</ins> }.into_any(),
            None => view! { <span class="muted">{t!("diff-absent")}</span> }.into_any(),
        }))
        .view(changes)
}
