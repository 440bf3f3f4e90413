//! Build script: migrations are embedded; a new file there must build this crate again.
#![allow(clippy::print_stdout)] // how a build script speaks to cargo

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
