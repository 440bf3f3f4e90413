//! Which root key counts: exactly one of file and text, else the data directory's own (C10).

use keyring::RootKeySource;
use secrecy::SecretString;

use super::{ConfigError, resolve::Resolved, typed::data_dir};

/// Where the root key is to be read from. `DIR/root.key` counts only when neither setting is there.
pub fn root_key_source(found: &Resolved) -> Result<RootKeySource, ConfigError> {
    match (found.get("encryption_key_file"), found.get("encryption_key")) {
        (Some(_), Some(_)) => Err(found.wrong("encryption_key", "set ENCRYPTION_KEY or ENCRYPTION_KEY_FILE, not both")),
        (Some(path), None) => Ok(RootKeySource::File(path.into())),
        (None, Some(text)) => Ok(RootKeySource::Text(SecretString::from(text.to_owned()))),
        (None, None) => Ok(RootKeySource::File(data_dir(found).join("root.key"))),
    }
}
