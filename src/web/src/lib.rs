//! The UI door: pages, forms and islands.
