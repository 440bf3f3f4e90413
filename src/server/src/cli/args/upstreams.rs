//! Arguments of `keywright upstreams`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Upstreams.
#[derive(Subcommand)]
pub enum UpstreamsCommand {
    /// Add an upstream; its secret is asked for unless it comes from a file or standard input
    Create(CreateArgs),
    /// List upstreams, newest first
    List(ListArgs),
    /// Show an upstream, never its secret
    Show {
        /// `up_…`
        id: String,
    },
    /// Try an upstream out with its stored secret; exit code 1 if a step fails
    Test {
        /// `up_…`
        id: String,
    },
    /// Replace an upstream's secret; the next request uses the new one
    SetSecret {
        /// `up_…`
        id: String,
        /// Where the new one comes from
        #[command(flatten)]
        secret: SecretArgs,
    },
    /// Let an upstream take the requests of keys that name no upstream
    SetDefault {
        /// `up_…`
        id: String,
    },
    /// Remove an upstream and every version of its secret
    Delete {
        /// `up_…`
        id: String,
    },
}

/// A new upstream.
#[derive(Args)]
pub struct CreateArgs {
    /// `openai`, `openrouter`, `openai_compatible` or `echo`
    #[arg(long)]
    pub provider: String,
    /// For people, unique [default: the provider's name]
    #[arg(long)]
    pub name: Option<String>,
    /// Where it is; usually ends in /v1 [default: the provider's own]
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Take the requests of keys that name no upstream
    #[arg(long)]
    pub default: bool,
    /// Where its secret comes from
    #[command(flatten)]
    pub secret: SecretArgs,
}

/// Where a secret comes from. Never from a flag's value: other users of the machine could read it.
#[derive(Args)]
pub struct SecretArgs {
    /// Read the provider's API key from standard input
    #[arg(long, conflicts_with = "secret_file")]
    pub secret_stdin: bool,
    /// Read the provider's API key from a file
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
}

/// Which upstreams.
#[derive(Args)]
pub struct ListArgs {
    /// One page only, from 1 [default: every page]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub page: Option<i64>,
    /// One page only, of so many rows, 1 to 100 [default: every page]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub page_size: Option<i64>,
    /// Where the page begins, as the page before named it
    #[arg(long, value_name = "CURSOR", conflicts_with = "page")]
    pub cursor: Option<String>,
}
