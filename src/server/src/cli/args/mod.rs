//! Arguments of the command line (clap). Leaves: nothing here knows a setting or does any work.
#![allow(clippy::doc_markdown)] // these comments are the help that people read in a terminal

mod audit;
mod config;
mod jobs;
mod keys;
mod logs;
mod models;
mod upstreams;
mod users;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use audit::{AuditCommand, ListArgs as AuditListArgs};
pub use config::ConfigCommand;
pub use jobs::JobsCommand;
pub use keys::{CreateArgs as CreateKeyArgs, CreateForm, KeysCommand, Rpm};
pub use logs::LogsCommand;
pub use models::{ModelsCommand, ProvidersCommand, RestArgs};
pub use upstreams::{CreateArgs as CreateUpstreamArgs, OwnArgs, SecretArgs, UpdateArgs, UpstreamsCommand};
pub use users::UsersCommand;

/// API keys, an authenticated LLM gateway and an admin web app in one binary.
#[derive(Parser)]
#[command(
    name = "keywright",
    version,
    about = "API keys, an authenticated LLM gateway and an admin web app in one binary",
    arg_required_else_help = true
)]
pub struct Cli {
    /// Directory of the databases, the spool and the root key [env: KEYWRIGHT_DATA_DIR] [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Settings file [default: keywright.toml in the data directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Create the data directory and its root key; refuses to overwrite one
    Init,
    /// Run the gateway and the admin app
    Serve(ServeArgs),
    /// Virtual keys: what people and programs call the gateway with
    Keys {
        /// Work on the database of this machine instead of a running server
        #[arg(long, global = true)]
        local: bool,
        /// What to do
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Upstreams: where requests go, and the secrets used there
    Upstreams {
        /// Work on the database of this machine instead of a running server
        #[arg(long, global = true)]
        local: bool,
        /// What to do
        #[command(subcommand)]
        command: UpstreamsCommand,
    },
    /// Model routes: names that clients ask for, and the upstreams that may answer
    Models {
        /// Work on the database of this machine instead of a running server
        #[arg(long, global = true)]
        local: bool,
        /// What to do
        #[command(subcommand)]
        command: ModelsCommand,
    },
    /// Providers: what is known of a vendor before any upstream of it is added
    Providers {
        /// Work on the files of this machine instead of a running server
        #[arg(long, global = true)]
        local: bool,
        /// What to do
        #[command(subcommand)]
        command: ProvidersCommand,
    },
    /// Requests that passed
    Logs {
        /// Work on the database of this machine instead of a running server
        #[arg(long, global = true)]
        local: bool,
        /// What to do
        #[command(subcommand)]
        command: LogsCommand,
    },
    /// Who did what, and whether the log of it is whole
    Audit {
        /// Work on the database of this machine instead of a running server
        #[arg(long, global = true)]
        local: bool,
        /// What to do
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// What the server does by itself
    Jobs {
        /// Work on the database of this machine instead of a running server
        #[arg(long, global = true)]
        local: bool,
        /// What to do
        #[command(subcommand)]
        command: JobsCommand,
    },
    /// People who may sign in
    Users {
        /// Work on the database of this machine
        #[arg(long, global = true)]
        local: bool,
        /// What to do
        #[command(subcommand)]
        command: UsersCommand,
    },
    /// Check settings, root key, database and directories, and name what to mend
    Doctor,
    /// Bring the database to this version's schema
    Migrate,
    /// Settings and where they come from
    Config {
        /// What to do
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

/// Settings of `serve` that may be given as flags.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeArgs {
    /// Address that API clients call [env: KEYWRIGHT_GATEWAY_LISTEN] [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub gateway_listen: Option<String>,
    /// Address of the admin app and REST [env: KEYWRIGHT_ADMIN_LISTEN] [default: 127.0.0.1:8081]
    #[arg(long, value_name = "ADDRESS")]
    pub admin_listen: Option<String>,
    /// Where clients reach the gateway, for snippets [env: KEYWRIGHT_PUBLIC_URL]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Where browsers reach the admin app [env: KEYWRIGHT_ADMIN_URL]
    #[arg(long, value_name = "URL")]
    pub admin_url: Option<String>,
}
