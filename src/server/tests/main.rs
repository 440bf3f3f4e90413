//! Integration tests of the product over HTTP and as a process. One binary, a module per theme.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // tests, and what they share

mod admin;
mod admin_plane;
mod architecture;
mod audit;
mod canary;
mod fidelity;
mod first_request;
mod http_edge;
mod jobs;
mod ledger;
mod process;
mod refusals;
mod rings;
mod routes;
mod rows;
mod serving;
mod settings;
mod startup;
mod streaming;
mod upgrade;
mod words;
