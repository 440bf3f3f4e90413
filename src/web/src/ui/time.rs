//! Time component: relative for the eye, absolute in the title.

use domain::Timestamp;
use leptos::prelude::*;

use crate::words::time;

/// `2 min ago`, with the absolute instant in its title; a dash for none.
#[component]
pub(crate) fn When(
    at: Option<Timestamp>,
    now: Timestamp,
    /// What to say when there is none.
    #[prop(optional, into)]
    none: Option<String>,
) -> impl IntoView {
    match at {
        Some(at) => {
            let (machine, title) = (at.to_rfc3339(), time::absolute(at));
            view! { <time datetime=machine title=title>{time::relative(at, now)}</time> }.into_any()
        }
        None => none.unwrap_or_else(|| "—".to_owned()).into_any(),
    }
}

/// A phrase about an instant, with the absolute one in its title.
pub(crate) fn dated(at: Timestamp, phrase: String) -> impl IntoView {
    let (machine, title) = (at.to_rfc3339(), time::absolute(at));
    view! { <time datetime=machine title=title>{phrase}</time> }
}
