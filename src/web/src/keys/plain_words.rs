//! Key summary island: what the key being described may do, in a sentence and as a line for the terminal; both follow
//! what is typed. The sentence comes from the server, which has the words.

use leptos::prelude::*;

use crate::{
    error::UiError,
    ui::{command_line::Flag, copy::CopyButton},
    words::sentence::{KeyPermissions, Piece, pieces_view},
};

/// The command behind the form.
pub(crate) const COMMAND: &str = "keywright keys create";

/// The sentence about a key with these permissions, in the language of whoever asks.
#[server(prefix = "/_fn", endpoint = "keys/sentence")]
#[allow(clippy::unused_async)] // a server function is called over the network
pub async fn key_sentence(permissions: KeyPermissions) -> Result<Vec<(String, bool)>, UiError> {
    crate::handling::page_request()?;
    Ok(permissions.with_name())
}

/// The sentence and the line, following the form `key-form`.
#[island]
pub(crate) fn PlainWords(
    /// The sentence when the page was drawn.
    sentence: Vec<Piece>,
    /// The line when the page was drawn.
    command: String,
    /// What the line is made of.
    flags: Vec<Flag>,
    /// Titles of the two.
    titles: (String, String),
    /// Of the button.
    copy: (String, String),
) -> impl IntoView {
    let (sentence, set_sentence) = signal(sentence);
    let (command, set_command) = signal(command);
    Effect::new(move |_| follow(flags.clone(), set_sentence, set_command));
    view! {
        <section class="aside-card" aria-labelledby="plain-words">
            <h2 id="plain-words">{titles.0}</h2>
            <p aria-live="polite">{move || pieces_view(sentence.get())}</p>
        </section>
        <section aria-labelledby="terminal">
            <h2 id="terminal" class="aside-title">{titles.1}</h2>
            <div class="code-block">
                <pre id="command" tabindex="0">{command}</pre>
                <CopyButton target="command".to_owned() main=false words=copy />
            </div>
        </section>
    }
}

/// Keeps the line and the sentence in step with what is typed, now and from now on.
#[cfg(feature = "hydrate")]
fn follow(flags: Vec<Flag>, set_sentence: WriteSignal<Vec<Piece>>, set_command: WriteSignal<String>) {
    use std::{cell::Cell, rc::Rc, time::Duration};

    use wasm_bindgen::{JsCast as _, closure::Closure};

    use crate::ui::command_line::{fields_of, line};

    /// So long after the last key the sentence is asked for.
    const PAUSE: Duration = Duration::from_millis(200);

    let Some(form) =
        document().get_element_by_id("key-form").and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok())
    else {
        return;
    };
    // The number of the newest change: an answer to an older one comes too late.
    let newest = Rc::new(Cell::new(0_u32));
    let read = {
        let form = form.clone();
        move || {
            set_command.set(line(COMMAND, &flags, &fields_of(&form, &flags)));
            newest.set(newest.get().wrapping_add(1));
            let (mine, newest, form) = (newest.get(), newest.clone(), form.clone());
            set_timeout(
                move || {
                    if newest.get() != mine {
                        return;
                    }
                    let permissions = permissions(&form);
                    leptos::task::spawn_local(async move {
                        // Without an answer the sentence stays as it is.
                        if let Ok(sentence) = key_sentence(permissions).await
                            && newest.get() == mine
                        {
                            set_sentence.try_set(sentence);
                        }
                    });
                },
                PAUSE,
            );
        }
    };
    // The browser may have kept what was typed before a reload.
    read();
    let listener = Closure::<dyn Fn()>::new(read);
    let _ = form.add_event_listener_with_callback("input", listener.as_ref().unchecked_ref());
    // As long as the page.
    listener.forget();
}

#[cfg(not(feature = "hydrate"))]
fn follow(_flags: Vec<Flag>, _set_sentence: WriteSignal<Vec<Piece>>, _set_command: WriteSignal<String>) {}

#[cfg(feature = "hydrate")]
fn permissions(form: &web_sys::HtmlFormElement) -> KeyPermissions {
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
    KeyPermissions {
        name: text("name"),
        models: entries(&text("allowed_models")),
        upstreams,
        addresses: entries(&text("allowed_cidrs")),
        per_minute: Some(number(&text("requests_per_minute"))).filter(|digits| !digits.is_empty()),
        until: option.and_then(|option| option.get_attribute("data-until")),
    }
}
