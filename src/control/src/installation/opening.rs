//! Keyring unlocking under the root key, and why an installation cannot be opened.

use keyring::{Keyring, OpenError, RootKey};
use store::SchemaError;

/// Why an installation cannot be opened. `Display` names the fix.
#[derive(Debug, thiserror::Error)]
pub enum OpeningError {
    /// The root key is another one.
    #[error(
        "wrong root key: the database was sealed under {expected}, and {given} was supplied. \
         Supply the right one (ENCRYPTION_KEY_FILE, ENCRYPTION_KEY or DIR/root.key). The database is untouched"
    )]
    WrongRootKey {
        /// Id of the key the database needs.
        expected: String,
        /// Id of the key that was supplied.
        given: String,
    },
    /// The keyring's rows do not open.
    #[error("the keyring in the database is damaged ({0}); restore a backup. The database is untouched")]
    Damaged(String),
    /// Tables, but not ours or without our keyring.
    #[error(
        "the database holds tables but no keyring of Keywright; point it at an empty database or restore a backup. \
         The database is untouched"
    )]
    Foreign,
    /// Its tables are not the ones that this program may use.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// It does not answer.
    #[error("the database cannot be opened: {0}")]
    Store(#[from] store::Error),
}

/// The keys of an installation, from their wrapped rows.
pub(super) fn unlock(
    root: &RootKey,
    installation_id: &str,
    rows: &[domain::KeyringRow],
) -> Result<Keyring, OpeningError> {
    Keyring::open(root, installation_id, rows).map_err(|error| match error {
        OpenError::WrongRootKey { expected, given } => OpeningError::WrongRootKey { expected, given },
        OpenError::Damaged(what) => OpeningError::Damaged(what),
    })
}
