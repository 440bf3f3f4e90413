//! Extractors: request bodies and query strings, each refused with a sentence that names the fix.

mod complaint;
mod json;
mod query;
mod shape;

pub(crate) use json::body;
pub(crate) use query::{no_query, query};
