//! Bidirectional isolation of names from people: `bdi` keeps their reading direction to themselves (UAX #9), and
//! characters that cannot be seen are shown as U+FFFD. New names hold none; older ones may.

use domain::text::visible;
use leptos::prelude::*;

/// Stands for the name while a sentence is made. From the private use area: nothing that a catalog holds.
pub(super) const PLACE: &str = "\u{e002}";

/// A name.
#[component]
pub(crate) fn Name(#[prop(into)] text: String) -> impl IntoView {
    view! { <bdi>{visible(&text).into_owned()}</bdi> }
}

/// A sentence with a name in it, isolated from its words: `around(&name, |name| t!("revoke-question", name = name))`.
pub(crate) fn around(name: &str, sentence: impl FnOnce(&str) -> String) -> AnyView {
    let sentence = sentence(PLACE);
    let Some((before, behind)) = sentence.split_once(PLACE) else { return sentence.into_any() };
    let (before, behind, name) = (before.to_owned(), behind.to_owned(), name.to_owned());
    view! {
        {before}
        <Name text=name />
        {behind}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_turns_nothing_around_it() {
        let html = view! { <Name text="pay\u{202e}llor\u{200b}" /> }.to_html();
        assert!(html.contains("<bdi>pay\u{fffd}llor\u{fffd}"), "{html}");
    }

    #[test]
    fn the_words_around_a_name_stay_outside_of_it() {
        let html = around("شركة", |name| format!("Revoke {name}?")).to_html();
        assert!(html.contains("Revoke ") && html.contains("<bdi>شركة"), "{html}");
        assert!(html.contains("</bdi>?") || html.contains("</bdi><!>?"), "{html}");
        assert!(around("x", |_| "No name here.".to_owned()).to_html().contains("No name here."));
    }
}
