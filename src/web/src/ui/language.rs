//! Language switch: one button per language, each in its own language; no script is needed.

use leptos::prelude::*;

use crate::texts::{Locale, current, t};

/// The buttons of a form that posts to `/language`, and where it comes back to.
#[component]
pub(crate) fn LanguageButtons(
    /// The page it is on.
    path: String,
) -> impl IntoView {
    let now = current();
    view! {
        <input type="hidden" name="back" value=path />
        <div class="segments">
            {Locale::ALL
                .map(|locale| {
                    view! {
                        <button
                            name="language"
                            value=locale.as_str()
                            lang=locale.tag()
                            aria-pressed=if locale == now { "true" } else { "false" }
                        >
                            {locale.label()}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// The switch at the foot of a page that has no frame.
#[component]
pub(crate) fn LanguageFoot(
    /// The page it is on.
    path: String,
) -> impl IntoView {
    view! {
        <form method="post" action="/language" class="languages" aria-label=t!("nav-language")>
            <LanguageButtons path />
        </form>
    }
}
