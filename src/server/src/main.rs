//! Who is at home.
fn main() {}
