//! Palette island: the button, the dialog behind it, and the letters.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::PaletteLine;
use crate::ui::icon::{Icon, Picture};

/// What it says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PaletteWords {
    open: String,
    placeholder: String,
    results: String,
    none: String,
}

#[cfg(feature = "ssr")]
impl PaletteWords {
    pub(crate) fn new() -> Self {
        use crate::texts::t;
        Self {
            open: t!("palette-open"),
            placeholder: t!("palette-placeholder"),
            results: t!("palette-results"),
            none: t!("palette-none"),
        }
    }
}

/// The button and its dialog.
#[island]
pub(crate) fn Palette(places: Vec<PaletteLine>, words: PaletteWords, letters: bool) -> impl IntoView {
    let (text, set_text) = signal(String::new());
    let (found, set_found) = signal(Vec::<PaletteLine>::new());
    let (chosen, set_chosen) = signal(0_usize);
    let listened = places.clone();
    Effect::new(move |_| keyboard::listen(letters, &listened));
    let shown = move || {
        let text = text.get().trim().to_lowercase();
        let fits = |line: &&PaletteLine| text.is_empty() || line.words.to_lowercase().contains(&text);
        places.iter().filter(fits).cloned().chain(found.get()).collect::<Vec<_>>()
    };
    let lines = Memo::new(move |_| shown());
    let input = move |typed: String| {
        set_text.set(typed.clone());
        set_chosen.set(0);
        keyboard::search(typed, text, set_found);
    };
    Effect::new(move |_| keyboard::into_view(chosen.get()));
    let pressed = move |press: leptos::ev::KeyboardEvent| {
        // The keys of an input method choose a candidate.
        if press.is_composing() || press.key_code() == 229 {
            return;
        }
        let last = lines.with_untracked(Vec::len).saturating_sub(1);
        let at = chosen.get_untracked().min(last);
        match press.key().as_str() {
            "ArrowDown" => set_chosen.set(if at >= last { 0 } else { at + 1 }),
            "ArrowUp" => set_chosen.set(if at == 0 { last } else { at - 1 }),
            "Enter" => {
                if let Some(line) = lines.get_untracked().get(at) {
                    let _ = window().location().set_href(&line.href);
                }
            }
            _ => return,
        }
        press.prevent_default();
    };
    let option = move |i: usize, line: PaletteLine| {
        view! {
            <a
                class="palette-line"
                id=format!("palette-{i}")
                role="option"
                tabindex="-1"
                href=line.href
                aria-selected=move || (chosen.get() == i).to_string()
                on:mousemove=move |_| set_chosen.set(i)
            >
                <bdi>{line.words}</bdi>
                <span class="palette-note">{line.note}</span>
            </a>
        }
    };
    view! {
        <button type="button" class="palette-open" on:click=move |_| keyboard::open("palette")>
            <Icon picture=Picture::Search />
            {words.open}
            <kbd class="kbd">"⌘K"</kbd>
        </button>
        <dialog id="palette" class="dialog palette" aria-label=words.placeholder.clone() closedby="any">
            <input
                id="palette-text"
                type="search"
                role="combobox"
                autocomplete="off"
                spellcheck="false"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant=move || lines.with(|lines| chosen.get() < lines.len()).then(|| format!("palette-{}", chosen.get()))
                aria-label=words.placeholder.clone()
                placeholder=words.placeholder.clone()
                prop:value=move || text.get()
                on:input=move |typed| input(event_target_value(&typed))
                on:keydown=pressed
            />
            <div id="palette-list" class="palette-list" role="listbox" aria-label=words.results>
                {move || lines.get().into_iter().enumerate().map(|(i, line)| option(i, line)).collect_view()}
            </div>
            <p class="palette-none" role="status">{move || lines.get().is_empty().then(|| words.none.clone())}</p>
        </dialog>
    }
}

#[cfg(feature = "hydrate")]
use super::keyboard;

/// On the server nothing is pressed.
#[cfg(not(feature = "hydrate"))]
mod keyboard {
    use leptos::prelude::*;

    use super::PaletteLine;

    pub(super) fn listen(_letters: bool, _places: &[PaletteLine]) {}
    pub(super) fn open(_id: &str) {}
    pub(super) fn into_view(_line: usize) {}
    pub(super) fn search(_typed: String, _text: ReadSignal<String>, _set_found: WriteSignal<Vec<PaletteLine>>) {}
}
