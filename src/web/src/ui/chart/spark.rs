//! Sparkline: a row of small bars beside a number, without scale or table; its summary is its text.

use leptos::prelude::*;

use super::scale::{HEIGHT, STEP, height, x};

/// The bars.
#[component]
pub(crate) fn Sparkline(
    /// What it shows, in a sentence.
    #[prop(into)]
    summary: String,
    values: Vec<i64>,
) -> impl IntoView {
    let top = values.iter().copied().max().unwrap_or(0);
    let width = x(values.len().max(1));
    let bars = values
        .iter()
        .enumerate()
        .map(|(i, value)| {
            // Nothing is a hairline, so that one sees where the row begins and ends.
            let tall = height(*value, top).max(40);
            view! { <rect x=x(i) + 10 y=HEIGHT - tall width=STEP - 20 height=tall></rect> }
        })
        .collect_view();
    view! {
        <svg class="sparkline" viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=summary>
            {bars}
        </svg>
    }
}
