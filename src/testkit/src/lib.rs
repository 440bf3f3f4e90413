//! Integration test kit: a booted product, fake upstreams, and both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::missing_panics_doc)] // a kit for tests: what breaks is the test

pub mod canary;
mod engine;
pub mod fake_upstream;
pub mod packed;
pub mod raw;
pub mod raw_upstream;
mod recorder;
mod test_server;
pub mod wire;

pub use engine::Engine;
pub use fake_upstream::FakeUpstream;
pub use raw::Raw;
pub use raw_upstream::RawUpstream;
pub use recorder::{Recorded, Recorder, Script};
pub use test_server::{ADMIN_TOKEN, Key, TestServer};
pub use testkit_domain::{CountedRandom, ManualClock};

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
