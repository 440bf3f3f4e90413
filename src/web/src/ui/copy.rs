//! Copy button (clipboard). It shows itself only once it works.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

/// Copies the text of the element `target`.
#[island]
pub(crate) fn CopyButton(
    /// Id of the element.
    target: String,
    /// Whether it is the main thing to do here: drawn heavier.
    main: bool,
    /// `Copy` and `Copied`.
    words: (String, String),
) -> impl IntoView {
    let (awake, set_awake) = signal(false);
    let (copied, set_copied) = signal(false);
    Effect::new(move |_| set_awake.set(true));
    let copy = move |_| {
        if copy_text(&target) {
            set_copied.set(true);
            set_timeout(move || set_copied.set(false), std::time::Duration::from_secs(2));
        }
    };
    view! {
        <button type="button" class=if main { "copy copy-main" } else { "copy" } hidden=move || !awake.get() on:click=copy>
            <Icon picture=Picture::Copy />
            <span aria-live="polite">{move || if copied.get() { words.1.clone() } else { words.0.clone() }}</span>
        </button>
    }
}

/// The button's words in the language of the request.
#[cfg(feature = "ssr")]
pub(crate) fn copy_words() -> (String, String) {
    (crate::texts::t!("copy"), crate::texts::t!("copied"))
}

/// Puts the text of an element onto the clipboard, also where the page is not served over TLS.
#[cfg(feature = "hydrate")]
fn copy_text(target: &str) -> bool {
    use wasm_bindgen::JsCast as _;

    let Some(element) = document().get_element_by_id(target) else { return false };
    // Browsers hand out the clipboard to secure pages only.
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into()).ok();
    if clipboard.is_some_and(|clipboard| !clipboard.is_undefined()) {
        let text = element.text_content().unwrap_or_default();
        let _ = window().navigator().clipboard().write_text(&text);
        return true;
    }
    select(&element);
    document().dyn_into::<web_sys::HtmlDocument>().is_ok_and(|page| page.exec_command("copy").unwrap_or(false))
}

#[cfg(not(feature = "hydrate"))]
fn copy_text(_target: &str) -> bool {
    false
}

/// Selects all of an element's text.
#[cfg(feature = "hydrate")]
pub(crate) fn select(element: &web_sys::Element) {
    if let Some(selection) = window().get_selection().ok().flatten() {
        let _ = selection.select_all_children(element);
    }
}
