//! What is asked for: bodies, queries and ids, each refused with a sentence that names the fix.

mod complaint;
mod id;
mod json;
mod query;
mod shape;

pub(crate) use id::Id;
pub(crate) use json::{Json, Nothing, OptionalJson};
pub(crate) use query::{NoQuery, Query};
