//! Keyboard shortcuts: ⌘K, `?`, `/`, `g` and a letter, J and K through the rows of a list.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::{ev, prelude::*};

use super::{PaletteLine, search::palette_search};
use crate::ui::{
    browser::{all, by_id, is_typing, say_time_zone},
    peek::{self, is_drawer_open},
};

/// So long after the last key the server is asked.
const PAUSE: Duration = Duration::from_millis(120);

/// So long `g` waits for its letter.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Follows the keyboard as long as the page.
pub(super) fn listen(letters: bool, places: &[PaletteLine]) {
    say_time_zone();
    peek::listen(letters);
    // From here on keys and links do more than a document's: who waits for that sees it.
    if let Some(body) = document().body() {
        let _ = body.set_attribute("data-awake", "");
    }
    let places: Vec<(char, String)> =
        places.iter().filter_map(|line| Some((line.letter?, line.href.clone()))).collect();
    // Whether `g` was pressed just now; the number tells an old wait from a new one.
    let going = Rc::new(Cell::new((false, 0_u32)));
    window_event_listener(ev::keydown, move |press| {
        let key = press.key();
        if (press.ctrl_key() || press.meta_key()) && !press.shift_key() && key.eq_ignore_ascii_case("k") {
            press.prevent_default();
            open("palette");
            return;
        }
        if !letters || is_typing(&press) || any_dialog() {
            return;
        }
        let (went, number) = going.get();
        if went {
            going.set((false, number));
            if let Some((_, href)) = places.iter().find(|(letter, _)| key == letter.to_string()) {
                press.prevent_default();
                let _ = window().location().set_href(href);
            }
            return;
        }
        match key.as_str() {
            "g" => {
                let mine = number.wrapping_add(1);
                going.set((true, mine));
                let going = going.clone();
                set_timeout(
                    move || {
                        if going.get().1 == mine {
                            going.set((false, mine));
                        }
                    },
                    PATIENCE,
                );
            }
            "?" => open("help"),
            "/" => match all("#content input[type=search]").first() {
                Some(search) => drop(search.focus()),
                None => open("palette"),
            },
            "j" => walk(1),
            "k" => walk(-1),
            _ => return,
        }
        press.prevent_default();
    });
}

/// The next row of the page's list, or the one before: its link gets the focus.
fn walk(by: i32) {
    let rows = all("#content table[data-rows] tbody .cell-main a");
    let here = document().active_element();
    let place = rows.iter().position(|row| here.as_ref().is_some_and(|here| here.is_same_node(Some(row))));
    let next = match place {
        Some(place) => i32::try_from(place).unwrap_or(0) + by,
        None if by > 0 => 0,
        None => return,
    };
    if let Some(row) = usize::try_from(next).ok().and_then(|next| rows.get(next)) {
        let _ = row.focus();
    }
}

fn any_dialog() -> bool {
    is_drawer_open() || document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// Opens a dialog of the page; in the palette the text that is there is selected.
pub(super) fn open(id: &str) {
    let Some(dialog) = by_id::<web_sys::HtmlDialogElement>(id) else { return };
    if dialog.open() {
        dialog.close();
        return;
    }
    if any_dialog() {
        return;
    }
    let _ = dialog.show_modal();
    if let Some(input) = by_id::<web_sys::HtmlInputElement>(&format!("{id}-text")) {
        let _ = input.focus();
        input.select();
    }
}

/// Brings a line of the palette into sight.
pub(super) fn into_view(line: usize) {
    if let Some(line) = by_id::<web_sys::Element>(&format!("palette-{line}")) {
        let nearest = web_sys::ScrollIntoViewOptions::new();
        nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
        line.scroll_into_view_with_scroll_into_view_options(&nearest);
    }
}

/// Asks the server for what fits `typed`, unless more was typed meanwhile.
pub(super) fn search(typed: String, text: ReadSignal<String>, set_found: WriteSignal<Vec<PaletteLine>>) {
    // What was found for another text is no answer to this one.
    set_found.set(Vec::new());
    if typed.trim().is_empty() {
        return;
    }
    set_timeout(
        move || {
            if text.try_get_untracked().as_ref() != Some(&typed) {
                return;
            }
            leptos::task::spawn_local(async move {
                let found = palette_search(typed.clone()).await.unwrap_or_default();
                if text.try_get_untracked().as_ref() == Some(&typed) {
                    set_found.try_set(found);
                }
            });
        },
        PAUSE,
    );
}
