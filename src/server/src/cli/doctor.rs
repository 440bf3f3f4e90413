//! `keywright doctor`: looks at everything a start needs, changes nothing, and names what to mend.

use std::{path::Path, process::ExitCode};

use keyring::Keyring;
use store::{Inspection, Schema};

use super::{error::CliError, output::Output, settings::Settings};
use crate::{config::Config, exposure, file_modes, wire};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ok,
    /// It works, but perhaps not as it was meant.
    Warning,
    Wrong,
}

struct Finding {
    what: &'static str,
    state: State,
    detail: String,
}

fn good(what: &'static str, detail: impl Into<String>) -> Finding {
    Finding { what, state: State::Ok, detail: detail.into() }
}

fn warning(what: &'static str, detail: impl Into<String>) -> Finding {
    Finding { what, state: State::Warning, detail: detail.into() }
}

fn bad(what: &'static str, detail: impl Into<String>) -> Finding {
    Finding { what, state: State::Wrong, detail: detail.into() }
}

/// Prints a line per finding; exit code 1 if anything is wrong. A warning is not.
pub(super) async fn run(settings: &Settings<'_>, out: &Output) -> Result<ExitCode, CliError> {
    let mut findings = Vec::new();
    match settings.config() {
        Err(error) => findings.push(bad("settings", error.to_string())),
        Ok(config) => {
            findings.push(good("settings", "read and understood"));
            findings.extend(settings.unknown_variables().into_iter().map(|said| warning("environment", said)));
            findings.push(directory(&config.server.data_dir));
            findings.extend(files(settings)?);
            findings.extend(database(settings, &config).await);
            findings.extend(
                exposure::postgres(&config, settings.environment()).into_iter().map(|s| warning("postgresql", s)),
            );
            findings.extend(listeners(&config));
        }
    }
    let wrong = findings.iter().any(|finding| finding.state == State::Wrong);
    let rows = findings.into_iter().map(|finding| {
        let state = match finding.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Wrong => "wrong",
        };
        vec![finding.what.to_owned(), state.to_owned(), finding.detail]
    });
    out.table(&["check", "state", "detail"], rows.collect());
    Ok(if wrong { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn directory(dir: &Path) -> Finding {
    let shown = dir.display();
    match std::fs::metadata(dir) {
        Err(error) => {
            bad("data directory", format!("{shown}: {error}; `keywright init --data-dir {shown}` creates it"))
        }
        Ok(_) => good("data directory", shown.to_string()),
    }
}

/// The same judgement as at a start, which would narrow what is ours.
fn files(settings: &Settings<'_>) -> Result<Vec<Finding>, CliError> {
    let paths = settings.paths()?;
    let mut findings: Vec<Finding> =
        file_modes::readable_by_others(&paths).iter().map(|file| bad("permissions", file.to_string())).collect();
    if let Err(error) = file_modes::check_unchangeable(&paths) {
        findings.push(bad("permissions", error.to_string()));
    }
    Ok(if findings.is_empty() { vec![good("permissions", "for their owner alone")] } else { findings })
}

async fn database(settings: &Settings<'_>, config: &Config) -> Vec<Finding> {
    let root = match settings.root_key() {
        Err(error) => return vec![bad("root key", error.to_string())],
        Ok(root) => root,
    };
    let mut findings = vec![good("root key", root.id())];
    let location = wire::location(config);
    findings.push(match store::inspect(&location).await {
        Err(error) => return vec![bad("database", format!("cannot be opened: {error}"))],
        Ok(Inspection::Empty) => good("database", "empty; the first start seeds it"),
        Ok(Inspection::Foreign) => bad("database", "holds tables but no keyring of Keywright; use an empty database"),
        Ok(Inspection::Seeded { installation, keyring }) => match Keyring::open(&root, &installation.id, &keyring) {
            Ok(_) => good("database", format!("installation {}, sealed under this root key", installation.id)),
            Err(error) => bad("database", error.to_string()),
        },
    });
    findings.push(match store::schema(&location).await {
        Err(error) => bad("schema", format!("cannot be read: {error}")),
        Ok(Schema::Current) => good("schema", "this version's"),
        Ok(Schema::Newer) => good("schema", "a newer version's, which this one may use"),
        Ok(Schema::Absent) => good("schema", "none yet; the first start makes it"),
        Ok(Schema::Older) => {
            warning("schema", "an older version's; `keywright serve` or `keywright migrate` brings it up to date")
        }
        Ok(other) => bad("schema", other.usable().err().map(|error| error.to_string()).unwrap_or_default()),
    });
    findings
}

/// Where the planes listen, and whether browsers could keep a session there.
fn listeners(config: &Config) -> Vec<Finding> {
    let (gateway, admin) = config.listen().addresses();
    let mut findings = vec![good("listeners", format!("gateway {gateway}, admin {admin}"))];
    let plain = config.admin.url.as_deref().is_none_or(|url| url.starts_with("http://"));
    if plain && !admin.ip().is_loopback() && !config.admin.insecure_http {
        findings.push(bad(
            "admin over plain HTTP",
            "browsers off this machine could not keep a session; put TLS in front and set KEYWRIGHT_ADMIN_URL=https://…",
        ));
    }
    findings
}
