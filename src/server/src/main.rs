//! The binary: hands the arguments and the environment to the command line.

use std::process::ExitCode;

/// A request allocates some sixty small things, and the system's allocator takes longer for each (ADR 6).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[allow(clippy::disallowed_methods)] // the one place where the environment enters; config decides what of it counts
fn main() -> ExitCode {
    server::cli::main(std::env::args().collect(), &|name| std::env::var(name).ok())
}
