//! Job `audit_head`: logs the audit head each hour: a copy of where the chain ends out of reach of an attacker who
//! writes to the database.

use domain::Schedule;

use super::{Job, Progress};
use crate::{Cx, Error, Result, audit};

/// See the module.
pub(super) struct AuditHead;

impl Job for AuditHead {
    const NAME: &'static str = "audit_head";
    const DESCRIPTION: &'static str = "Writes to the log where the audit log ends, so that a cut end shows.";
    const SCHEDULE: Schedule = Schedule::hours(1);

    async fn run(&self, cx: &Cx, _: &mut Progress) -> Result<String> {
        match audit::head(cx.control()).await? {
            Some(head) if head.holds => {
                tracing::info!(seq = head.seq, link = head.link, "audit head");
                Ok(format!("the audit log ends at {}", head.seq))
            }
            Some(head) => {
                tracing::error!(seq = head.seq, "the audit log's head is not as it was written");
                Err(damaged())
            }
            None => {
                tracing::error!("the audit log's head was removed");
                Err(damaged())
            }
        }
    }
}

fn damaged() -> Error {
    Error::conflict("audit_head_damaged", "the audit log's head was changed; keywright audit verify says more")
}
