//! `keywright doctor`: looks at everything a start needs, changes nothing, and names what to mend.

use std::{os::unix::fs::PermissionsExt as _, path::Path, process::ExitCode};

use keyring::Keyring;
use store::Inspection;

use super::{error::CliError, output::Output, settings::Settings};
use crate::{config::Config, wire};

struct Finding {
    what: &'static str,
    ok: bool,
    detail: String,
}

fn good(what: &'static str, detail: impl Into<String>) -> Finding {
    Finding { what, ok: true, detail: detail.into() }
}

fn bad(what: &'static str, detail: impl Into<String>) -> Finding {
    Finding { what, ok: false, detail: detail.into() }
}

/// Prints a line per finding; exit code 1 if anything is wrong.
pub(super) async fn run(settings: &Settings<'_>, out: &Output) -> Result<ExitCode, CliError> {
    let mut findings = Vec::new();
    match settings.config() {
        Err(error) => findings.push(bad("settings", error.to_string())),
        Ok(config) => {
            findings.push(good("settings", "read and understood"));
            findings.push(directory(&config.data_dir));
            findings.extend(database(settings, &config).await);
            findings.extend(exposure(&config));
        }
    }
    let all_good = findings.iter().all(|finding| finding.ok);
    let rows = findings.into_iter().map(|finding| {
        vec![finding.what.to_owned(), if finding.ok { "ok" } else { "wrong" }.to_owned(), finding.detail]
    });
    out.table(&["check", "state", "detail"], rows.collect());
    Ok(if all_good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn directory(dir: &Path) -> Finding {
    let shown = dir.display();
    match std::fs::metadata(dir) {
        Err(error) => {
            bad("data directory", format!("{shown}: {error}; `keywright init --data-dir {shown}` creates it"))
        }
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            bad("data directory", format!("{shown} can be read by others; run: chmod 700 {shown}"))
        }
        Ok(_) => good("data directory", format!("{shown}, for its owner alone")),
    }
}

fn readable_by_others(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

async fn database(settings: &Settings<'_>, config: &Config) -> Vec<Finding> {
    let root = match settings.root_key() {
        Err(error) => return vec![bad("root key", error.to_string())],
        Ok(root) => root,
    };
    let mut findings = vec![good("root key", root.id())];
    findings.extend(settings.root_key_file().filter(|path| readable_by_others(path)).map(|path| {
        let shown = path.display();
        bad("root key file", format!("{shown} can be read by others; run: chmod 600 {shown}"))
    }));
    findings.push(match store::inspect(&wire::location(config)).await {
        Err(error) => bad("database", format!("cannot be opened: {error}")),
        Ok(Inspection::Empty) => good("database", "empty; the first start seeds it"),
        Ok(Inspection::Foreign) => bad("database", "holds tables but no keyring of Keywright; use an empty database"),
        Ok(Inspection::Seeded { installation, keyring }) => match Keyring::open(&root, &installation.id, &keyring) {
            Ok(_) => good("database", format!("installation {}, sealed under this root key", installation.id)),
            Err(error) => bad("database", error.to_string()),
        },
    });
    findings
}

/// Things that work but that an administrator would want to know.
fn exposure(config: &Config) -> Vec<Finding> {
    let (gateway, admin) = match config.listen {
        crate::config::Listen::Merged(address) => (address, address),
        crate::config::Listen::Apart { gateway, admin } => (gateway, admin),
    };
    let mut findings = vec![good("listeners", format!("gateway {gateway}, admin {admin}"))];
    let plain = config.admin_url.as_deref().is_none_or(|url| url.starts_with("http://"));
    if plain && !admin.ip().is_loopback() && !config.insecure_http {
        findings.push(bad(
            "admin over plain HTTP",
            "browsers off this machine could not keep a session; put TLS in front and set KEYWRIGHT_ADMIN_URL=https://…",
        ));
    }
    findings
}
