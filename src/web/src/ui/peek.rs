//! Peek: opens the page behind a link in a drawer or a dialog over the present one. A link asks for it by
//! `data-peek="drawer"` or `data-peek="dialog"`; without a script it is a link. In a drawer J and K go through the rows
//! of the list beside it, Esc closes.

#[cfg(feature = "ssr")]
pub(crate) use drawn::Peek;

#[cfg(feature = "ssr")]
mod drawn {
    use leptos::prelude::*;

    use crate::{
        texts::t,
        ui::icon::{Icon, Picture},
    };

    /// The dialog that pages are shown in.
    #[component]
    pub(crate) fn Peek() -> impl IntoView {
        view! {
            <dialog id="peek" class="dialog peek">
                <div class="peek-head">
                    <a id="peek-page" href="/">{t!("peek-page")}</a>
                    <button type="button" class="button button-small peek-step" data-peek-step="-1" aria-label=t!("peek-previous")>
                        <kbd>"K"</kbd>
                    </button>
                    <button type="button" class="button button-small peek-step" data-peek-step="1" aria-label=t!("peek-next")>
                        <kbd>"J"</kbd>
                    </button>
                    <button type="button" class="button button-small button-plain" data-peek-close="" aria-label=t!("peek-close")>
                        <Icon picture=Picture::Cross />
                    </button>
                </div>
                <div class="peek-body" id="peek-body"></div>
            </dialog>
        }
    }
}

#[cfg(feature = "hydrate")]
pub(crate) use awake::{is_drawer_open, listen};

#[cfg(feature = "hydrate")]
mod awake {
    use std::cell::Cell;

    use leptos::{ev, prelude::*};
    use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
    use wasm_bindgen_futures::JsFuture;

    use crate::ui::browser::{all, by_id, is_typing};

    thread_local! {
        /// The number of the newest page that was asked for: an answer to an older one comes too late.
        static ASKED: Cell<u32> = const { Cell::new(0) };
    }

    /// Takes the next number.
    fn ask() -> u32 {
        ASKED.set(ASKED.get().wrapping_add(1));
        ASKED.get()
    }

    /// Follows clicks on links that ask for it and, where letters are shortcuts, keys while a drawer is open.
    pub(crate) fn listen(letters: bool) {
        if let Some(dialog) = dialog() {
            // However it is closed: its ids must not stand beside those of the page.
            let emptied = Closure::<dyn Fn()>::new(|| {
                ask();
                if let Some(body) = by_id::<web_sys::Element>("peek-body") {
                    body.set_inner_html("");
                }
            });
            let _ = dialog.add_event_listener_with_callback("close", emptied.as_ref().unchecked_ref());
            // As long as the page.
            emptied.forget();
        }
        window_event_listener(ev::click, |click| {
            let Some(target) = click.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
                return;
            };
            let on = |selector: &str| target.closest(selector).ok().flatten();
            if let Some(button) = on("[data-peek-step]") {
                step(if button.get_attribute("data-peek-step").as_deref() == Some("1") { 1 } else { -1 });
            } else if on("[data-peek-close]").is_some() && is_open() {
                click.prevent_default();
                close();
            } else if let Some(link) = on("a[data-peek]")
                && click.button() == 0
                && !(click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key())
                && let Some(href) = link.get_attribute("href")
            {
                click.prevent_default();
                show(href, link.get_attribute("data-peek").as_deref() == Some("drawer"));
            }
        });
        window_event_listener(ev::keydown, move |press| {
            if !letters || !is_drawer_open() || is_typing(&press) {
                return;
            }
            match press.key().as_str() {
                "j" => step(1),
                "k" => step(-1),
                _ => return,
            }
            press.prevent_default();
        });
    }

    /// The page of the next row, or of the one before.
    fn step(by: i32) {
        let Some(here) = by_id::<web_sys::Element>("peek-page").and_then(|link| link.get_attribute("href")) else {
            return;
        };
        let links = all("#content a[data-peek=drawer]");
        let hrefs: Vec<String> = links.iter().filter_map(|link| link.get_attribute("href")).collect();
        let Some(place) = hrefs.iter().position(|href| *href == here) else { return };
        let next = i32::try_from(place).unwrap_or(0) + by;
        if let Some(href) = usize::try_from(next).ok().and_then(|next| hrefs.get(next)) {
            show(href.clone(), true);
        }
    }

    /// Fetches the page and shows its content. Where that does not work the browser goes there.
    fn show(href: String, drawer: bool) {
        let mine = ask();
        leptos::task::spawn_local(async move {
            let page = fetched(&href).await;
            if ASKED.get() != mine {
                return;
            }
            let (Some(page), Some(dialog), Some(body)) = (page, dialog(), by_id::<web_sys::Element>("peek-body"))
            else {
                let _ = window().location().set_href(&href);
                return;
            };
            let Some(content) = page.get_element_by_id("content") else { return };
            // What belongs to a page of its own: its radio buttons would be of one group with those of the page below.
            for part in [".terminal", ".crumbs"] {
                if let Some(part) = content.query_selector(part).ok().flatten() {
                    part.remove();
                }
            }
            if let Some(link) = by_id::<web_sys::Element>("peek-page") {
                let _ = link.set_attribute("href", &href);
            }
            let _ = dialog.class_list().toggle_with_force("drawer", drawer);
            let _ = dialog.set_attribute("aria-label", page.title().trim_end_matches(" · Keywright"));
            // A page of this site, from this site; a script in it would not run, and the policy of this page forbids it.
            body.set_inner_html(&content.inner_html());
            if !dialog.open() {
                let _ = dialog.show_modal();
            }
            // What the page itself names has the focus.
            if let Some(first) = body.query_selector("[autofocus]").ok().flatten()
                && let Ok(first) = first.dyn_into::<web_sys::HtmlElement>()
            {
                let _ = first.focus();
            }
            dialog.set_scroll_top(0);
        });
    }

    /// The page; none unless it is there and ours.
    async fn fetched(href: &str) -> Option<web_sys::Document> {
        let answer: web_sys::Response = JsFuture::from(window().fetch_with_str(href)).await.ok()?.dyn_into().ok()?;
        if !answer.ok() || answer.redirected() {
            return None;
        }
        let text: JsValue = JsFuture::from(answer.text().ok()?).await.ok()?;
        let parser = web_sys::DomParser::new().ok()?;
        parser.parse_from_string(&text.as_string()?, web_sys::SupportedType::TextHtml).ok()
    }

    fn close() {
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
