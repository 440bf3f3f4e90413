//! Arguments of `keywright logs`.

use clap::{Args, Subcommand};

/// Request rows.
#[derive(Subcommand)]
pub enum LogsCommand {
    /// List requests, newest first
    List(ListArgs),
    /// Show a request with its tries and all counts of its answer
    Show {
        /// `req_…`
        id: String,
    },
}

/// Which requests. All filters hold together.
#[derive(Args)]
pub struct ListArgs {
    /// Id of a key
    #[arg(long, value_name = "ID")]
    pub key: Option<String>,
    /// The model asked for, exactly
    #[arg(long)]
    pub model: Option<String>,
    /// An upstream's name, exactly
    #[arg(long, value_name = "NAME")]
    pub upstream: Option<String>,
    /// A status such as 429, or a class such as 4xx
    #[arg(long)]
    pub status: Option<String>,
    /// Id of a request
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
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
