//! List page component: heading, filters, rows, pager; or what would be here and how to get it here.

use contract::{Page, page::DEEPEST};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    empty::Empty,
    heading::Heading,
    icon::{Icon, Picture},
    pager::Pager,
};

/// The place in a list that is walked by pages: a number for the eye, and a cursor that leads there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Position {
    #[serde(default)]
    page: Option<i64>,
    #[serde(default)]
    cursor: Option<String>,
}

impl Position {
    /// The number shown.
    pub(crate) fn number(&self) -> i64 {
        self.page.unwrap_or(1).max(1)
    }

    /// The number asked for: none where the cursor says where the page begins.
    pub(crate) fn asked(&self) -> (Option<i64>, Option<String>) {
        (self.page.filter(|_| self.cursor.is_none()), self.cursor.clone())
    }
}

/// The address of a list under `filters`.
pub(crate) fn list_url(path: &str, filters: &impl Serialize) -> String {
    match serde_html_form::to_string(filters) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

/// The pages before and after one: `(back, on)`. A number beyond the deepest one leads to the first page.
pub(crate) fn neighbours<T>(path: &str, filters: &impl Serialize, list: &Page<T>) -> (Option<String>, Option<String>) {
    let here = list_url(path, filters);
    let with = |query: &str| if here.contains('?') { format!("{here}&{query}") } else { format!("{here}?{query}") };
    let back = (list.page > 1).then(|| match list.page - 1 {
        1 => here.clone(),
        page if page.saturating_mul(list.page_size) > DEEPEST => here.clone(),
        page => with(&format!("page={page}")),
    });
    let on = list.next_cursor.as_deref().map(|cursor| with(&format!("page={}&cursor={cursor}", list.page + 1)));
    (back, on)
}

/// The line below a list.
pub(crate) struct Pages {
    /// `1–20 of 38 keys`
    pub(crate) words: String,
    /// The first link: its word, and where it leads.
    pub(crate) back: (String, Option<String>),
    /// The second one.
    pub(crate) on: (String, Option<String>),
}

/// An empty list: one sentence, one action, one line for the terminal.
pub(crate) struct Nothing {
    pub(crate) sentence: String,
    pub(crate) href: &'static str,
    pub(crate) action: String,
    pub(crate) command: Option<String>,
}

/// What a list holds.
pub(crate) enum Rows {
    /// There is nothing at all yet: no filters, and the way to the first one.
    NothingYet(Nothing),
    /// Nothing fits the filters.
    NoneFits(Nothing),
    /// The table.
    Some(AnyView, Option<Pages>),
}

/// The page.
#[component]
pub(crate) fn ListPage(
    #[prop(into)] title: String,
    #[prop(into)] lead: String,
    /// Where a new one is made, and the words for it.
    #[prop(optional)]
    create: Option<(&'static str, String)>,
    /// Search, chips, menus.
    #[prop(optional)]
    filters: Option<AnyView>,
    /// What is wrong with what was done to the list.
    #[prop(optional_no_strip)]
    problem: Option<String>,
    rows: Rows,
) -> impl IntoView {
    let actions = create.map(|(href, word)| {
        view! {
            <a class="button button-main" href=href>
                <Icon picture=Picture::Plus />
                {word}
            </a>
        }
    });
    let filters = filters.filter(|_| !matches!(rows, Rows::NothingYet(_)));
    let (class, body) = match rows {
        Rows::NothingYet(nothing) => ("card", empty(nothing)),
        Rows::NoneFits(nothing) => ("card card-table", empty(nothing)),
        Rows::Some(table, pages) => {
            let line_below = pages.map(|Pages { words, back, on }| {
                view! { <Pager words back=back.0 back_to=back.1 on=on.0 on_to=on.1 /> }
            });
            ("card card-table", view! { {table} {line_below} }.into_any())
        }
    };
    view! {
        <Heading title lead=Some(lead.into_any())>
            {actions}
        </Heading>
        <super::notice::Problem sentence=problem />
        {filters}
        <div class=class>{body}</div>
    }
}

fn empty(nothing: Nothing) -> AnyView {
    let Nothing { sentence, href, action, command } = nothing;
    view! { <Empty sentence action=Some((href, action)) command /> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Filters {
        #[serde(skip_serializing_if = "str::is_empty")]
        search: &'static str,
    }

    fn list(page: i64, next: Option<&str>) -> Page<()> {
        Page {
            items: Vec::new(),
            total: 1_000,
            total_is_capped: false,
            page,
            page_size: 20,
            next_cursor: next.map(str::to_owned),
        }
    }

    #[test]
    fn filters_travel_along() {
        let (some, none) = (Filters { search: "a b" }, Filters { search: "" });
        let to = |text: &str| Some(text.to_owned());
        assert_eq!(neighbours("/keys", &none, &list(1, None)), (None, None));
        assert_eq!(
            neighbours("/keys", &some, &list(3, Some("c7"))),
            (to("/keys?search=a+b&page=2"), to("/keys?search=a+b&page=4&cursor=c7"))
        );
        assert_eq!(neighbours("/keys", &none, &list(2, None)), (to("/keys"), None));
        // So deep only a cursor leads: the number alone would be refused.
        assert_eq!(neighbours("/keys", &none, &list(502, None)), (to("/keys"), None));
    }

    #[test]
    fn a_cursor_says_where_and_the_number_is_only_shown() {
        let position: Position = serde_html_form::from_str("search=x&page=4&cursor=c7").unwrap();
        assert_eq!((position.number(), position.asked()), (4, (None, Some("c7".to_owned()))));
        let position: Position = serde_html_form::from_str("page=-3").unwrap();
        assert_eq!(position.number(), 1);
    }
}
