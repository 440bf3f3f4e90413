//! The wasm entry: wakes the islands of a page that the server has rendered.

/// Called by the page's own script once the module is loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    // `web` must be linked for its islands to register.
    use web as _;
    leptos::mount::hydrate_islands();
}
