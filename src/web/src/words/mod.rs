//! Formatting: figures, instants and sentences as people read them.

#[cfg(feature = "ssr")]
pub(crate) mod money;
#[cfg(feature = "ssr")]
pub(crate) mod number;
pub(crate) mod sentence;
#[cfg(feature = "ssr")]
pub(crate) mod time;
