//! Error pages: what is shown instead of the page that was asked for.

use leptos::prelude::*;

use super::{icon::Mark, notice::sentence_case};
use crate::error::UiError;

/// What happened, why, what to do, and the request's id for the server's log.
#[component]
pub(crate) fn ErrorPage(error: UiError, request_id: Option<String>) -> impl IntoView {
    let (title, fix) = match &error {
        UiError::Denied => {
            ("You may not do this", "Ask an owner or an administrator to do it, or to change your role.")
        }
        UiError::Unavailable => ("The database does not answer", "Reload in a moment. The gateway goes on meanwhile."),
        UiError::Internal | UiError::Transport { .. } => {
            ("Something went wrong", "Reload. If it stays, look for the id below in the server's log.")
        }
        _ => ("That did not work", "Go back and try again."),
    };
    view! {
        <div class="column">
            <Mark size=40 />
            <h1>{title}</h1>
            <p class="lead">{sentence_case(&error.to_string())}</p>
            <p class="lead">{fix}</p>
            {request_id
                .map(|id| {
                    view! {
                        <p class="lead">"Request " <code class="mono">{id}</code></p>
                    }
                })}
            <p class="form-actions">
                <a class="button button-main" href="/">"Go to the overview"</a>
            </p>
        </div>
    }
}

/// 404.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    view! {
        <div class="column">
            <Mark size=40 />
            <h1>"There is nothing here"</h1>
            <p class="lead">"The address is wrong, or what it named is gone."</p>
            <p class="form-actions">
                <a class="button button-main" href="/">"Go to the overview"</a>
            </p>
        </div>
    }
}
