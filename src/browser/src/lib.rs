//! WebAssembly entry point: hydrates the islands of a page, one after the other.

// Linked for the islands that it exports.
use web as _;

/// Called once, before the islands wake: from here on they are hydrated, not drawn anew.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
