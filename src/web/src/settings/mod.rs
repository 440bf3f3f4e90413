//! Settings pages: what runs the installation itself.

mod jobs;
mod run_job;

#[cfg(feature = "ssr")]
pub(crate) use jobs::{jobs_page, run, settings};
