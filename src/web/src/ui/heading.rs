//! Page heading: breadcrumbs, title, actions.

use leptos::prelude::*;

use super::name::Name;
use crate::texts::t;

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
    #[prop(into)] title: String,
    /// One line under the title.
    #[prop(optional, into)]
    lead: Option<AnyView>,
    /// What stands beside the title: a badge.
    #[prop(optional, into)]
    side_panel: Option<AnyView>,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="heading">
            <div class="heading-words">
                <div class="heading-line">
                    <h1>
                        <Name text=title />
                    </h1>
                    {side_panel}
                </div>
                {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </header>
    }
}
