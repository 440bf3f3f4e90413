//! Key summary island: what the key being described may do, in a sentence and as lines for the terminal. All of it comes
//! from the server, which has the words and the operation; it follows what is typed.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

use crate::{
    error::UiError,
    words::sentence::{Piece, pieces_view},
};

/// Of the form that is followed.
pub(crate) const FORM: &str = "key-form";

/// Begins the ids of the lines for the terminal.
pub(crate) const LINES: &str = "key-lines";

/// A key that is being described.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyDescription {
    /// What it may do.
    pub sentence: Vec<(String, bool)>,
    /// The same on the command line, and as a curl call.
    pub lines: Vec<String>,
}

/// What the key would be that a form asks for. `form` is the form as it would be posted.
#[server(prefix = "/_fn", endpoint = "keys/describe", input = Json)]
pub async fn describe_key(form: String) -> Result<KeyDescription, UiError> {
    let page_request = crate::handling::page_request()?;
    super::form::described(&page_request, &form).await
}

/// The sentence, following the form [`FORM`]; the lines stand in blocks of the page, [`LINES`].
#[island]
pub(crate) fn PlainWords(
    /// The sentence when the page was drawn.
    sentence: Vec<Piece>,
) -> impl IntoView {
    let (sentence, set_sentence) = signal(sentence);
    Effect::new(move |_| follow(set_sentence));
    view! { <p aria-live="polite">{move || pieces_view(sentence.get())}</p> }
}

/// Keeps the sentence and the lines in step with what is typed, now and from now on.
#[cfg(feature = "hydrate")]
fn follow(set_sentence: WriteSignal<Vec<Piece>>) {
    use std::{cell::Cell, rc::Rc, time::Duration};

    use wasm_bindgen::{JsCast as _, closure::Closure};

    /// So long after the last key the server is asked.
    const PAUSE: Duration = Duration::from_millis(150);

    let Some(form) =
        document().get_element_by_id(FORM).and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok())
    else {
        return;
    };
    let drawn = posted(&form);
    // The number of the newest change: an answer to an older one comes too late.
    let newest = Rc::new(Cell::new(0_u32));
    let read = {
        let form = form.clone();
        move || {
            newest.set(newest.get().wrapping_add(1));
            let (mine, newest, form) = (newest.get(), newest.clone(), form.clone());
            set_timeout(
                move || {
                    if newest.get() != mine {
                        return;
                    }
                    let form = posted(&form);
                    leptos::task::spawn_local(async move {
                        // Without an answer all stays as it is.
                        if let Ok(description) = describe_key(form).await
                            && newest.get() == mine
                        {
                            set_sentence.try_set(description.sentence);
                            for (i, line) in description.lines.iter().enumerate() {
                                if let Some(block) = document().get_element_by_id(&format!("{LINES}-{i}")) {
                                    block.set_text_content(Some(line));
                                }
                            }
                        }
                    });
                },
                PAUSE,
            );
        }
    };
    // The browser may have put back what was typed before a reload: it does so after the page was drawn.
    let restored = {
        let (form, read) = (form.clone(), read.clone());
        move || {
            if posted(&form) != drawn {
                read();
            }
        }
    };
    set_timeout(restored, Duration::ZERO);
    let listener = Closure::<dyn Fn()>::new(read);
    let _ = form.add_event_listener_with_callback("input", listener.as_ref().unchecked_ref());
    // As long as the page.
    listener.forget();
}

#[cfg(not(feature = "hydrate"))]
fn follow(_set_sentence: WriteSignal<Vec<Piece>>) {}

/// The form as it would be posted now.
#[cfg(feature = "hydrate")]
fn posted(form: &web_sys::HtmlFormElement) -> String {
    let data = web_sys::FormData::new_with_form(form).ok();
    let fields = data.and_then(|data| web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data).ok());
    fields.map(|fields| String::from(fields.to_string())).unwrap_or_default()
}
