//! Key summary island: what the key being described may do, in a sentence and as a line for the terminal; both grow as
//! one types.

use leptos::prelude::*;

use crate::{
    ui::{command_line::Flag, copy::CopyButton},
    words::sentence::{Piece, pieces_view},
};

/// The command behind the form.
pub(crate) const COMMAND: &str = "keywright keys create";

/// The sentence and the line, following the form `key-form`.
#[island]
pub(crate) fn PlainWords(
    /// The sentence when the page was drawn.
    sentence: Vec<Piece>,
    /// The line when the page was drawn.
    command: String,
    /// What the line is made of.
    flags: Vec<Flag>,
) -> impl IntoView {
    let (sentence, set_sentence) = signal(sentence);
    let (command, set_command) = signal(command);
    Effect::new(move |_| {
        let flags = flags.clone();
        follow(flags, move |sentence, command| {
            set_sentence.set(sentence);
            set_command.set(command);
        });
    });
    view! {
        <section class="aside-card" aria-labelledby="plain-words">
            <h2 id="plain-words">"In plain words"</h2>
            <p aria-live="polite">{move || pieces_view(sentence.get())}</p>
        </section>
        <section aria-labelledby="terminal">
            <h2 id="terminal" class="aside-title">"The same from a terminal"</h2>
            <div class="code-block">
                <pre id="command" tabindex="0">{command}</pre>
                <CopyButton target="command".to_owned() main=false />
            </div>
        </section>
    }
}

/// Reports the sentence and the line of what is typed to `changed`, now and from now on.
#[cfg(feature = "hydrate")]
fn follow(flags: Vec<Flag>, changed: impl Fn(Vec<Piece>, String) + 'static) {
    use wasm_bindgen::{JsCast as _, closure::Closure};

    use crate::ui::command_line::{fields_of, line};

    let Some(form) =
        document().get_element_by_id("key-form").and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok())
    else {
        return;
    };
    let read = {
        let form = form.clone();
        move || changed(permissions(&form).with_name(), line(COMMAND, &flags, &fields_of(&form, &flags)))
    };
    // The browser may have kept what was typed before a reload.
    read();
    let listener = Closure::<dyn Fn()>::new(read);
    let _ = form.add_event_listener_with_callback("input", listener.as_ref().unchecked_ref());
    // As long as the page.
    listener.forget();
}

#[cfg(not(feature = "hydrate"))]
fn follow(_flags: Vec<Flag>, _changed: impl Fn(Vec<Piece>, String) + 'static) {}

#[cfg(feature = "hydrate")]
fn permissions(form: &web_sys::HtmlFormElement) -> crate::words::sentence::KeyPermissions {
    use wasm_bindgen::JsCast as _;

    use crate::ui::command_line::{entries, number};

    let data = web_sys::FormData::new_with_form(form).ok();
    let text = |name: &str| data.as_ref().and_then(|data| data.get(name).as_string()).unwrap_or_default();
    let option = form.query_selector("select[name=expires_in_days] option:checked").ok().flatten();
    let mut upstreams = Vec::new();
    if let Ok(ticked) = form.query_selector_all("input[name=allowed_upstreams]:checked") {
        for i in 0..ticked.length() {
            let Some(tick) = ticked.get(i).and_then(|node| node.dyn_into::<web_sys::Element>().ok()) else { continue };
            upstreams.extend(tick.get_attribute("data-name"));
        }
    }
    crate::words::sentence::KeyPermissions {
        name: text("name"),
        models: entries(&text("allowed_models")),
        upstreams,
        addresses: entries(&text("allowed_cidrs")),
        per_minute: Some(number(&text("requests_per_minute"))).filter(|digits| !digits.is_empty()),
        until: option.and_then(|option| option.get_attribute("data-until")),
    }
}
