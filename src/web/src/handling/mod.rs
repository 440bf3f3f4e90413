//! Request handling: from a request to an actor, from a form to a call, from a page to an answer.

mod error;
mod form;
mod function;
mod kept;
mod page;
mod page_request;
mod path;
mod preference;
mod session;
mod typed;

pub use session::{SESSION_USER, sign_in, sign_out, signed_in};

pub(crate) use error::ui_error;
pub(crate) use form::{Redirect, decoded, form_or_error_page, in_process, post};
pub(crate) use function::{functions, page_request};
pub(crate) use kept::keep_input;
pub(crate) use page::{Page, Section, render};
pub(crate) use page_request::{PageRequest, guard, load_page_request};
pub(crate) use path::local_path;
pub(crate) use preference::{choice, keep_preference, preference};
pub(crate) use session::Flash;
pub(crate) use typed::{between_commas, entries, number};
