//! `keywright config show`: what holds, and where it comes from.

use clap::Subcommand;

use super::{error::CliError, output::Output, settings::Settings};
use crate::config::SETTINGS;

/// Settings.
#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Every setting with its value; secrets stay hidden
    Show {
        /// Also say where each value comes from
        #[arg(long)]
        origin: bool,
    },
}

/// Prints every setting.
pub(super) fn run(command: &ConfigCommand, settings: &Settings<'_>, out: &Output) -> Result<(), CliError> {
    let ConfigCommand::Show { origin } = command;
    let found = settings.resolved()?;
    // A wrong value is worth an error here as much as at a start.
    settings.config()?;
    let rows = SETTINGS.iter().map(|setting| {
        let value = match found.get(setting.key) {
            None => String::new(),
            Some(_) if setting.secret => "***".to_owned(),
            Some(text) => text.to_owned(),
        };
        let mut row = vec![setting.key.to_owned(), value];
        if *origin {
            row.push(found.origin(setting.key).to_string());
        }
        row.push(setting.env.to_owned());
        row
    });
    let mut columns = vec!["setting", "value"];
    if *origin {
        columns.push("origin");
    }
    columns.push("environment");
    out.table(&columns, rows.collect());
    Ok(())
}
