//! A booted product, a fake upstream, builders and a clock moved by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::missing_panics_doc)] // a kit for tests: what breaks is the test

mod clock;
mod engine;
pub mod fake_upstream;
mod house;
pub mod packed;
pub mod raw;
pub mod raw_upstream;
mod recorder;
pub mod wire;

pub use clock::ManualClock;
pub use engine::Engine;
pub use fake_upstream::FakeUpstream;
pub use house::{ADMIN_TOKEN, House, Key};
pub use raw::Raw;
pub use raw_upstream::RawUpstream;
pub use recorder::{Recorded, Recorder, Script};

/// Runs a test on both engines: `both_engines! { async fn name(engine) { … } }`.
#[macro_export]
macro_rules! both_engines {
    ($($(#[$doc:meta])* async fn $name:ident($engine:ident) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn run($engine: $crate::Engine) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run($crate::Engine::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(engine) = $crate::Engine::postgres().await {
                    run(engine).await;
                }
            }
        }
    )*};
}
