//! Arguments of `keywright models` and `keywright providers`.

use std::str::FromStr;

use clap::{Args, Subcommand};
use contract::models::DeploymentInput;

use super::keys::Rpm;

/// Model routes.
#[derive(Subcommand)]
pub enum ModelsCommand {
    /// Add a model route
    Create(CreateArgs),
    /// List model routes, newest first
    List(ListArgs),
    /// Show a model route
    Show {
        /// `mdl_…`
        id: String,
    },
    /// Change a model route; what is left out stays
    Update {
        /// `mdl_…`
        id: String,
        /// What changes
        #[command(flatten)]
        change: ChangeArgs,
    },
    /// Call each deployment for its list of models; exit code 1 if none answers
    Test {
        /// `mdl_…`
        id: String,
    },
    /// Remove a model route
    Delete {
        /// `mdl_…`
        id: String,
    },
}

/// Providers.
#[derive(Subcommand)]
pub enum ProvidersCommand {
    /// List the providers that upstreams can have
    List,
}

/// A new route.
#[derive(Args)]
pub struct CreateArgs {
    /// The name that clients ask for
    #[arg(long)]
    pub name: String,
    /// The rest
    #[command(flatten)]
    pub rest: RestArgs,
}

/// A changed route.
#[derive(Args)]
pub struct ChangeArgs {
    /// The name that clients ask for
    #[arg(long)]
    pub name: Option<String>,
    /// The rest
    #[command(flatten)]
    pub rest: RestArgs,
}

/// What new and changed routes have in common.
#[derive(Args)]
pub struct RestArgs {
    /// Where it may go, in order: UPSTREAM=MODEL, or a JSON object with weight and priority; may be repeated
    #[arg(long = "deployment", value_name = "UPSTREAM=MODEL|JSON")]
    pub deployments: Vec<DeploymentArg>,
    /// ordered, weighted or least_latency [default: ordered]
    #[arg(long)]
    pub strategy: Option<String>,
    /// Free text
    #[arg(long)]
    pub description: Option<String>,
    /// Tries after the first one, 0 to 10 [default: 2]
    #[arg(long, value_name = "N")]
    pub retries: Option<u32>,
    /// Send what may have been processed to another deployment
    #[arg(long)]
    pub retry_sent: bool,
    /// Seconds that a deployment rests after it failed, 1 to 3600 [default: 30]
    #[arg(long, value_name = "N")]
    pub rest_seconds: Option<u32>,
    /// Seconds until an answer begins, or none for what the upstream has
    #[arg(long, value_name = "N|none")]
    pub timeout: Option<Rpm>,
}

/// Which routes.
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

/// A deployment as it is typed.
#[derive(Clone, Debug)]
pub struct DeploymentArg(pub DeploymentInput);

impl FromStr for DeploymentArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim_start().starts_with('{') {
            return serde_json::from_str(text).map(Self).map_err(|error| error.to_string());
        }
        // Names of models hold equals signs more often than those of upstreams.
        let (upstream, model) = text.split_once('=').ok_or("use UPSTREAM=MODEL, such as openai=gpt-5-mini")?;
        let (upstream, model) = (upstream.to_owned(), model.to_owned());
        Ok(Self(DeploymentInput { upstream, model, ..DeploymentInput::default() }))
    }
}
