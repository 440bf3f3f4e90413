//! Test fixtures over `domain` alone: the clock, the random source and the builders of every test.
//!
//! Unit tests of any crate above `domain` can use them: a kit that depended on such a crate would bring a second copy
//! of it into that crate's own tests.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // fixtures: what breaks is the test

mod builders;
mod clock;
pub mod fuzz;
mod macs;
mod random;

pub use builders::*;
pub use clock::ManualClock;
pub use macs::TestMacs;
pub use random::CountedRandom;
