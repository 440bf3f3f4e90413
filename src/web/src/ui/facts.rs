//! Facts component: what is known of a thing, as a list of names and values.

use leptos::prelude::*;

/// One of them.
pub(crate) struct Fact {
    name: String,
    value: AnyView,
    label: Option<String>,
}

impl Fact {
    /// `value` is a text or a view.
    pub(crate) fn new(name: String, value: impl IntoAny) -> Self {
        Self { name, value: value.into_any(), label: None }
    }

    /// With what those hear who do not see the value.
    pub(crate) fn labelled(self, label: String) -> Self {
        Self { label: Some(label), ..self }
    }
}

/// The list.
#[component]
pub(crate) fn Facts(facts: Vec<Fact>) -> impl IntoView {
    let facts = facts
        .into_iter()
        .map(|fact| {
            view! {
                <dt>{fact.name}</dt>
                <dd aria-label=fact.label>{fact.value}</dd>
            }
        })
        .collect_view();
    view! { <dl class="facts">{facts}</dl> }
}
