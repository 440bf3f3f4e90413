//! Texts of the web app: Fluent catalogs in English, Italian and Simplified Chinese, on the server alone.
//!
//! [`t!`] checks ids and arguments against the English catalog when it is compiled; a test holds the other languages
//! against it. Islands get their texts as props.

mod catalog;
mod error;
mod locale;
mod reader;
#[cfg(test)]
mod tests;

pub(crate) use catalog::{by_id, loader};
pub(crate) use error::{complaint, error_sentence};
pub(crate) use locale::{Locale, choose};
#[cfg(test)]
pub(crate) use reader::Reader;
pub(crate) use reader::{answered_for, choose_zone, current, reader, scoped, zone};

/// A text that is looked up when its language is known: for tables of constants.
pub(crate) type Word = fn() -> String;

/// A text of the catalog in the language of the request: `t!("keys-title")`, `t!("keys-count", count = 3)`.
macro_rules! t {
    ($($arguments:tt)*) => { i18n_embed_fl::fl!($crate::texts::loader(), $($arguments)*) };
}
pub(crate) use t;
