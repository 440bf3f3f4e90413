//! Cryptography: key format, lookup hashes, envelope encryption, row MACs, root key sources.
//!
//! The root key (32 bytes, outside the database) is stretched by HKDF-SHA-256 into the key encryption key, which wraps
//! the installation's own random keys in the table `keyring`: data keys, pepper, row MAC, audit MAC, fingerprint.
//! Row MACs, token hashes and password peppers come from the same keys, each under a domain of its own.
//! Nothing here reads a clock, draws a random number or touches the database: instants, bytes and rows are handed in.

mod bearer;
mod credential;
mod envelope;
mod key_format;
mod mac;
pub mod password;
mod ring;
mod root_key;
mod root_source;
pub mod token;

pub use bearer::{WeakToken, check_admin_token};
pub use credential::CredentialPlace;
pub use envelope::{Aad, SealError};
pub use key_format::{BadPrefix, FreshKey, KeyFormat};
pub use ring::{Keyring, OpenError};
pub use root_key::{BadRootKey, RootKey};
pub use root_source::{RootKeyError, RootKeySource, load_root_key, write_root_key};
