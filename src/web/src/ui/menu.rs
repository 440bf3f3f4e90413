//! Menu component: a chip that opens a list of links (`details`), with the present choice ticked.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

/// A line of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) href: String,
    pub(crate) word: String,
    /// Whether it is the present one.
    pub(crate) here: bool,
}

/// `State  Active ▾`
#[component]
pub(crate) fn Menu(
    /// What is chosen.
    #[prop(into)]
    label: String,
    choices: Vec<Choice>,
) -> impl IntoView {
    let current = choices.iter().find(|choice| choice.here).map(|choice| choice.word.clone());
    let lines = choices
        .into_iter()
        .map(|choice| {
            view! {
                <li>
                    <a href=choice.href aria-current=choice.here.then_some("true")>
                        {choice.word}
                        {choice.here.then(|| view! { <Icon picture=Picture::Check /> })}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <details class="menu" name="menu">
            <summary class="chip">{label} " " <strong>{current}</strong></summary>
            <ul class="menu-body">{lines}</ul>
        </details>
    }
}

/// The search field of a list: posts nothing, leads to the list that fits.
#[component]
pub(crate) fn Search(
    action: &'static str,
    value: String,
    #[prop(into)] placeholder: String,
    #[prop(into)] label: String,
    /// The word on the button, which only those see who hear the page.
    #[prop(into)]
    button: String,
    /// Other filters, kept as they are.
    #[prop(optional)]
    kept: Vec<(&'static str, String)>,
) -> impl IntoView {
    let kept = kept
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    view! {
        <form method="get" action=action role="search" class="search">
            <Icon picture=Picture::Search />
            <input type="search" name="search" value=value placeholder=placeholder aria-label=label />
            {kept}
            <button class="unseen">{button}</button>
        </form>
    }
}
