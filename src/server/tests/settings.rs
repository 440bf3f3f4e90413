//! Document test: `docs/configuration.md` and `.env.example` say what the declarations say.
//!
//! `KEYWRIGHT_TEST_WRITE_SETTINGS_PAGES=1 cargo nextest run -p server settings` writes both anew.

use std::{fmt::Write as _, fs, path::Path};

use server::config::{CLIENT_VARIABLES, SECTIONS, Setting};

const WRITE: &str = "KEYWRIGHT_TEST_WRITE_SETTINGS_PAGES";

const PAGE: &str = "\
# Configuration

Defaults < `keywright.toml` (in the data directory, or `--config FILE`) < environment < flag. `keywright config show --origin` lists what holds and
why, and `keywright config check` says whether every setting can be taken.

The file has a table per section:

```toml
[gateway]
listen = \"0.0.0.0:8080\"

[http]
trusted_proxies = [\"10.0.0.0/8\"]
```

The names without sections that files had before (`gateway_listen`, last column) stay valid. A name that is none is refused with the nearest one
that is; an unknown `KEYWRIGHT_…` variable is warned about at the start (those that Kubernetes sets for a service named `keywright` are not).

This page and `.env.example` are rendered from the declarations in `src/server/src/config`, a file per section, by `src/server/tests/settings.rs`.
";

const PAGE_END: &str = "
## The command line as a client

It calls a running server; with `--local` it works on the database of the machine itself. Only `serve` and `migrate` change a schema: every other
command refuses one that is not this version's (exit code 6), and a schema of a newer version is used as long as it says that this one may.

";

const POSTGRES: &str = "
## PostgreSQL

Off this machine, end `DATABASE_URL` with `?sslmode=verify-full` (and `&sslrootcert=FILE` for a CA of your own): with anything less, whoever is on
the way can read and change everything. Wherever the URL is silent, the driver reads variables by itself:
{variables}, and `~/.pgpass`. `keywright doctor` and the log at a start name both.

## Permissions

`serve` takes the permissions of other users from the data directory (0700) and from its files (0600), warns about a root key or settings file
elsewhere that others can read, such as a container's secret, and does not start with a data directory, root key or settings file that others can
write. See [the root key](root-key.md) and [troubleshooting](troubleshooting.md).

## Behind a proxy with TLS

Set `KEYWRIGHT_ADMIN_URL=https://keys.example.org` and `KEYWRIGHT_PUBLIC_URL=https://llm.example.org`: the session cookie becomes `__Host-keywright; Secure`, HSTS is sent, and snippets show the right host.
Name the proxy's network in `KEYWRIGHT_TRUSTED_PROXIES`, or every client has the proxy's address.
";

const EXAMPLE: &str = "\
# Keywright's settings. Copy this file to .env for `make run` and `make dev`, or hand it to systemd or to a container.
# Every line is commented out and shows the default, or an example where there is none.
# Order: defaults < keywright.toml (--config, else in the data directory) < environment < flags.
# `keywright config show --origin` says which value holds and where it came from.
# Rendered from src/server/src/config by src/server/tests/settings.rs.
";

const WIDTH: usize = 116;

fn page() -> String {
    let mut out = String::from(PAGE);
    for section in SECTIONS {
        write!(out, "\n## `[{}]` {}\n\n", section.name, section.title).unwrap();
        out.push_str("| setting | environment | value | default | what it does | without sections |\n|---|---|---|---|---|---|\n");
        for setting in section.settings {
            out.push_str(&row(setting));
        }
    }
    out.push_str(PAGE_END);
    for (name, help) in CLIENT_VARIABLES {
        writeln!(out, "- `{name}`: {help}").unwrap();
    }
    let variables: Vec<String> = store::POSTGRES_VARIABLES.iter().map(|name| format!("`{name}`")).collect();
    out.push_str(&POSTGRES.replace("{variables}", &variables.join(", ")));
    out
}

fn row(setting: &Setting) -> String {
    let default = match setting.default {
        Some("") => String::new(),
        Some(text) => format!("`{text}`"),
        None => setting.unset.to_owned(),
    };
    let name = if setting.in_file { format!("`{}`", setting.name()) } else { "not in the file".to_owned() };
    let flat = if setting.in_file { format!("`{}`", setting.flat) } else { String::new() };
    format!("| {name} | `{}` | {} | {default} | {} | {flat} |\n", setting.env, setting.kind, setting.help.trim())
}

fn example() -> String {
    let mut out = String::from(EXAMPLE);
    for section in SECTIONS {
        headline(&mut out, section.title);
        for setting in section.settings {
            comment(&mut out, setting.help.trim());
            if !setting.unset.is_empty() {
                comment(&mut out, &format!("Left out: {}.", setting.unset));
            }
            let value = if setting.example.is_empty() { setting.default.unwrap_or_default() } else { setting.example };
            writeln!(out, "#{}={value}", setting.env).unwrap();
        }
    }
    headline(&mut out, "The command line as a client of a running Keywright");
    for (name, help) in CLIENT_VARIABLES {
        comment(&mut out, help);
        writeln!(out, "#{name}=").unwrap();
    }
    out
}

fn headline(out: &mut String, title: &str) {
    writeln!(out, "\n# --- {title} {}", "-".repeat(WIDTH - 7 - title.len())).unwrap();
}

/// Help as comment lines, without the marks of Markdown.
fn comment(out: &mut String, text: &str) {
    let mut line = String::from("#");
    for word in text.replace('`', "").split_whitespace() {
        if line.len() + 1 + word.len() > WIDTH {
            writeln!(out, "{line}").unwrap();
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    writeln!(out, "{line}").unwrap();
}

#[test]
fn the_page_and_the_example_are_what_the_declarations_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (name, rendered) in [("docs/configuration.md", page()), (".env.example", example())] {
        let path = root.join(name);
        if std::env::var(WRITE).is_ok_and(|value| value == "1") {
            fs::write(&path, &rendered).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap();
        assert!(written == rendered, "{name} is not what the declarations say; set {WRITE}=1 to write it anew");
    }
}

/// The help of `serve`'s flags names the variable and the default that the declarations name.
#[test]
fn flags_say_what_the_declarations_say() {
    use clap::CommandFactory as _;
    let command = server::cli::args::Cli::command();
    let serve = command.find_subcommand("serve").unwrap();
    let mut checked = 0;
    for argument in serve.get_arguments() {
        let Some(setting) = server::config::settings().find(|one| {
            let flag = argument.get_id().as_str();
            flag == one.flat || flag == one.key
        }) else {
            continue;
        };
        let help = argument.get_help().unwrap().to_string();
        assert!(help.contains(&format!("[env: {}]", setting.env)), "{help}");
        if let Some(default) = setting.default {
            assert!(help.contains(&format!("[default: {default}]")), "{help}");
        }
        checked += 1;
    }
    assert_eq!(checked, 4);
}
