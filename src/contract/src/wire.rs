//! Wire formats of domain types that serde writes differently elsewhere: instants are RFC 3339 in JSON.

/// For `#[serde(with = "wire::instant")]` on a `Timestamp`.
pub mod instant {
    use domain::Timestamp;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    /// Writes RFC 3339, UTC, milliseconds.
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&at.to_rfc3339())
    }

    /// Reads RFC 3339 with any offset.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        Timestamp::parse_rfc3339(&text).ok_or_else(|| D::Error::custom("not an instant: expected RFC 3339"))
    }
}

/// For `#[serde(with = "wire::instant_or_blank")]` on an `Option<Timestamp>`: none is the empty text, in rows too damaged to
/// say theirs.
pub mod instant_or_blank {
    use domain::Timestamp;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    /// Writes RFC 3339, or nothing.
    #[allow(clippy::trivially_copy_pass_by_ref, clippy::ref_option)] // serde's signature
    pub fn serialize<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&at.map(Timestamp::to_rfc3339).unwrap_or_default())
    }

    /// Reads RFC 3339 with any offset, or nothing.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(None);
        }
        let at = Timestamp::parse_rfc3339(&text);
        at.map(Some).ok_or_else(|| D::Error::custom("not an instant: expected RFC 3339"))
    }
}

/// For `#[serde(default, with = "wire::optional_instant")]` on an `Option<Timestamp>`: `null` is none.
pub mod optional_instant {
    use domain::Timestamp;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

    /// Writes RFC 3339, or `null`.
    #[allow(clippy::trivially_copy_pass_by_ref, clippy::ref_option)] // serde's signature
    pub fn serialize<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        at.map(Timestamp::to_rfc3339).serialize(serializer)
    }

    /// Reads RFC 3339 with any offset, or `null`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        let read = |text: String| {
            Timestamp::parse_rfc3339(&text).ok_or_else(|| D::Error::custom("not an instant: expected RFC 3339"))
        };
        text.map(read).transpose()
    }
}
