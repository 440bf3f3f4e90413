//! Virtual keys: verbs on what is issued to people and programs.

mod activity;
mod create;
mod list;
mod revoke;
mod show;
mod switch;

pub use activity::{activity, first_request};
pub use create::{IssuedKey, create};
pub use list::list;
pub use revoke::revoke;
pub use show::show;
pub use switch::{disable, enable};
