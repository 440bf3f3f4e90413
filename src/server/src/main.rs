//! The binary: hands the arguments and the environment to the command line.

use std::process::ExitCode;

/// A request allocates some sixty small things, and the system's allocator takes longer for each (ADR 6).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[allow(clippy::disallowed_methods)] // the one place where the environment enters; config decides what of it counts
fn main() -> ExitCode {
    server::cli::main(std::env::args().collect(), &|name| std::env::var(name).ok())
}
