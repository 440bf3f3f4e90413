//! `keywright config`: which settings hold, where they come from, and whether they can be taken.

use super::{args::ConfigCommand, error::CliError, output::Output, settings::Settings};
use crate::config::settings as every_setting;

/// Runs the command.
pub(super) fn run(command: &ConfigCommand, settings: &Settings<'_>, out: &Output) -> Result<(), CliError> {
    for sentence in settings.unknown_variables() {
        out.message(&format!("warning: {sentence}"));
    }
    // A wrong value is worth an error here as much as at a start.
    settings.config()?;
    match command {
        ConfigCommand::Show { origin } => show(*origin, settings, out),
        ConfigCommand::Check => {
            out.message("Every setting can be taken.");
            Ok(())
        }
    }
}

fn show(origin: bool, settings: &Settings<'_>, out: &Output) -> Result<(), CliError> {
    let found = settings.resolved()?;
    let rows = every_setting().map(|setting| {
        let value = match found.get(setting.key) {
            None => String::new(),
            Some(_) if setting.secret => "***".to_owned(),
            Some(text) => text.to_owned(),
        };
        let mut row = vec![setting.key.to_owned(), value];
        if origin {
            row.push(found.origin(setting.key).to_string());
        }
        row.push(setting.env.to_owned());
        row
    });
    let mut columns = vec!["setting", "value"];
    if origin {
        columns.push("origin");
    }
    columns.push("environment");
    out.table(&columns, rows.collect());
    Ok(())
}
