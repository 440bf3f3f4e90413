//! What islands ask of the browser: elements of the page, and whether a key press is typing.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

/// Tells the server the browser's time zone, from the next page on: `kw_zone` (texts/reader.rs).
pub(crate) fn say_time_zone() {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    let Ok(zone) = js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()) else { return };
    let (Some(zone), Ok(page)) = (zone.as_string(), document().dyn_into::<web_sys::HtmlDocument>()) else { return };
    let said = format!("kw_zone={zone}");
    let known = page.cookie().is_ok_and(|cookies| cookies.split("; ").any(|cookie| cookie == said));
    if !known {
        let _ = page.set_cookie(&format!("{said}; Path=/; Max-Age=31536000; SameSite=Lax"));
    }
}

/// The element of this id, if it is of that kind.
pub(crate) fn by_id<T: wasm_bindgen::JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// All elements that fit.
pub(crate) fn all(selector: &str) -> Vec<web_sys::HtmlElement> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect()
}

/// Whether a key is meant for a field, or is part of a shortcut of the browser.
pub(crate) fn is_typing(press: &web_sys::KeyboardEvent) -> bool {
    let target = press.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok());
    let field = target.is_some_and(|target| {
        target.is_content_editable() || matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    });
    field || press.ctrl_key() || press.meta_key() || press.alt_key() || press.is_composing()
}
