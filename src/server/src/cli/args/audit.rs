//! Arguments of `keywright audit`.

use clap::{Args, Subcommand};

/// Audit records.
#[derive(Subcommand)]
pub enum AuditCommand {
    /// List audit records, newest first
    List(ListArgs),
    /// Verify every record and the end of the log; exit code 1 if it is not whole
    Verify,
}

/// Which records. All filters hold together.
#[derive(Args)]
pub struct ListArgs {
    /// Who acted: usr_…, admin_token, local:1000, system, anonymous
    #[arg(long)]
    pub actor: Option<String>,
    /// What was done, such as key.revoke
    #[arg(long)]
    pub act: Option<String>,
    /// Id of what it was done to
    #[arg(long, value_name = "ID")]
    pub target_id: Option<String>,
    /// Id of a project
    #[arg(long, value_name = "ID")]
    pub project_id: Option<String>,
    /// Not before this instant, such as 2026-11-21T09:00:00Z
    #[arg(long, value_name = "INSTANT")]
    pub since: Option<String>,
    /// Before this instant
    #[arg(long, value_name = "INSTANT")]
    pub until: Option<String>,
    /// Rows, 1 to 500 [default: 50]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub limit: Option<i64>,
    /// Where the page before ended
    #[arg(long)]
    pub cursor: Option<String>,
}
