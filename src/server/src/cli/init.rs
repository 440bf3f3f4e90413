//! `keywright init`: the data directory and its root key, explicitly and once.

use std::{
    fs::{DirBuilder, Permissions, set_permissions},
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
};

use domain::Random as _;
use keyring::RootKey;

use super::{error::CliError, output::Output, settings::Settings};
use crate::{config, sources::SystemRandom};

/// Creates `DIR` (0700) and `DIR/root.key` (0600). An existing root key is never touched: losing it loses every secret.
pub(super) fn run(settings: &Settings<'_>, out: &Output) -> Result<(), CliError> {
    let found = settings.resolved()?;
    let dir = config::data_dir(&found);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&dir)
        // A directory that was there before may be open to everyone.
        .and_then(|()| set_permissions(&dir, Permissions::from_mode(0o700)))
        .map_err(|error| CliError::failure(format!("{} cannot be created: {error}", dir.display())))?;
    let path = dir.join("root.key");
    let mut bytes = zeroize::Zeroizing::new([0_u8; 32]);
    SystemRandom.fill(&mut *bytes);
    let root = RootKey::from_random(*bytes);
    keyring::write_root_key(&path, &root).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => CliError::conflict(format!(
            "{} exists already; it was not touched. Without it no stored secret can be opened, so move it away only if you mean it",
            path.display()
        )),
        _ => CliError::failure(format!("{} cannot be written: {error}", path.display())),
    })?;
    out.message(&format!("Created {} (key id {}).", path.display(), root.id()));
    out.message("Back it up now, apart from the database: without it no stored provider secret can be opened.");
    Ok(())
}
