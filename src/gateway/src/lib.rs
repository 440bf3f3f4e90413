//! Data plane (LLM gateway): the pipeline from an incoming request to its settlement.
//!
//! [`Gateway::handle`] takes any request to the API and answers it: as the upstream does, or with a refusal in the
//! caller's dialect. `pipeline.rs` is the page to begin with. The crate uses the store in two places only, the
//! directory (what it reads) and the ledger (what it writes).

mod balance;
mod body_reader;
mod claims;
mod config;
mod cors;
mod credential;
mod directory;
mod exchange;
#[cfg(test)]
mod fixture;
mod framing;
mod gateway;
mod headers;
mod host;
mod ids;
mod incoming;
mod ledger;
mod media_type;
mod metering;
mod pace;
mod pipeline;
mod quirks;
mod rates;
mod refusal;
mod refusal_rows;
mod request_id;
mod signals;
mod stages;
mod target;
mod upstream_timeouts;

pub use body_reader::{BodyError, BodyReader};
pub use claims::{Claims, ClaimsUnavailable, MemoryClaims};
pub use config::GatewayConfig;
pub use framing::framing_is_plain;
pub use gateway::{Gateway, Parts, StartError};
pub use headers::client_address;
pub use host::host_is_sound;
pub use ledger::{Durability, LedgerError};
pub use pace::Pace;
pub use request_id::{REQUEST_ID, insert_request_id};
