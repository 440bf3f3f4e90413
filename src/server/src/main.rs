//! Entry point of the binary: hands the arguments and the environment to the command line.

use std::process::ExitCode;

/// A request allocates some sixty small things, and the system's allocator takes longer for each (ADR 6).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    server::cli::main(std::env::args().collect(), &server::config::Environment::of_this_process())
}
