//! OpenAI dialect, and of everything that is compatible with it.

mod body;
mod endpoint;
pub(crate) mod error;
mod frame;
mod meter;
mod output;
mod peek;
mod pending;
mod splice;
mod usage;

pub use body::BodyMeter;
pub use endpoint::Endpoint;
pub use error::{error_body, stream_error_event};
pub use meter::{FeedOutput, LINE_CAP, StreamMeter};
pub use peek::{Peek, PeekError, peek};
pub use splice::splice_usage;
