//! Empty state of a list: one sentence, one action, one line for the terminal.

use leptos::prelude::*;

use super::copy::{CopyButton, copy_words};

/// Says what would be here and how to get it here.
#[component]
pub(crate) fn Empty(
    #[prop(into)] sentence: String,
    /// Where one goes from here, and the words for it.
    #[prop(optional_no_strip)]
    action: Option<(&'static str, String)>,
    /// The same from a terminal.
    #[prop(optional_no_strip)]
    command: Option<String>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p>{sentence}</p>
            {action.map(|(href, action)| view! { <a class="button button-main" href=href>{action}</a> })}
            {command
                .map(|command| {
                    view! {
                        <div class="code-line">
                            <code id="empty-command" translate="no">{command}</code>
                            <CopyButton target="empty-command".to_owned() main=false words=copy_words() />
                        </div>
                    }
                })}
        </div>
    }
}
