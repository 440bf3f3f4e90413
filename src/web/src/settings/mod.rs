//! Settings pages: what runs the installation itself.

#[cfg(feature = "ssr")]
mod job_words;
#[cfg(feature = "ssr")]
mod jobs;
mod run_job;
#[cfg(feature = "ssr")]
mod widgets;

#[cfg(feature = "ssr")]
pub(crate) use {
    jobs::{job_page, jobs_page, run},
    widgets::page as widgets,
};

/// The first page of the settings.
#[cfg(feature = "ssr")]
pub(crate) async fn settings(
    axum::Extension(page_request): axum::Extension<crate::handling::PageRequest>,
) -> axum::response::Response {
    crate::handling::Redirect::to("/settings/jobs").answer(&page_request).await
}
