//! Store tests: every public function, on both engines.
#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking, its helpers too

mod audit;
mod builders;
mod changes;
mod compatibility;
mod credentials;
mod figures;
mod installation;
mod jobs;
mod key_list_plans;
mod key_lists;
mod keys;
mod leases;
mod models;
mod opening;
mod outbox;
mod requests;
mod requests_by_filter;
mod schema;
mod send;
mod sessions;
mod transactions;
mod upgrade;
mod upstreams;
mod users;
mod visible;
