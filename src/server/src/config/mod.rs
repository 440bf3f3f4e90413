//! Settings: defaults < `keywright.toml` < environment < flag, turned into types in one pass.
//!
//! One file per section, one declaration per setting. This module alone reads the environment; every other part gets a
//! small struct of its own.

mod admin;
mod client;
mod database;
mod encryption;
mod environment;
mod file;
mod gateway;
mod http;
mod keys;
mod ledger;
mod logging;
mod read;
mod resolve;
mod section;
mod server;
mod typed;
mod upstream;

pub use admin::Admin;
pub use client::{CLIENT_VARIABLES, ClientConfig};
pub use database::Database;
pub use encryption::{Encryption, root_key_source};
pub use environment::{Environment, unknown_variables};
pub use gateway::Gateway;
pub use http::Http;
pub use keys::Keys;
pub use ledger::Ledger;
pub use logging::Logging;
pub use read::LogFormat;
pub use resolve::{Flags, Origin, Resolved, resolve};
pub use section::{Section, Setting};
pub use server::Server;
pub use typed::{Config, Listen, SECTIONS, data_dir, find, settings};
pub use upstream::Upstream;

/// A setting that cannot be taken. `Display` names the setting, where it came from and the fix.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// One value is wrong.
    #[error("{key} ({origin}): {message}")]
    Value {
        /// The setting.
        key: String,
        /// Where the value came from.
        origin: String,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// A secret that can be guessed.
    #[error("{key} ({origin}): {message}")]
    Weak {
        /// The setting.
        key: String,
        /// Where the value came from.
        origin: String,
        /// What is wrong and how to mend it; never the value.
        message: String,
    },
    /// The file cannot be read.
    #[error("{path}: {message}")]
    File {
        /// Its path.
        path: String,
        /// What is wrong and how to mend it.
        message: String,
    },
}
