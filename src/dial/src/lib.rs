//! Outbound HTTP client with an SSRF guard and a connection pool: the only way to call an upstream.
//!
//! Every request to a provider, from the gateway and from Test, leaves through [`Dialer`]. It asserts that the request
//! stays on the stored origin and under the stored path prefix, resolves the name, checks every address that it is about
//! to connect to, and speaks HTTP/1.1 over TCP or TLS. It follows no redirect and reads no proxy setting.

mod address;
mod body;
mod certificate;
mod connect;
mod dialer;
mod error;
mod names;
mod outgoing;
mod pool;
mod probe;
mod target;
mod tls;

pub use address::AddressKind;
pub use body::AnswerBody;
pub use dialer::{DialConfig, Dialer};
pub use error::DialError;
pub use outgoing::Outgoing;
pub use probe::ProbeStep;
pub use tls::TlsSetupError;
