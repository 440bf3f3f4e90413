//! The command line: what it understands and where each command goes.

pub mod args;
pub mod audit;
mod backend;
mod config;
mod doctor;
mod error;
mod init;
pub mod jobs;
pub mod keys;
#[cfg(test)]
mod lines_tests;
pub mod logs;
mod migrate;
pub mod models;
mod output;
mod pages;
mod serve;
mod settings;
#[cfg(test)]
mod tests;
pub mod upstreams;
mod users;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command, ProvidersCommand};
use backend::Backend;
use error::CliError;
use output::Output;
use settings::Settings;

use crate::config::{Environment, Flags};

/// Runs the command that the arguments name.
pub fn main(arguments: Vec<String>, environment: &Environment) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return output::usage(&error),
    };
    let out = Output::new(cli.json, environment.has("NO_COLOR"));
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return out.fail(&CliError::failure(format!("the runtime cannot start: {error}"))),
    };
    match runtime.block_on(run(cli, environment, &out)) {
        // Data that did not reach its reader is a failure, whatever the command itself has done.
        Ok(code) => out.finish().map_or_else(|error| out.fail(&error), |()| code),
        Err(error) => out.fail(&error),
    }
}

async fn run(cli: Cli, environment: &Environment, out: &Output) -> Result<ExitCode, CliError> {
    crate::telemetry::forbid_core_dumps();
    let settings = Settings::new(flags(&cli), environment);
    match cli.command {
        Command::Init => init::run(&settings, out)?,
        Command::Serve(_) => serve::run(&settings, out).await?,
        Command::Keys { local, command } => keys::run(command, &backend(local, &settings).await?, out).await?,
        Command::Upstreams { local, command } => {
            upstreams::run(command, &backend(local, &settings).await?, out).await?;
        }
        Command::Models { local, command } => models::run(command, &backend(local, &settings).await?, out).await?,
        Command::Providers { local, command } => {
            let ProvidersCommand::List = command;
            models::providers(&backend(local, &settings).await?, out).await?;
        }
        Command::Logs { local, command } => logs::run(command, &backend(local, &settings).await?, out).await?,
        Command::Audit { local, command } => audit::run(command, &backend(local, &settings).await?, out).await?,
        Command::Jobs { local, command } => jobs::run(command, &backend(local, &settings).await?, out).await?,
        Command::Users { local, command } => users::run(command, local, &settings, out).await?,
        Command::Doctor => return doctor::run(&settings, out).await,
        Command::Migrate => migrate::run(&settings, out).await?,
        Command::Config { command } => config::run(&command, &settings, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The settings among the arguments.
fn flags(cli: &Cli) -> Flags {
    let mut values = Vec::new();
    if let Some(dir) = &cli.data_dir {
        values.push(("server.data_dir", dir.display().to_string()));
    }
    if let Command::Serve(args) = &cli.command {
        let given = [
            ("gateway.listen", &args.gateway_listen),
            ("admin.listen", &args.admin_listen),
            ("gateway.public_url", &args.public_url),
            ("admin.url", &args.admin_url),
        ];
        values.extend(given.into_iter().filter_map(|(key, value)| value.clone().map(|value| (key, value))));
    }
    Flags { config: cli.config.clone(), values }
}

async fn backend(local: bool, settings: &Settings<'_>) -> Result<Backend, CliError> {
    if local { Ok(Backend::Local(settings.local_cx().await?)) } else { Backend::remote(settings.client()?) }
}
