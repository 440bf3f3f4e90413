//! `[logging]`: what the process says of itself.

use super::{
    read::{self, LogFormat},
    section::{named, section},
};

section! {
    /// What the process says of itself.
    Logging, "logging", "The log" {
        /// `error`, `warn`, `info`, `debug` or `trace`, or per crate: `info,gateway=debug`.
        filter: String = read::text, named("log", "KEYWRIGHT_LOG").default("info,sqlx=warn");
        /// `text`, or `json` for machines.
        format: LogFormat = read::log_format, named("log_format", "KEYWRIGHT_LOG_FORMAT").default("text");
    }
}
