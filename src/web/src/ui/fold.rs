//! Fold component: fields that are out of sight until they are asked for, or hold something (`details`).

use leptos::prelude::*;

use super::icon::{Icon, Picture};

/// `Limits  models, addresses, pace ▸`
#[component]
pub(crate) fn Fold(
    #[prop(into)] title: String,
    /// What is under it, while it is closed.
    #[prop(into)]
    note: String,
    open: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="fold" open=open>
            <summary>
                <Icon picture=Picture::Down />
                <span class="fold-title">{title}</span>
                <span class="fold-note">{note}</span>
            </summary>
            <div class="fold-body">{children()}</div>
        </details>
    }
}
