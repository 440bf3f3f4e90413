//! What passes: the pipeline from arrival to settlement.
//!
//! [`Gateway::handle`] takes any request to the API and answers it: as the upstream does, or with a refusal in the
//! caller's dialect. `pipeline.rs` is the page to begin with. The room knows the store in two places only, the
//! directory (what it reads) and the ledger (what it writes).

mod arrival;
mod config;
mod counters;
mod credential;
mod directory;
#[cfg(test)]
mod fixture;
mod gateway;
mod headers;
mod host;
mod ids;
mod intake;
mod ledger;
mod metering;
mod patience;
mod pipeline;
mod refusal;
mod signals;
mod stages;
mod target;

pub use arrival::framing_is_plain;
pub use config::GatewayConfig;
pub use counters::{Counters, CountersUnavailable, MemoryCounters};
pub use gateway::{Gateway, Parts, StartError};
pub use headers::client_address;
pub use host::host_is_sound;
pub use intake::{Intake, IntakeError, Pace};
pub use ledger::{Durability, LedgerError};
pub use target::segment_is_plain;
