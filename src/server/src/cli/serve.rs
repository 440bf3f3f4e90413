//! `keywright serve`: runs the product until a signal stops it.

use secrecy::ExposeSecret as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{
    error::CliError,
    output::Output,
    settings::{Settings, sources},
};
use crate::{
    config::{Config, LogFormat},
    exposure, file_modes, running, telemetry,
    wire::Urls,
};

/// Starts both planes and ends with exit code 0 after SIGTERM or SIGINT.
pub(super) async fn run(settings: &Settings<'_>, out: &Output) -> Result<(), CliError> {
    let config = settings.config()?;
    telemetry::start(&config.logging.filter, config.logging.format == LogFormat::Json)
        .map_err(|error| CliError::usage(error.to_string()))?;
    // From here on a signal means a good end, also one that comes while the parts are still being built.
    let mut stop = Stop::listen().map_err(|error| CliError::failure(format!("signals cannot be watched: {error}")))?;
    guard_files(settings)?;
    let root = settings.root_key()?;
    warn(settings, &config);
    let sources = sources();
    let running =
        running::start(&config, &root, &sources).await.map_err(|error| CliError::failure(error.to_string()))?;
    drop(root);
    announce(&config, &running, out).await?;
    stop.asked().await;
    tracing::info!("stopping: no new requests, those under way may finish");
    running.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// Refuses what others can change, narrows what is ours, and says what others can still read.
fn guard_files(settings: &Settings<'_>) -> Result<(), CliError> {
    let paths = settings.paths()?;
    file_modes::check_unchangeable(&paths).map_err(|error| CliError::failure(error.to_string()))?;
    file_modes::narrow(&paths.data_dir);
    for file in file_modes::readable_by_others(&paths) {
        tracing::warn!("{file}");
    }
    Ok(())
}

/// What works, but perhaps not as it was meant.
fn warn(settings: &Settings<'_>, config: &Config) {
    let database = exposure::postgres(config, settings.environment());
    for sentence in settings.unknown_variables().into_iter().chain(database) {
        tracing::warn!("{sentence}");
    }
}

async fn announce(config: &Config, running: &running::Running, out: &Output) -> Result<(), CliError> {
    let urls = Urls::new(config, running.gateway, running.admin);
    let cx = running.services.control.cx(domain::Actor::System, None);
    let token = control::users::setup_token(&cx).await.map_err(|error| CliError::failure(error.to_string()))?;
    out.line(&format!("Gateway  {}/v1", urls.gateway));
    out.line(&format!("Admin    {}", urls.admin));
    if let Some(token) = token {
        out.line("");
        out.line(&format!("Setup token  {}", token.expose_secret()));
        out.line(&format!("Open {}/setup and claim this installation with it.", urls.admin));
        out.line(&format!("It also lies in {} until then.", cx.settings().setup_token_path.display()));
    }
    Ok(())
}

/// SIGTERM and SIGINT.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
