//! Logging (tracing): what the process logs. Never a prompt, an answer, a key or a secret.

use std::{io::IsTerminal as _, panic};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Starts logging to standard error. A second call (tests) changes nothing.
pub fn start(filter: &str, json: bool) -> anyhow::Result<()> {
    let filter = filtering(filter)?;
    let registry = tracing_subscriber::registry().with(filter);
    let result = if json {
        registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init()
    } else {
        let layer = fmt::layer().with_target(false).with_ansi(std::io::stderr().is_terminal());
        registry.with(layer.with_writer(std::io::stderr)).try_init()
    };
    // Already started is as good as started.
    drop(result);
    panic::set_hook(Box::new(|info| {
        // The payload may hold anything that was being worked on, so only the place is logged.
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a part of the product panicked; the request it served has failed");
    }));
    Ok(())
}

/// The session layer warns of every cookie that names no session: whoever makes cookies up could fill the log. Only who
/// names that layer in the setting logs it.
fn filtering(filter: &str) -> anyhow::Result<EnvFilter> {
    let text = if filter.contains("tower_sessions") { filter } else { &format!("tower_sessions=error,{filter}") };
    EnvFilter::try_new(text)
        .map_err(|_| anyhow::anyhow!("log: use error, warn, info, debug or trace, or per crate such as gateway=debug"))
}

/// Every connection is a file, and a proxied one two: takes what the operating system allows and returns how many.
pub fn raise_file_limit() -> u64 {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => limit,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files could not be raised");
            1024
        }
    }
}

/// A core dump would hold every secret that is open right now.
pub fn forbid_core_dumps() {
    if let Err(error) = rlimit::setrlimit(rlimit::Resource::CORE, 0, 0) {
        tracing::warn!(%error, "core dumps could not be switched off");
    }
}
