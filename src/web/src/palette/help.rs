//! Help dialog: which keys do what.

use leptos::prelude::*;

use super::PaletteLine;
use crate::texts::t;

/// The dialog; `?` opens it. Without letters nothing is said about them.
#[component]
pub(crate) fn Help(places: Vec<PaletteLine>, letters: bool) -> impl IntoView {
    let mut lines = vec![(vec!["⌘K".to_owned(), "Ctrl K".to_owned()], t!("help-palette"))];
    if letters {
        let one = |key: &str| vec![key.to_owned()];
        lines.push((one("/"), t!("help-search")));
        let places = places.into_iter().filter_map(|place| Some((place.letter?, place.words)));
        lines.extend(places.map(|(letter, words)| (vec!["g".to_owned(), letter.to_string()], words)));
        lines.push((vec!["j".to_owned(), "k".to_owned()], t!("help-rows")));
        lines.push((one("?"), t!("help-help")));
    }
    let lines = lines
        .into_iter()
        .map(|(keys, words)| {
            let keys = keys.into_iter().map(|key| view! { <kbd class="kbd">{key}</kbd> " " }).collect_view();
            view! {
                <dt>{keys}</dt>
                <dd>{words}</dd>
            }
        })
        .collect_view();
    view! {
        <dialog id="help" class="dialog peek" aria-labelledby="help-title" closedby="any">
            <div class="peek-head">
                <h2 id="help-title">{t!("help-title")}</h2>
            </div>
            <dl class="help-keys">{lines}</dl>
        </dialog>
    }
}
