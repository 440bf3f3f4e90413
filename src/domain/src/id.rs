//! Typed ids: a prefix that names the noun, then a `UUIDv7` (RFC 9562) in 26 characters of Crockford base32, lower
//! case.
//!
//! The text sorts by creation time, so a newest-first page is a walk down the primary key.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, Serializer};

use crate::Timestamp;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const ENCODED: usize = 26;

/// Text that is not an id of the expected noun.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind: expected {prefix}_ and 26 characters")]
pub struct NotAnId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

/// The 128 bits of a `UUIDv7` from the handed instant and ten handed random bytes.
fn uuid_v7(at: Timestamp, random: [u8; 10]) -> u128 {
    let ms = u128::from(u64::try_from(at.0).unwrap_or(0)) & 0xFFFF_FFFF_FFFF;
    let mut tail = [0_u8; 16];
    tail[6..].copy_from_slice(&random);
    let tail = u128::from_be_bytes(tail);
    let version = 0x7_u128 << 76;
    let variant = 0b10_u128 << 62;
    let keep = !(0xF_u128 << 76) & !(0b11_u128 << 62) & ((1_u128 << 80) - 1);
    (ms << 80) | (tail & keep) | version | variant
}

/// `prefix` and the digits of `bits` behind it.
fn encode(prefix: &str, bits: u128) -> String {
    let mut out = String::with_capacity(prefix.len() + ENCODED);
    out.push_str(prefix);
    for place in (0..ENCODED).rev() {
        let [digit, ..] = (bits >> (5 * place)).to_le_bytes();
        out.push(char::from(ALPHABET[usize::from(digit & 31)]));
    }
    out
}

fn is_encoded(text: &str) -> bool {
    // The first of 26 characters carries only three bits of the 128.
    text.len() == ENCODED && text.bytes().all(is_digit) && text.as_bytes()[0] <= b'7'
}

/// Whether a byte is one of [`ALPHABET`].
const fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'h' | b'j' | b'k' | b'm' | b'n' | b'p'..=b't' | b'v'..=b'z')
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl $name {
            /// The prefix of this noun, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Builds an id from the handed instant and random bytes.
            pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
                Self(encode(concat!($prefix, "_"), uuid_v7(at, random)))
            }

            /// The whole text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                match text.strip_prefix(concat!($prefix, "_")) {
                    Some(rest) if is_encoded(rest) => Ok(Self(text.to_owned())),
                    _ => Err(NotAnId { prefix: $prefix }),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

ids! {
    /// A virtual key.
    KeyId = "key";
    /// A project: what keys and rows are grouped by.
    ProjectId = "prj";
    /// A person who may sign in.
    UserId = "usr";
    /// A provider's server.
    UpstreamId = "up";
    /// Our secret at a provider.
    CredentialId = "cred";
    /// A model route.
    ModelId = "mdl";
    /// One request through the gateway; equals `x-keywright-request-id`.
    RequestId = "req";
    /// An audit event, and the outbox event of the same act.
    EventId = "evt";
    /// One run of a background job.
    JobRunId = "job";
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn carries_version_and_variant() {
        let bits = uuid_v7(Timestamp(1_700_000_000_000), [0xFF; 10]);
        assert_eq!((bits >> 76) & 0xF, 7);
        assert_eq!((bits >> 62) & 0b11, 0b10);
        assert_eq!(bits >> 80, 1_700_000_000_000);
    }

    #[test]
    fn the_alphabet_is_known_by_heart() {
        for byte in 0..=u8::MAX {
            assert_eq!(is_digit(byte), ALPHABET.contains(&byte), "{byte}");
        }
    }

    #[test]
    fn foreign_prefix_is_refused() {
        let key = KeyId::new(Timestamp(1), [3; 10]);
        assert!(key.as_str().parse::<UpstreamId>().is_err());
        assert!("key_".parse::<KeyId>().is_err());
        assert!("key_zzzzzzzzzzzzzzzzzzzzzzzzzz".parse::<KeyId>().is_err());
    }

    proptest! {
        #[test]
        fn sorts_by_time(a in 0_i64..1 << 47, b in 0_i64..1 << 47, r in any::<[u8; 10]>(), s in any::<[u8; 10]>()) {
            prop_assume!(a < b);
            prop_assert!(RequestId::new(Timestamp(a), r) < RequestId::new(Timestamp(b), s));
        }

        #[test]
        fn text_round_trips(at in 0_i64..1 << 47, r in any::<[u8; 10]>()) {
            let id = KeyId::new(Timestamp(at), r);
            prop_assert_eq!(id.as_str().parse::<KeyId>(), Ok(id));
        }
    }
}
