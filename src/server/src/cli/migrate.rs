//! `keywright migrate`: the schema alone, for those who want it apart from a start.

use super::{
    error::CliError,
    output::Output,
    settings::{Settings, sources},
};
use crate::wire;

/// Checks the root key against the database, then migrates it.
pub(super) async fn run(settings: &Settings<'_>, out: &Output) -> Result<(), CliError> {
    let config = settings.config()?;
    let root = settings.root_key()?;
    let opened = wire::open(&config, &root, &sources()).await.map_err(|error| CliError::failure(error.to_string()))?;
    opened.store.close().await;
    out.message("The database has this version's schema.");
    Ok(())
}
