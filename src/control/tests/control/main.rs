//! Audit log, background jobs and outbox through the control plane, on both engines.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)] // a test fails by panicking, its helpers too

mod audit;
mod fixture;
mod jobs;
mod outbox;
mod verify;
