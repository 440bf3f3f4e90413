//! Page heading: breadcrumbs, title, actions.

use leptos::prelude::*;

use super::name::{Name, PLACE, around};
use crate::texts::t;

/// What a page is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Title {
    /// In our words.
    Words(String),
    /// By a name that a person gave.
    Name(String),
    /// By our words around such a name; made by [`Title::around`].
    Around(String, String),
}

impl Title {
    /// A sentence with a name in it.
    pub(crate) fn around(name: &str, sentence: impl FnOnce(&str) -> String) -> Self {
        Self::Around(name.to_owned(), sentence(PLACE))
    }

    /// As plain text.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Words(text) | Self::Name(text) => text.clone(),
            Self::Around(name, sentence) => sentence.replace(PLACE, name),
        }
    }

    fn view(self) -> AnyView {
        match self {
            Self::Words(text) => text.into_any(),
            Self::Name(text) => view! { <Name text /> }.into_any(),
            Self::Around(name, sentence) => around(&name, |place| sentence.replace(PLACE, place)),
        }
    }
}

impl From<String> for Title {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

/// Where a page hangs.
#[component]
pub(crate) fn Crumbs(
    /// `/keys`
    href: &'static str,
    /// `Keys`
    #[prop(into)]
    parent: String,
    /// What this page is called there.
    #[prop(into)]
    here: String,
) -> impl IntoView {
    view! {
        <nav class="crumbs" aria-label=t!("crumbs-label")>
            <a href=href>{parent}</a>
            <span aria-hidden="true">" / "</span>
            <span aria-current="page">
                <Name text=here />
            </span>
        </nav>
    }
}

/// Title, a line under it, and the page's actions.
#[component]
pub(crate) fn Heading(
    #[prop(into)] title: Title,
    /// One line under the title.
    #[prop(optional_no_strip)]
    lead: Option<AnyView>,
    /// What stands beside the title: a badge.
    #[prop(optional_no_strip)]
    side_panel: Option<AnyView>,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="heading">
            <div class="heading-words">
                <div class="heading-line">
                    <h1>{title.view()}</h1>
                    {side_panel}
                </div>
                {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </header>
    }
}
