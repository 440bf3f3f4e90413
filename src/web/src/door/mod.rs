//! From a request to an actor, from a form to a call, from a page to an answer.

mod error;
mod form;
mod function;
mod page;
mod path;
mod session;
mod visit;

pub use session::{SESSION_USER, sign_in, sign_out, signed_in};

pub(crate) use error::told;
pub(crate) use form::{Moved, again_or_trouble, decoded, in_process, post};
pub(crate) use function::{functions, visit};
pub(crate) use page::{Page, Section, render};
pub(crate) use path::local_path;
pub(crate) use session::Flash;
pub(crate) use visit::{Visit, arrive, guard};
