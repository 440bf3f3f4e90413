//! UI components: small, native, and the same everywhere.

#[cfg(feature = "ssr")]
pub(crate) mod badge;
#[cfg(feature = "ssr")]
pub(crate) mod chart;
pub(crate) mod copy;
#[cfg(feature = "ssr")]
pub(crate) mod empty;
#[cfg(feature = "ssr")]
pub(crate) mod error_page;
#[cfg(feature = "ssr")]
pub(crate) mod field;
#[cfg(feature = "ssr")]
pub(crate) mod frame;
#[cfg(feature = "ssr")]
pub(crate) mod heading;
pub(crate) mod icon;
#[cfg(feature = "ssr")]
pub(crate) mod name;
#[cfg(feature = "ssr")]
pub(crate) mod notice;
#[cfg(feature = "ssr")]
pub(crate) mod pager;
#[cfg(feature = "ssr")]
pub(crate) mod text_area;
#[cfg(feature = "ssr")]
pub(crate) mod time;
