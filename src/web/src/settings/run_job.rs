//! Run-now action of a background job.

use contract::jobs::StartedRun;
use leptos::prelude::*;

use crate::error::UiError;

/// Asks for a run of the job; a node begins it within a second or two.
#[server(prefix = "/_fn", endpoint = "jobs/run")]
pub async fn run_job(name: String) -> Result<StartedRun, UiError> {
    let page_request = crate::handling::page_request()?;
    control::jobs::start(&page_request.cx, &name).await.map_err(crate::handling::ui_error)
}
