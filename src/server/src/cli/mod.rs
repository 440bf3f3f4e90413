//! The command line: what it understands and where each command goes.

pub mod args;
mod backend;
mod config;
mod doctor;
mod error;
mod init;
pub mod keys;
pub mod logs;
mod migrate;
mod output;
mod serve;
mod settings;
#[cfg(test)]
mod tests;
pub mod upstreams;
mod users;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use backend::Backend;
use error::CliError;
use output::Output;
use settings::Settings;

/// Runs the command that the arguments name.
pub fn main(arguments: Vec<String>, environment: &dyn Fn(&str) -> Option<String>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return output::usage(&error),
    };
    let out = Output::new(cli.json, environment("NO_COLOR").is_some());
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

async fn run(cli: Cli, environment: &dyn Fn(&str) -> Option<String>, out: &Output) -> Result<ExitCode, CliError> {
    crate::telemetry::forbid_core_dumps();
    let settings = Settings::new(&cli, environment);
    match cli.command {
        Command::Init => init::run(&settings, out)?,
        Command::Serve(_) => serve::run(&settings, out).await?,
        Command::Keys { local, command } => keys::run(command, &backend(local, &settings).await?, out).await?,
        Command::Upstreams { local, command } => {
            upstreams::run(command, &backend(local, &settings).await?, out).await?;
        }
        Command::Logs { local, command } => logs::run(command, &backend(local, &settings).await?, out).await?,
        Command::Users { local, command } => users::run(command, local, &settings, out).await?,
        Command::Doctor => return doctor::run(&settings, out).await,
        Command::Migrate => migrate::run(&settings, out).await?,
        Command::Config { command } => config::run(&command, &settings, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn backend(local: bool, settings: &Settings<'_>) -> Result<Backend, CliError> {
    if local { Ok(Backend::Local(settings.local_cx().await?)) } else { Backend::remote(settings.client()?) }
}
