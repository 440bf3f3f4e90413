//! Pager component: the position in a list, and the links to other pages.

use contract::Page;
use leptos::prelude::*;

use crate::{texts::t, words::number::count};

/// A line of words and two links; a link with no place to lead to is drawn as spent.
#[component]
pub(crate) fn Pager(
    /// `1–20 of 38 keys`
    #[prop(into)]
    words: String,
    /// What the first link is called.
    #[prop(into)]
    back: String,
    /// Where it leads.
    back_to: Option<String>,
    /// What the second link is called.
    #[prop(into)]
    on: String,
    /// Where it leads.
    on_to: Option<String>,
) -> impl IntoView {
    let alone = back_to.is_none() && on_to.is_none();
    view! {
        <div class="pager">
            <p>{words}</p>
            {(!alone)
                .then(|| {
                    view! {
                        <nav aria-label=t!("pager-label")>
                            <Step word=back to=back_to rel="prev" />
                            <Step word=on to=on_to rel="next" />
                        </nav>
                    }
                })}
        </div>
    }
}

#[component]
fn Step(word: String, to: Option<String>, rel: &'static str) -> impl IntoView {
    match to {
        Some(to) => view! { <a class="button button-small" href=to rel=rel>{word}</a> }.into_any(),
        None => view! { <span class="button button-small button-spent">{word}</span> }.into_any(),
    }
}

/// `1–20 of 38 keys`; `1–20 of more than 10,000 keys` where they are not all counted. `all` is the whole: `38 keys`.
pub(crate) fn range<T>(list: &Page<T>, all: String) -> String {
    let from = (list.page - 1) * list.page_size + 1;
    let to = from + i64::try_from(list.items.len()).unwrap_or(0) - 1;
    let (from, to) = (count(from), count(to));
    match (list.items.is_empty(), list.total_is_capped) {
        (true, _) => all,
        (false, false) => t!("pager-range", from = from, to = to, all = all),
        (false, true) => t!("pager-range-capped", from = from, to = to, all = all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capped_total_is_said_to_be_one() {
        let mut list = Page {
            items: vec![(); 20],
            total: 10_000,
            total_is_capped: true,
            page: 600,
            page_size: 20,
            next_cursor: None,
        };
        assert_eq!(range(&list, "10,000 keys".to_owned()), "11,981–12,000 of more than 10,000 keys");
        (list.total_is_capped, list.page, list.total) = (false, 1, 38);
        assert_eq!(range(&list, "38 keys".to_owned()), "1–20 of 38 keys");
    }
}
