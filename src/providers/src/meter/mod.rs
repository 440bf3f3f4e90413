//! Usage meters: what an answer says of its cost, read while it passes.

mod body;
mod counts;
mod decimal;
mod facts;
mod frame;
mod output;
mod pending;
mod stream;

pub use body::BodyMeter;
pub use facts::Facts;
pub use stream::{FeedOutput, LINE_CAP, StreamMeter};

pub(crate) use counts::Counts;
