//! Fidelity tests (G2): what a recording upstream received is compared with what the client sent, and what the client
//! received with what the upstream sent, byte for byte.
//!
//! Both ends are raw sockets, so that no library tidies up what is compared. This alone may differ: the credential, the
//! base path, fields that are not listed and the letter case of names, the framing of what is read whole, and the usage
//! that the gateway asked for itself.

mod answers;
mod bodies;
mod exchange;
mod fields;
mod operations;
mod packed;
mod statuses;
mod streams;
mod uploads;
