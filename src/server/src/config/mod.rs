//! Settings: defaults < `keywright.toml` < environment < flag, turned into types in one pass.
//!
//! This room alone reads the environment. Every other room gets a small struct of its own.

mod client;
mod resolve;
mod root_key;
mod table;
mod typed;

pub use client::ClientConfig;
pub use resolve::{Flags, Origin, Resolved, resolve};
pub use root_key::root_key_source;
pub use table::{SETTINGS, Setting};
pub use typed::{Config, Listen, data_dir};

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
    /// The file cannot be read.
    #[error("{path}: {message}")]
    File {
        /// Its path.
        path: String,
        /// What is wrong and how to mend it.
        message: String,
    },
}
