//! Benchmark library: what the programs of the benchmark share.

use std::{fmt::Display, io::Write as _, process::ExitCode};

/// A line on standard error; data goes to standard output.
pub fn say(text: impl Display) {
    // There is nowhere to report it when standard error is closed.
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// The end of a program: an error is printed with all its causes.
#[must_use]
pub fn exit(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
