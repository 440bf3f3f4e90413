//! Notice component: a confirmation after a change (toast), and an error where it arose.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use crate::{handling::Flash, texts::t};

/// Says that something was done, and takes it back where that is possible: the toast of the page that follows a form.
#[component]
pub(crate) fn Toast(flash: Flash) -> impl IntoView {
    let undo = flash.undo().map(|(action, intent)| {
        view! {
            <form method="post" action=action>
                <button class="button button-small" name="intent" value=intent>{t!("toast-undo")}</button>
            </form>
        }
    });
    view! {
        <div class="notice notice-good toast" role="status">
            <Icon picture=Picture::Check />
            <span>{flash.sentence()}</span>
            {undo}
        </div>
    }
}

/// Says what is wrong with a whole form; single fields say it themselves.
#[component]
pub(crate) fn Problem(
    /// The sentence; with none nothing is shown.
    sentence: Option<String>,
) -> impl IntoView {
    sentence.map(|sentence| {
        view! {
            <p class="notice notice-bad" role="alert">
                <Icon picture=Picture::Warning />
                <span>{sentence}</span>
            </p>
        }
    })
}

/// Sentences of the control plane begin small, so that they can follow a colon.
pub(crate) fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let stop = if text.ends_with(['.', '?', '!', '。', '？', '！']) { "" } else { "." };
    format!("{}{}{stop}", first.to_uppercase(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::sentence_case;

    #[test]
    fn sentences() {
        assert_eq!(sentence_case("use 1 to 100 characters"), "Use 1 to 100 characters.");
        assert_eq!(sentence_case("Did you mean 10.0.0.0/24?"), "Did you mean 10.0.0.0/24?");
        assert_eq!(sentence_case(""), "");
    }
}
