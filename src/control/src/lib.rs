//! Control plane (service layer): a folder per noun, a file per verb.
//!
//! Every entry point (REST, web, CLI) calls these functions, so a rule exists once. Each verb reads the same way: allow
//! → rule → begin → write → audit in the same transaction → commit → view.

pub mod audit;
mod cx;
mod error;
pub mod events;
pub mod installation;
pub mod jobs;
pub mod keys;
pub mod logs;
pub mod models;
pub mod navigation;
pub mod overview;
mod perform;
pub mod providers;
mod refusals;
pub mod upstreams;
pub mod users;

pub use cx::{Control, Cx, Parts, Settings};
pub use error::{Error, Result};
pub use perform::{Perform, admit, perform};
