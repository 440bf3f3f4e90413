//! The foot of a list: where one is in it, and the way on.

use leptos::prelude::*;

/// A line of words and two links; a link with no place to lead to is drawn as spent.
#[component]
pub(crate) fn Pager(
    /// `1–20 of 38 keys`
    #[prop(into)]
    words: String,
    /// What the first link is called.
    back: &'static str,
    /// Where it leads.
    back_to: Option<String>,
    /// What the second link is called.
    on: &'static str,
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
                        <nav aria-label="Pages">
                            <Step word=back to=back_to rel="prev" />
                            <Step word=on to=on_to rel="next" />
                        </nav>
                    }
                })}
        </div>
    }
}

#[component]
fn Step(word: &'static str, to: Option<String>, rel: &'static str) -> impl IntoView {
    match to {
        Some(to) => view! { <a class="button button-small" href=to rel=rel>{word}</a> }.into_any(),
        None => view! { <span class="button button-small button-spent">{word}</span> }.into_any(),
    }
}

/// `1–20 of 38 keys`
pub(crate) fn range(page: i64, page_size: i64, shown: usize, total: i64, one: &str, many: &str) -> String {
    use crate::words::number::{count, counted};
    let first = (page - 1) * page_size + 1;
    let last = first + i64::try_from(shown).unwrap_or(0) - 1;
    if shown == 0 {
        counted(total, one, many)
    } else {
        format!("{}–{} of {}", count(first), count(last), counted(total, one, many))
    }
}
