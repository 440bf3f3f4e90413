//! The command line against the declared operations.

use std::collections::BTreeSet;

use clap::{Command, CommandFactory as _};

use super::args::Cli;

/// The words of every command that does something, below `command`.
fn leaves(command: &Command, words: &str, found: &mut BTreeSet<String>) {
    if command.get_subcommands().next().is_none() {
        found.insert(words.to_owned());
    }
    for inner in command.get_subcommands() {
        leaves(inner, format!("{words} {}", inner.get_name()).trim(), found);
    }
}

/// A page that shows a command line shows one that there is, and a command over an operation says so.
#[test]
fn operations_and_commands_name_each_other() {
    let mut commands = BTreeSet::new();
    leaves(&Cli::command(), "", &mut commands);
    let specs = contract::operations::specs();
    let declared: BTreeSet<String> =
        specs.iter().filter(|spec| !spec.cli.is_empty()).map(|spec| spec.cli.to_owned()).collect();
    let unknown: Vec<_> = declared.difference(&commands).collect();
    assert!(unknown.is_empty(), "declared, but not understood: {unknown:?}");
    // These work on the machine itself, not through an operation.
    let local =
        ["config check", "config show", "doctor", "init", "migrate", "serve", "users reset-password", "users unlock"];
    let silent: Vec<_> = commands.difference(&declared).filter(|words| !local.contains(&words.as_str())).collect();
    assert!(silent.is_empty(), "no operation names these words: {silent:?}");
}
