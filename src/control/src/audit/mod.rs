//! Audit log: what is recorded beside the acts themselves, how it is listed, and how its chain is verified (L6).

pub(crate) mod link;
mod list;
pub(crate) mod observations;
mod observe;
mod verify;

pub(crate) use link::mac;
pub use list::list;
pub(crate) use observations::SignInRefusal;
pub use observe::{flush, note_damaged_row};
pub use verify::{HeadStatus, head, verify};

use domain::{FieldChange, audit};
use serde_json::Value;

use crate::Cx;

impl Cx {
    /// A change of a secret: both sides as MACs, by which two records can be matched. `old_mark` is a stored
    /// fingerprint, as [`keyring::Keyring::fingerprint`] makes it.
    #[allow(clippy::similar_names)]
    pub(crate) fn secret_change(&self, field: &str, old_mark: Option<&[u8]>, new: Option<&str>) -> FieldChange {
        let new_mark = new.map(|secret| self.keyring().fingerprint(secret));
        let shown = |mark: Option<&[u8]>| mark.map_or(Value::Null, |mark| Value::String(mark_text(mark)));
        audit::changed(field, shown(old_mark), shown(new_mark.as_deref()))
    }

    /// What stands in a record for text that it must not hold, such as an e-mail address.
    pub(crate) fn mark(&self, domain: &str, text: &str) -> String {
        mark_text(&self.keyring().audit_link(&audit::mark_bytes(domain, text)))
    }
}

/// `mac:` and the first 16 bytes in hexadecimal: two different texts share it with a chance of one in 2¹²⁸.
fn mark_text(mark: &[u8]) -> String {
    let mut text = "mac:".to_owned();
    text.push_str(&hex(mark.get(..16).unwrap_or(mark)));
    text
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
