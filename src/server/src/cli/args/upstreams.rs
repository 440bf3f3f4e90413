//! Arguments of `keywright upstreams`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::keys::Rpm;

/// Upstreams.
#[derive(Subcommand)]
pub enum UpstreamsCommand {
    /// Add an upstream; its secret is asked for unless it comes from a file or standard input
    Create(Box<CreateArgs>),
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
    /// Change an upstream; what is left out stays. Another address asks for the secret again
    Update {
        /// `up_…`
        id: String,
        /// What changes
        #[command(flatten)]
        change: Box<UpdateArgs>,
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
    /// The id of a provider, such as `openai` or `anthropic`; `keywright providers list` shows them
    #[arg(long)]
    pub provider: String,
    /// For people, unique [default: the provider's name]
    #[arg(long)]
    pub name: Option<String>,
    /// Where it is; usually ends in /v1 [default: the provider's own]
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Take the requests of keys that name no upstream, in every dialect that it speaks
    #[arg(long)]
    pub default: bool,
    /// What it has of its own
    #[command(flatten)]
    pub own: OwnArgs,
    /// Where its secret comes from
    #[command(flatten)]
    pub secret: SecretArgs,
}

/// A change of an upstream.
#[derive(Args)]
pub struct UpdateArgs {
    /// For people, unique
    #[arg(long)]
    pub name: Option<String>,
    /// Where it is; another address needs the secret again
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Take the requests of keys that name no upstream, in every dialect that it speaks
    #[arg(long, conflicts_with_all = ["default_for", "not_default"])]
    pub default: bool,
    /// Take them in no dialect any more
    #[arg(long, conflicts_with = "default_for")]
    pub not_default: bool,
    /// A dialect in which to take them: openai, anthropic, gemini or azure; may be repeated
    #[arg(long, value_name = "DIALECT")]
    pub default_for: Vec<String>,
    /// What it has of its own
    #[command(flatten)]
    pub own: OwnArgs,
    /// Where a new secret comes from
    #[command(flatten)]
    pub secret: SecretArgs,
}

/// What an upstream has of its own; `none` takes away what was set.
#[derive(Args)]
pub struct OwnArgs {
    /// Header fields that every request to it carries, as a JSON object, or none
    #[arg(long, value_name = "JSON|none")]
    pub headers: Option<String>,
    /// Seconds to connect, or none
    #[arg(long, value_name = "N|none")]
    pub connect_timeout: Option<Rpm>,
    /// Seconds until an answer begins, or none
    #[arg(long, value_name = "N|none")]
    pub first_byte_timeout: Option<Rpm>,
    /// Seconds of silence within an answer, or none
    #[arg(long, value_name = "N|none")]
    pub idle_timeout: Option<Rpm>,
    /// Seconds for a whole answer, or none
    #[arg(long, value_name = "N|none")]
    pub total_timeout: Option<Rpm>,
    /// Sent as openai-organization, or none
    #[arg(long)]
    pub organization: Option<String>,
    /// Sent as openai-project, or none
    #[arg(long)]
    pub project: Option<String>,
    /// Certificates (PEM) that its own may be signed by, or none; @FILE reads a file
    #[arg(long, value_name = "PEM|@FILE|none")]
    pub ca_pem: Option<String>,
    /// Requests that may be open there at once, or none
    #[arg(long, value_name = "N|none")]
    pub max_open_requests: Option<Rpm>,
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
