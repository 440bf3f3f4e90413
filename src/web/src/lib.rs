//! Admin web app (Leptos): pages, forms and islands.
//!
//! Every page is its own request and is drawn on the server; links are links and forms are forms, so all of it works
//! without JavaScript. Islands add comfort where hands need it. Built with `ssr` for the server and with `hydrate` for
//! the browser, which gets the islands alone.

// A component owns its props, whether it consumes them or not.
#![allow(clippy::needless_pass_by_value)]
// With neither feature the crate is only looked at, by tools that know none.
#![cfg_attr(not(any(feature = "ssr", feature = "hydrate")), allow(dead_code))]
// The types of views nest as deep as the pages they draw.
#![recursion_limit = "512"]

mod error;
#[cfg(feature = "ssr")]
pub mod handling;
mod keys;
#[cfg(feature = "ssr")]
mod logs;
mod models;
#[cfg(feature = "ssr")]
mod overview;
mod palette;
#[cfg(feature = "ssr")]
mod routes;
#[cfg(feature = "ssr")]
mod session;
mod settings;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod texts;
#[cfg(feature = "ssr")]
mod theme;
mod ui;
mod upstreams;
mod words;

#[cfg(feature = "ssr")]
pub use routes::{WebState, routes};
