//! Peek island: opens the page behind a link in a drawer or a dialog over the present one. A link asks for it by
//! `data-peek="drawer"` or `data-peek="dialog"`; without a script it is a link. In a drawer J and K go through the rows
//! of the list beside it, Esc closes.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::icon::{Icon, Picture};

/// What it says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PeekWords {
    page: String,
    older: String,
    newer: String,
    close: String,
}

#[cfg(feature = "ssr")]
impl PeekWords {
    pub(crate) fn new() -> Self {
        use crate::texts::t;
        Self { page: t!("peek-page"), older: t!("peek-next"), newer: t!("peek-previous"), close: t!("peek-close") }
    }
}

/// The dialog that pages are shown in.
#[island]
pub(crate) fn Peek(words: PeekWords) -> impl IntoView {
    // Where the page that is shown has its own address, and whether it came from a list.
    let (at, set_at) = signal(String::new());
    let (drawer, set_drawer) = signal(false);
    Effect::new(move |_| listen(set_at, set_drawer));
    view! {
        <dialog
            id="peek"
            class=move || if drawer.get() { "dialog peek drawer" } else { "dialog peek" }
            aria-labelledby="peek-page"
        >
            <div class="peek-head">
                <a id="peek-page" href=move || at.get()>{words.page}</a>
                <button
                    type="button"
                    class="button button-small"
                    aria-label=words.newer
                    hidden=move || !drawer.get()
                    on:click=move |_| step(-1, set_at, set_drawer)
                >
                    "K"
                </button>
                <button
                    type="button"
                    class="button button-small"
                    aria-label=words.older
                    hidden=move || !drawer.get()
                    on:click=move |_| step(1, set_at, set_drawer)
                >
                    "J"
                </button>
                <button type="button" class="button button-small button-plain" aria-label=words.close on:click=move |_| close()>
                    <Icon picture=Picture::Cross />
                </button>
            </div>
            <div class="peek-body" id="peek-body"></div>
        </dialog>
    }
}

#[cfg(feature = "hydrate")]
pub(crate) use awake::is_drawer_open;
#[cfg(feature = "hydrate")]
use awake::{close, listen, step};

#[cfg(not(feature = "hydrate"))]
fn listen(_set_at: WriteSignal<String>, _set_drawer: WriteSignal<bool>) {}
#[cfg(not(feature = "hydrate"))]
fn step(_by: i32, _set_at: WriteSignal<String>, _set_drawer: WriteSignal<bool>) {}
#[cfg(not(feature = "hydrate"))]
fn close() {}

#[cfg(feature = "hydrate")]
mod awake {
    use leptos::{ev, prelude::*};
    use wasm_bindgen::{JsCast as _, JsValue};
    use wasm_bindgen_futures::JsFuture;

    use crate::ui::browser::{all, by_id, is_typing};

    /// Follows clicks on links that ask for it, and keys while a drawer is open.
    pub(super) fn listen(set_at: WriteSignal<String>, set_drawer: WriteSignal<bool>) {
        window_event_listener(ev::click, move |click| {
            let plain =
                click.button() == 0 && !(click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key());
            let Some(target) = click.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
                return;
            };
            if target.closest("[data-peek-close]").ok().flatten().is_some() && is_open() {
                click.prevent_default();
                close();
                return;
            }
            let Some(link) = target.closest("a[data-peek]").ok().flatten() else { return };
            if plain && let Some(href) = link.get_attribute("href") {
                click.prevent_default();
                let drawer = link.get_attribute("data-peek").as_deref() == Some("drawer");
                show(href, drawer, set_at, set_drawer);
            }
        });
        window_event_listener(ev::keydown, move |press| {
            if !is_drawer_open() || is_typing(&press) {
                return;
            }
            match press.key().as_str() {
                "j" | "ArrowDown" => step(1, set_at, set_drawer),
                "k" | "ArrowUp" => step(-1, set_at, set_drawer),
                _ => return,
            }
            press.prevent_default();
        });
    }

    /// The page of the next row, or of the one before.
    pub(super) fn step(by: i32, set_at: WriteSignal<String>, set_drawer: WriteSignal<bool>) {
        let here = by_id::<web_sys::HtmlAnchorElement>("peek-page").and_then(|link| link.get_attribute("href"));
        let links = all("a[data-peek=drawer]");
        let hrefs: Vec<String> = links.iter().filter_map(|link| link.get_attribute("href")).collect();
        let Some(place) = hrefs.iter().position(|href| Some(href) == here.as_ref()) else { return };
        let next = i32::try_from(place).unwrap_or(0) + by;
        if let Some(href) = usize::try_from(next).ok().and_then(|next| hrefs.get(next)) {
            show(href.clone(), true, set_at, set_drawer);
        }
    }

    /// Fetches the page and shows its content. Where that does not work the browser goes there.
    fn show(href: String, drawer: bool, set_at: WriteSignal<String>, set_drawer: WriteSignal<bool>) {
        leptos::task::spawn_local(async move {
            let shown = content(&href).await;
            let (Some(html), Some(dialog)) = (shown, dialog()) else {
                let _ = window().location().set_href(&href);
                return;
            };
            set_at.set(href);
            set_drawer.set(drawer);
            let Some(body) = by_id::<web_sys::Element>("peek-body") else { return };
            // A page of this site, from this site; a script in it would not run, and the policy of this page forbids it.
            body.set_inner_html(&html);
            if !dialog.open() {
                let _ = dialog.show_modal();
            }
            // The first thing to be on: what the page itself names, else the page's heading stays in sight.
            if let Ok(Some(first)) = body.query_selector("[autofocus]")
                && let Ok(first) = first.dyn_into::<web_sys::HtmlElement>()
            {
                let _ = first.focus();
            }
            dialog.set_scroll_top(0);
        });
    }

    /// The inside of the page's `main`; none unless it is there and ours.
    async fn content(href: &str) -> Option<String> {
        let answer: web_sys::Response = JsFuture::from(window().fetch_with_str(href)).await.ok()?.dyn_into().ok()?;
        if !answer.ok() || answer.redirected() {
            return None;
        }
        let text: JsValue = JsFuture::from(answer.text().ok()?).await.ok()?;
        let page = web_sys::DomParser::new().ok()?;
        let page = page.parse_from_string(&text.as_string()?, web_sys::SupportedType::TextHtml).ok()?;
        Some(page.get_element_by_id("content")?.inner_html())
    }

    pub(super) fn close() {
        if let Some(dialog) = dialog() {
            dialog.close();
        }
    }

    fn dialog() -> Option<web_sys::HtmlDialogElement> {
        by_id("peek")
    }

    fn is_open() -> bool {
        dialog().is_some_and(|dialog| dialog.open())
    }

    /// Whether a row is shown beside its list.
    pub(crate) fn is_drawer_open() -> bool {
        dialog().is_some_and(|dialog| dialog.open() && dialog.class_list().contains("drawer"))
    }
}
