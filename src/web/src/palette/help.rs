//! Help dialog: which keys do what.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Keys, and what they do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct HelpLine {
    pub(crate) keys: Vec<String>,
    pub(crate) words: String,
}

/// The dialog; `?` opens it.
#[component]
pub(super) fn Help(title: String, lines: Vec<HelpLine>) -> impl IntoView {
    let lines = lines
        .into_iter()
        .map(|line| {
            let keys = line.keys.into_iter().map(|key| view! { <kbd class="kbd">{key}</kbd> " " }).collect_view();
            view! {
                <dt>{keys}</dt>
                <dd>{line.words}</dd>
            }
        })
        .collect_view();
    view! {
        <dialog id="help" class="dialog peek" aria-labelledby="help-title" closedby="any">
            <div class="peek-head">
                <h2 id="help-title">{title}</h2>
            </div>
            <dl class="help-keys">{lines}</dl>
        </dialog>
    }
}
