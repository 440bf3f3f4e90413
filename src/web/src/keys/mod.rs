//! Key pages: list, create, reveal once, detail, switch off and on, revoke.

#[cfg(feature = "ssr")]
mod create;
#[cfg(feature = "ssr")]
mod detail;
mod first_request;
#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod issued;
#[cfg(feature = "ssr")]
mod limit_fields;
#[cfg(feature = "ssr")]
mod list;
mod plain_words;
#[cfg(feature = "ssr")]
mod reveal;
mod revoke;
#[cfg(feature = "ssr")]
mod snippets;
mod switch;

#[cfg(feature = "ssr")]
pub(crate) use {
    create::{create, new_page},
    detail::{change, detail_page},
    issued::Issued,
    list::list_page,
    revoke::{revoke, revoke_page},
    switch::KeyIntent,
};

/// The id in a path; one that cannot be an id names nothing.
#[cfg(feature = "ssr")]
fn key_id(text: &str) -> Result<domain::KeyId, crate::error::UiError> {
    text.parse().map_err(|_| crate::error::UiError::NotFound { noun: "key".to_owned() })
}
