//! Detail page component: where it hangs, its name and state, its actions, its tabs, and its content.

use leptos::prelude::*;

use super::{
    heading::{Crumbs, Heading, Title},
    notice::Problem,
    tabs::{Tab, Tabs},
};

/// The page of one thing.
#[component]
pub(crate) fn Detail(
    /// The list it is in: its address and its name.
    parent: (&'static str, String),
    #[prop(into)] title: Title,
    /// What the page is called in the crumbs, where that is not its title.
    #[prop(optional, into)]
    here: Option<String>,
    /// A badge beside the title.
    #[prop(optional, into)]
    badge: Option<AnyView>,
    /// One line under the title.
    #[prop(optional, into)]
    lead: Option<AnyView>,
    /// Buttons.
    #[prop(optional, into)]
    actions: Option<AnyView>,
    /// What is wrong with what was asked for.
    #[prop(optional_no_strip)]
    problem: Option<String>,
    /// Pages of their own, with this one among them.
    #[prop(optional)]
    tabs: Vec<Tab>,
    children: Children,
) -> impl IntoView {
    let here = here.unwrap_or_else(|| title.text());
    let label = title.text();
    view! {
        <Crumbs href=parent.0 parent=parent.1 here />
        <Heading title lead side_panel=badge>
            {actions}
        </Heading>
        <Problem sentence=problem />
        {(!tabs.is_empty()).then(|| view! { <Tabs label tabs /> })}
        {children()}
    }
}

/// One of a page's boxes.
#[component]
pub(crate) fn Card(
    /// Of the heading, and of the box by it.
    id: &'static str,
    #[prop(into)] title: String,
    /// A quiet word beside the title.
    #[prop(optional, into)]
    note: Option<String>,
    /// Where more of it is: address and words.
    #[prop(optional)]
    more: Option<(String, String)>,
    /// Whether a table fills it from edge to edge.
    #[prop(optional)]
    flush: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <section class=if flush { "card card-table" } else { "card" } aria-labelledby=id>
            <div class="card-head">
                <h2 id=id>{title}</h2>
                {note.map(|note| view! { <span class="card-note">{note}</span> })}
                {more.map(|(href, words)| view! { <a href=href>{words}</a> })}
            </div>
            {children()}
        </section>
    }
}
