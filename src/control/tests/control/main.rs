//! Control plane tests: audit log, background jobs and outbox, on both engines.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)] // a test fails by panicking, its helpers too

mod audit;
mod fixture;
mod jobs;
mod outbox;
mod preferences;
mod verify;
