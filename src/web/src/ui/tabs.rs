//! Tabs of a detail page: links to pages of their own, so that each has an address and none needs a script.

use leptos::prelude::*;

use crate::words::number;

/// A tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tab {
    pub(crate) href: String,
    pub(crate) word: String,
    /// How much is there.
    pub(crate) count: Option<i64>,
    /// Whether this is the page.
    pub(crate) here: bool,
}

/// The row of tabs.
#[component]
pub(crate) fn Tabs(
    /// What they are parts of.
    #[prop(into)]
    label: String,
    tabs: Vec<Tab>,
) -> impl IntoView {
    let tabs = tabs
        .into_iter()
        .map(|tab| {
            view! {
                <a class="page-tab" href=tab.href aria-current=tab.here.then_some("page")>
                    {tab.word}
                    {tab.count.map(|count| view! { <span class="page-tab-count">{number::count(count)}</span> })}
                </a>
            }
        })
        .collect_view();
    view! { <nav class="page-tabs" aria-label=label>{tabs}</nav> }
}
