//! Installation identity and its wrapped keys, as the database holds them.

use crate::Timestamp;

/// The one row that says which installation a database belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// 32 hexadecimal digits; salt of every derived key.
    pub id: String,
    /// MAC of the one-time token that claims it; `None` once claimed, and before the first start made one.
    pub setup_token_hash: Option<Vec<u8>>,
    /// When the database was seeded.
    pub created_at: Timestamp,
}

/// A key of the installation, wrapped under the root key (or, for the canary, a known text sealed under it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyringRow {
    /// Unique: `dek-1`, `pepper-1`, …
    pub id: String,
    /// `dek`, `pepper`, `row_mac`, `audit_mac`, `fingerprint` or `canary`.
    pub kind: String,
    /// Id of the root key it is wrapped under.
    pub root_key_id: String,
    /// The wrapped bytes.
    pub wrapped: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}
