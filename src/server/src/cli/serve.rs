//! `keywright serve`: until a signal says stop.

use secrecy::ExposeSecret as _;
use tokio::signal::unix::{SignalKind, signal};

use super::{
    error::CliError,
    output::Output,
    settings::{Settings, sources},
};
use crate::{config::Config, running, telemetry, wire::Urls};

/// Starts both planes and ends with exit code 0 after SIGTERM or SIGINT.
pub(super) async fn run(settings: &Settings<'_>, out: &Output) -> Result<(), CliError> {
    let config = settings.config()?;
    telemetry::start(&config.log, config.log_json).map_err(|error| CliError::usage(error.to_string()))?;
    let root = settings.root_key()?;
    let sources = sources();
    let running =
        running::start(&config, &root, &sources).await.map_err(|error| CliError::failure(format!("{error:#}")))?;
    drop(root);
    announce(&config, &running, out).await?;
    wait_for_signal().await?;
    tracing::info!("stopping: no new requests, those under way may finish");
    running.stop().await;
    tracing::info!("stopped");
    Ok(())
}

async fn announce(config: &Config, running: &running::Running, out: &Output) -> Result<(), CliError> {
    let urls = Urls::new(config, running.gateway, running.admin);
    let cx = running.house.control.cx(domain::Actor::System, None);
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

async fn wait_for_signal() -> Result<(), CliError> {
    let trouble = |error: std::io::Error| CliError::failure(format!("signals cannot be watched: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(trouble)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(trouble)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
