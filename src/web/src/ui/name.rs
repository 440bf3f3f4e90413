//! Bidirectional isolation of names from people: `bdi` keeps their reading direction to themselves (UAX #9), and
//! characters that cannot be seen are shown as U+FFFD. New names hold none; older ones may.

use domain::text::visible;
use leptos::prelude::*;

/// A name.
#[component]
pub(crate) fn Name(#[prop(into)] text: String) -> impl IntoView {
    view! { <bdi>{visible(&text).into_owned()}</bdi> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_turns_nothing_around_it() {
        let html = view! { <Name text="pay\u{202e}llor\u{200b}" /> }.to_html();
        assert!(html.contains("<bdi>pay\u{fffd}llor\u{fffd}"), "{html}");
    }
}
