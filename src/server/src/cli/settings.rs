//! Settings as a command needs them: read when asked for, so that `init` works where `serve` would not.

use std::sync::Arc;

use control::{Cx, installation::OpeningError};
use domain::Actor;
use keyring::RootKey;

use super::error::CliError;
use crate::{
    config::{
        ClientConfig, Config, ConfigError, Environment, Flags, Resolved, data_dir, resolve, root_key_source,
        unknown_variables,
    },
    file_modes::{Paths, effective_uid},
    sources::{SystemClock, SystemRandom},
    wire::{self, Sources, Urls},
};

/// The command line and the environment, not yet judged.
pub(super) struct Settings<'a> {
    flags: Flags,
    environment: &'a Environment,
}

impl<'a> Settings<'a> {
    /// From what was typed.
    pub(super) fn new(flags: Flags, environment: &'a Environment) -> Self {
        Self { flags, environment }
    }

    /// Every setting with its origin.
    pub(super) fn resolved(&self) -> Result<Resolved, CliError> {
        resolve(&self.flags, &|name| self.environment.get(name)).map_err(|error| CliError::usage(error.to_string()))
    }

    /// Every setting as its type.
    pub(super) fn config(&self) -> Result<Config, CliError> {
        Config::from_resolved(&self.resolved()?).map_err(|error| match error {
            // Not what was typed but what was chosen is wrong: as with a root key that is none.
            ConfigError::Weak { .. } => CliError::failure(error.to_string()),
            _ => CliError::usage(error.to_string()),
        })
    }

    /// A sentence for each variable that looks like a setting and is none.
    pub(super) fn unknown_variables(&self) -> Vec<String> {
        unknown_variables(self.environment.names())
    }

    /// The environment itself.
    pub(super) fn environment(&self) -> &Environment {
        self.environment
    }

    /// The root key.
    pub(super) fn root_key(&self) -> Result<RootKey, CliError> {
        let source = root_key_source(&self.resolved()?).map_err(|error| CliError::failure(error.to_string()))?;
        keyring::load_root_key(&source).map_err(|error| CliError::failure(error.to_string()))
    }

    /// The files that a start depends on.
    pub(super) fn paths(&self) -> Result<Paths, CliError> {
        let found = self.resolved()?;
        let root_key = match root_key_source(&found) {
            Ok(keyring::RootKeySource::File(path)) => Some(path),
            _ => None,
        };
        Ok(Paths { data_dir: data_dir(&found), root_key, settings: found.file().to_owned() })
    }

    /// Where a running server is and who calls it.
    pub(super) fn client(&self) -> Result<ClientConfig, CliError> {
        ClientConfig::from_environment(&|name| self.environment.get(name))
            .map_err(|error| CliError::usage(error.to_string()))
    }

    /// The control plane over the database of this machine, acting as whoever runs the command.
    pub(super) async fn local_cx(&self) -> Result<Cx, CliError> {
        let config = self.config()?;
        let root = self.root_key()?;
        let sources = sources();
        let opened = wire::open_unchanged(&config, &root).await.map_err(|error| match error {
            OpeningError::Schema(_) => CliError::conflict(error.to_string()),
            _ => CliError::failure(error.to_string()),
        })?;
        let (gateway, admin) = config.listen().addresses();
        let control = wire::control(&config, &opened, &sources, Urls::new(&config, gateway, admin))
            .map_err(|error| CliError::failure(error.to_string()))?;
        Ok(control.cx(Actor::Local { uid: effective_uid() }, None))
    }
}

/// The real ones.
pub(super) fn sources() -> Sources {
    Sources { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
}
