//! Steps component: what has to be done, in order; the first one that is not done has the action.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use crate::texts::t;

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) done: bool,
    pub(crate) title: String,
    pub(crate) words: String,
    /// Where it is done, and the word for it.
    pub(crate) action: (&'static str, String),
}

/// The list.
#[component]
pub(crate) fn Steps(
    steps: Vec<Step>,
    /// A word of advice below them.
    #[prop(optional, into)]
    note: Option<String>,
) -> impl IntoView {
    let next = steps.iter().position(|step| !step.done);
    let steps = steps
        .into_iter()
        .enumerate()
        .map(|(i, step)| {
            let (href, word) = step.action;
            let is_next = next == Some(i);
            view! {
                <li class=if step.done { "check check-done" } else { "check" } aria-current=is_next.then_some("step")>
                    <span class="check-mark">{step.done.then(|| view! { <Icon picture=Picture::Check /> })}</span>
                    <span class="check-words">
                        <strong>{step.title}</strong>
                        {step.done.then(|| view! { <span class="unseen">" " {t!("overview-step-done")}</span> })}
                        <span class="muted">{step.words}</span>
                    </span>
                    {is_next.then(|| view! { <a class="button button-main" href=href>{word}</a> })}
                </li>
            }
        })
        .collect_view();
    view! {
        <ol class="checklist">
            {steps}
            {note.map(|note| view! { <li class="step-note">{note}</li> })}
        </ol>
    }
}
