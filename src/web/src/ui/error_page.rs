//! Error pages: what is shown instead of the page that was asked for.

use leptos::prelude::*;

use super::icon::Mark;
use crate::{
    error::UiError,
    texts::{error_sentence, t},
};

/// Any failure but 404.
#[component]
pub(crate) fn ErrorPage(error: UiError, request_id: Option<String>) -> impl IntoView {
    let (title, fix) = match &error {
        UiError::Denied => (t!("error-denied-title"), t!("error-denied-fix")),
        UiError::Unavailable => (t!("error-unavailable-title"), t!("error-unavailable-fix")),
        UiError::Internal | UiError::Transport { .. } => (t!("error-internal-title"), t!("error-internal-fix")),
        _ => (t!("error-other-title"), t!("error-other-fix")),
    };
    view! { <Explanation title why=error_sentence(&error) fix request_id /> }
}

/// 404.
#[component]
pub(crate) fn NotFound(request_id: Option<String>) -> impl IntoView {
    view! {
        <Explanation
            title=t!("error-nothing-here-title")
            why=t!("error-nothing-here")
            fix=t!("error-nothing-here-fix")
            request_id
        />
    }
}

/// What happened, why, what to do, and the request's id for the server's log.
#[component]
fn Explanation(title: String, why: String, fix: String, request_id: Option<String>) -> impl IntoView {
    view! {
        <div class="column">
            <Mark size=40 />
            <h1>{title}</h1>
            <p class="lead">{why}</p>
            <p class="lead">{fix}</p>
            {request_id
                .map(|id| {
                    view! {
                        <p class="lead">
                            <span>{t!("error-request")}</span>
                            " "
                            <code class="mono">{id}</code>
                        </p>
                    }
                })}
            <p class="form-actions">
                <a class="button button-main" href="/">{t!("error-to-overview")}</a>
            </p>
        </div>
    }
}
