//! Figures component: a row of numbers, each with its name above and a note below.

use leptos::prelude::*;

/// One number.
pub(crate) struct Figure {
    name: String,
    value: AnyView,
    note: String,
}

impl Figure {
    /// `value` is a text or a view.
    pub(crate) fn new(name: String, value: impl IntoAny, note: String) -> Self {
        Self { name, value: value.into_any(), note }
    }
}

/// The row.
#[component]
pub(crate) fn Figures(figures: Vec<Figure>) -> impl IntoView {
    let figures = figures
        .into_iter()
        .map(|figure| {
            view! {
                <div>
                    <dt>{figure.name}</dt>
                    <dd>{figure.value}</dd>
                    <dd class="figures-note">{figure.note}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="figures">{figures}</dl> }
}
