//! Build script: embeds the site that cargo-leptos has built; a change there must build the server again.

fn main() {
    println!("cargo:rerun-if-changed=../../target/site");
}
