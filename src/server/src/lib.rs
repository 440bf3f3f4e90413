//! Server binary: settings, assembly, listeners, command line. No business rules and no SQL.

pub mod cli;
pub mod config;
mod exposure;
pub mod file_modes;
pub mod http;
mod provider_files;
pub mod running;
pub mod sources;
pub mod telemetry;
pub mod wire;

mod background;
mod session_store;
