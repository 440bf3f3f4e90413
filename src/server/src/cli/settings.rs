//! Settings as a command needs them: read when asked for, so that `init` works where `serve` would not.

use std::{net::SocketAddr, os::unix::fs::MetadataExt as _, sync::Arc};

use control::Cx;
use domain::Actor;
use keyring::RootKey;

use super::{
    args::{Cli, Command},
    error::CliError,
};
use crate::{
    config::{ClientConfig, Config, Flags, Listen, Resolved, resolve, root_key_source},
    sources::{SystemClock, SystemRandom},
    wire::{self, Sources, Urls},
};

/// The command line and the environment, not yet judged.
pub(super) struct Settings<'a> {
    flags: Flags,
    environment: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Settings<'a> {
    /// From what was typed.
    pub(super) fn new(cli: &Cli, environment: &'a dyn Fn(&str) -> Option<String>) -> Self {
        let mut values = Vec::new();
        if let Some(dir) = &cli.data_dir {
            values.push(("data_dir", dir.display().to_string()));
        }
        if let Command::Serve(args) = &cli.command {
            let given = [
                ("gateway_listen", &args.gateway_listen),
                ("admin_listen", &args.admin_listen),
                ("public_url", &args.public_url),
                ("admin_url", &args.admin_url),
            ];
            values.extend(given.into_iter().filter_map(|(key, value)| value.clone().map(|value| (key, value))));
        }
        Self { flags: Flags { config: cli.config.clone(), values }, environment }
    }

    /// Every setting with its origin.
    pub(super) fn resolved(&self) -> Result<Resolved, CliError> {
        resolve(&self.flags, self.environment).map_err(|error| CliError::usage(error.to_string()))
    }

    /// Every setting as its type.
    pub(super) fn config(&self) -> Result<Config, CliError> {
        Config::from_resolved(&self.resolved()?).map_err(|error| CliError::usage(error.to_string()))
    }

    /// The root key.
    pub(super) fn root_key(&self) -> Result<RootKey, CliError> {
        let source = root_key_source(&self.resolved()?).map_err(|error| CliError::failure(error.to_string()))?;
        keyring::load_root_key(&source).map_err(|error| CliError::failure(error.to_string()))
    }

    /// The file that the root key is read from, if it is one.
    pub(super) fn root_key_file(&self) -> Option<std::path::PathBuf> {
        match root_key_source(&self.resolved().ok()?).ok()? {
            keyring::RootKeySource::File(path) => Some(path),
            keyring::RootKeySource::Text(_) => None,
        }
    }

    /// Where a running server is and who calls it.
    pub(super) fn client(&self) -> Result<ClientConfig, CliError> {
        ClientConfig::from_environment(self.environment).map_err(|error| CliError::usage(error.to_string()))
    }

    /// The control plane over the database of this machine, acting as whoever runs the command.
    pub(super) async fn local_cx(&self) -> Result<Cx, CliError> {
        let config = self.config()?;
        let root = self.root_key()?;
        let sources = sources();
        let opened =
            wire::open(&config, &root, &sources).await.map_err(|error| CliError::failure(error.to_string()))?;
        let (gateway, admin) = addresses(&config);
        let control = wire::control(&config, &opened, &sources, Urls::new(&config, gateway, admin))
            .map_err(|error| CliError::failure(error.to_string()))?;
        Ok(control.cx(Actor::Local { uid: uid() }, None))
    }
}

/// The real ones.
pub(super) fn sources() -> Sources {
    Sources { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
}

fn addresses(config: &Config) -> (SocketAddr, SocketAddr) {
    match config.listen {
        Listen::Merged(address) => (address, address),
        Listen::Apart { gateway, admin } => (gateway, admin),
    }
}

/// Who runs this process, for the audit log; without `unsafe`, so through /proc.
fn uid() -> u32 {
    std::fs::metadata("/proc/self").map_or(u32::MAX, |metadata| metadata.uid())
}
