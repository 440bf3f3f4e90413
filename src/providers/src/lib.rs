//! Provider dialects as bytes in, bytes out.
//!
//! A folder per dialect. Nothing here opens a socket, reads a clock or knows of keys and rows: the gateway hands
//! over bytes as they came and sends on what it gets back.

mod anthropic;
mod azure;
mod dialect;
mod dialects;
pub mod echo;
mod files;
mod form;
mod gemini;
mod json;
mod meter;
mod model_list;
pub mod openai;
mod operation;
mod replace;

pub use dialect::{Dialect, ErrorText, Rate};
pub use dialects::{detect, of};
pub use files::{BadProviderFile, built_in, parse as parse_provider_file};
pub use form::{BadForm, Form};
pub use meter::{BodyMeter, Facts, FeedOutput, LINE_CAP, StreamMeter};
pub use model_list::{ListedModel, filter_model_list, model_list};
pub use operation::{BodyKind, Grammar, Kind, Operation};
pub use replace::{replace_model, replace_model_in_path};
