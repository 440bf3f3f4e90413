//! Secret reveal island: "I have stored it", the file, Done; and, once hydrated, a guard against losing the secret by
//! accident.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ui::icon::{Icon, Picture};

/// Where the browser is while the secret is shown, and afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RevealPlaces {
    /// What a reload finds: the page of the thing, which says that the secret is gone.
    pub(crate) here: String,
    /// The page behind the dialog.
    pub(crate) behind: String,
    /// The block of code that can be saved as a file: its id, and the name of the file.
    pub(crate) file: Option<(String, String)>,
}

/// What it says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RevealWords {
    stored: String,
    file: String,
    done: String,
    ask: String,
    keep: String,
    leave: String,
}

#[cfg(feature = "ssr")]
impl RevealWords {
    /// `stored`: `I have stored this key`; `ask`: what is asked when that was not said.
    pub(crate) fn new(stored: String, ask: String) -> Self {
        use crate::texts::t;
        Self {
            stored,
            file: t!("reveal-file"),
            done: t!("reveal-done"),
            ask,
            keep: t!("reveal-keep"),
            leave: t!("reveal-leave"),
        }
    }
}

/// Without JavaScript the tick is required by the form itself, and Done closes the dialog by `method="dialog"`.
#[island]
pub(crate) fn RevealFoot(places: RevealPlaces, words: RevealWords) -> impl IntoView {
    let (awake, set_awake) = signal(false);
    let (stored, set_stored) = signal(false);
    let (asking, set_asking) = signal(false);
    let keep = NodeRef::<leptos::html::Button>::new();
    let file = places.file.clone();
    Effect::new(move |_| {
        set_awake.set(true);
        stand_guard(&places, stored, set_asking);
    });
    Effect::new(move |_| {
        if asking.get()
            && let Some(button) = keep.get()
        {
            request_animation_frame(move || {
                let _ = button.focus();
            });
        }
    });
    view! {
        <form method="dialog" class="reveal-foot">
            <label class="tick">
                <input type="checkbox" id="stored" required on:change=move |change| set_stored.set(event_target_checked(&change)) />
                <span>{words.stored}</span>
            </label>
            <div class="reveal-actions">
                {file
                    .map(|(block, name)| {
                        view! {
                            <button
                                type="button"
                                class="button"
                                aria-label=words.file
                                hidden=move || !awake.get()
                                on:click=move |_| download(&block, &name)
                            >
                                <Icon picture=Picture::Download />
                                ".env"
                            </button>
                        }
                    })}
                <button class="button button-main" id="done" disabled=move || awake.get() && !stored.get()>
                    {words.done}
                </button>
            </div>
        </form>
        <div class="ask" role="alertdialog" aria-labelledby="ask-title" hidden=move || !asking.get()>
            <p id="ask-title">{words.ask}</p>
            <div class="reveal-actions">
                <button type="button" class="button" node_ref=keep on:click=move |_| set_asking.set(false)>
                    {words.keep}
                </button>
                <button type="button" class="button button-danger" on:click=move |_| leave()>
                    {words.leave}
                </button>
            </div>
        </div>
    }
}

#[cfg(feature = "hydrate")]
use awake::{download, leave, stand_guard};

#[cfg(not(feature = "hydrate"))]
fn stand_guard(_places: &RevealPlaces, _stored: ReadSignal<bool>, _set_asking: WriteSignal<bool>) {}
#[cfg(not(feature = "hydrate"))]
fn download(_block: &str, _name: &str) {}
#[cfg(not(feature = "hydrate"))]
fn leave() {}

#[cfg(feature = "hydrate")]
mod awake {
    use leptos::{ev, prelude::*};
    use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};

    use super::RevealPlaces;
    use crate::ui::copy::select;

    /// Makes the dialog modal, selects the secret, and asks before anything closes it that is not Done.
    pub(super) fn stand_guard(places: &RevealPlaces, stored: ReadSignal<bool>, set_asking: WriteSignal<bool>) {
        let Some(dialog) = dialog() else { return };
        // Open since the page was drawn, but not modal. `close` would fire its listeners; the user did not close it.
        let _ = dialog.remove_attribute("open");
        let _ = dialog.show_modal();
        if let Some(secret) = document().get_element_by_id("secret") {
            select(&secret);
        }
        request_animation_frame(|| {
            let copy = document().query_selector("#reveal .copy-main").ok().flatten();
            if let Some(copy) = copy.and_then(|copy| copy.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = copy.focus();
            }
        });
        // A reload must not post the form again.
        rename(&places.here);

        let ask_or_close = move || if stored.get_untracked() { leave() } else { set_asking.set(true) };
        // Both stay as long as the page, and do nothing once the dialog is closed.
        window_event_listener(ev::keydown, move |press| {
            if press.key() == "Escape" && is_open() {
                press.prevent_default();
                ask_or_close();
            }
        });
        window_event_listener(ev::beforeunload, move |leaving| {
            if is_open() && !stored.get_untracked() {
                leaving.prevent_default();
            }
        });
        on(&dialog, "cancel", move |cancel| {
            cancel.prevent_default();
            ask_or_close();
        });
        let behind = places.behind.clone();
        on(&dialog, "close", move |_| rename(&behind));
    }

    /// Closes the dialog.
    pub(super) fn leave() {
        if let Some(dialog) = dialog() {
            dialog.close();
        }
    }

    /// Saves a block of code as a file. The link is to this page's memory: the secret is in no URL.
    pub(super) fn download(block: &str, name: &str) {
        let Some(text) = document().get_element_by_id(block).and_then(|snippet| snippet.text_content()) else {
            return;
        };
        let parts = js_sys::Array::of1(&JsValue::from_str(&text));
        let options = web_sys::BlobPropertyBag::new();
        options.set_type("text/plain");
        let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options);
        let Some(url) = blob.ok().and_then(|blob| web_sys::Url::create_object_url_with_blob(&blob).ok()) else {
            return;
        };
        let link =
            document().create_element("a").ok().and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok());
        if let Some(link) = link {
            link.set_href(&url);
            link.set_download(name);
            link.click();
        }
        set_timeout(
            move || {
                let _ = web_sys::Url::revoke_object_url(&url);
            },
            std::time::Duration::from_secs(10),
        );
    }

    fn dialog() -> Option<web_sys::HtmlDialogElement> {
        document().get_element_by_id("reveal")?.dyn_into().ok()
    }

    fn is_open() -> bool {
        dialog().is_some_and(|dialog| dialog.open())
    }

    fn rename(path: &str) {
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(path));
        }
    }

    fn on(target: &web_sys::EventTarget, event: &str, act: impl Fn(web_sys::Event) + 'static) {
        let listener = Closure::<dyn Fn(web_sys::Event)>::new(act);
        let _ = target.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
        // As long as the page.
        listener.forget();
    }
}
