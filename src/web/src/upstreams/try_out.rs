//! Connection test island: the report next to the form for a new upstream. Once hydrated, Test runs without leaving the
//! page, and what is typed stays.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::report::{Report, ReportText};
use crate::error::UiError;

/// What the island says, in the language of the request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TryOutWords {
    heading: String,
    lead: String,
    under_way: String,
    signed_out: String,
    unreachable: String,
}

#[cfg(feature = "ssr")]
impl TryOutWords {
    /// From the catalog.
    pub(crate) fn new() -> Self {
        use crate::texts::{error_sentence, t};

        Self {
            heading: t!("upstream-try-heading"),
            lead: t!("upstream-try-lead"),
            under_way: t!("upstream-test-under-way"),
            signed_out: error_sentence(&UiError::Unauthenticated { message: "sign in first".to_owned() }),
            unreachable: t!("upstream-test-unreachable"),
        }
    }
}

/// What stands beside the form.
#[derive(Clone)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code))] // only awake does it change
enum SidePanel {
    Nothing,
    UnderWay,
    Found(ReportText),
    Refused(UiError),
}

/// Follows the form `upstream-form`.
#[island]
pub(crate) fn TryOut(
    /// What a test by plain form has found.
    report: Option<ReportText>,
    /// Its texts.
    words: TryOutWords,
) -> impl IntoView {
    let (side_panel, set_side_panel) = signal(report.map_or(SidePanel::Nothing, SidePanel::Found));
    Effect::new(move |_| follow(set_side_panel));
    view! {
        <div aria-live="polite">
            {move || match side_panel.get() {
                SidePanel::Nothing => {
                    view! {
                        <div class="aside-card">
                            <h2>{words.heading.clone()}</h2>
                            <p>{words.lead.clone()}</p>
                        </div>
                    }
                        .into_any()
                }
                SidePanel::UnderWay => {
                    view! {
                        <p class="notice notice-quiet">
                            <span class="pulse" aria-hidden="true"></span>
                            <span>{words.under_way.clone()}</span>
                        </p>
                    }
                        .into_any()
                }
                SidePanel::Found(report) => view! { <Report report /> }.into_any(),
                SidePanel::Refused(error) => refused(error, words.clone()).into_any(),
            }}
        </div>
    }
}

/// The server has made whole sentences of its errors; what the browser says of the way there stays as it is.
fn refused(error: UiError, words: TryOutWords) -> impl IntoView {
    let (sentences, reason): (Vec<String>, Option<String>) = match error {
        UiError::Invalid { errors } => (errors.0.into_iter().map(|error| error.message).collect(), None),
        UiError::Conflict { message, .. } => (vec![message], None),
        UiError::Unauthenticated { .. } => (vec![words.signed_out], None),
        UiError::Transport { message } => (vec![words.unreachable], Some(message)),
        other => (Vec::new(), Some(other.to_string())),
    };
    view! {
        <div class="notice notice-bad">
            <ul>
                {sentences.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view()}
                {reason.map(|reason| view! { <li lang="en">{reason}</li> })}
            </ul>
        </div>
    }
}

#[cfg(feature = "hydrate")]
fn follow(set_side_panel: WriteSignal<SidePanel>) {
    use leptos::task::spawn_local;
    use wasm_bindgen::{JsCast as _, closure::Closure};

    use super::save::try_upstream;

    let Some(form) =
        document().get_element_by_id("upstream-form").and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok())
    else {
        return;
    };
    let typed = form.clone();
    let listener = Closure::<dyn Fn(web_sys::SubmitEvent)>::new(move |submit: web_sys::SubmitEvent| {
        let wanted = submit.submitter().is_some_and(|button| button.get_attribute("value").as_deref() == Some("test"));
        let Ok(data) = web_sys::FormData::new_with_form(&typed) else { return };
        if !wanted {
            return;
        }
        submit.prevent_default();
        let text = |name: &str| data.get(name).as_string().unwrap_or_default();
        let (name, provider, base_url, api_key) = (text("name"), text("provider"), text("base_url"), text("api_key"));
        set_side_panel.set(SidePanel::UnderWay);
        spawn_local(async move {
            let found = try_upstream(name, provider, base_url, api_key).await;
            set_side_panel.try_set(found.map_or_else(SidePanel::Refused, SidePanel::Found));
        });
    });
    let _ = form.add_event_listener_with_callback("submit", listener.as_ref().unchecked_ref());
    // As long as the page.
    listener.forget();
}

#[cfg(not(feature = "hydrate"))]
fn follow(_set_beside: WriteSignal<SidePanel>) {}
