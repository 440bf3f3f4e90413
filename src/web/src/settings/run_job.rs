//! Starting a background job by hand.

use contract::jobs::StartedRun;
use leptos::prelude::*;

use crate::error::UiError;

/// Asks for a run of the job; a node begins it within a second or two.
#[server(prefix = "/_fn", endpoint = "jobs/run")]
pub async fn run_job(name: String) -> Result<StartedRun, UiError> {
    let visit = crate::door::visit()?;
    control::jobs::start(&visit.cx, &name).await.map_err(crate::door::told)
}
