//! `[encryption]`: which root key counts. Exactly one of file and text, else the data directory's own (C10).

use std::path::PathBuf;

use keyring::RootKeySource;
use secrecy::SecretString;

use super::{
    ConfigError, Resolved, data_dir, read,
    section::{named, section},
};

section! {
    /// The root key, which seals every provider secret.
    Encryption, "encryption", "The root key" {
        /// File of the root key: 32 random bytes as base64 or hexadecimal.
        key_file: Option<PathBuf> = read::optional_path, named("encryption_key_file", "ENCRYPTION_KEY_FILE")
            .unset("`DIR/root.key`, which `keywright init` makes")
            .example("/run/secrets/keywright-root-key");
        /// The root key itself; not together with the file. `openssl rand -base64 32` makes a good one.
        key: Option<SecretString> = read::optional_secret,
            named("encryption_key", "ENCRYPTION_KEY").secret().not_in_file();
    }
}

/// Where the root key is to be read from. `DIR/root.key` counts only when neither setting is there.
pub fn root_key_source(found: &Resolved) -> Result<RootKeySource, ConfigError> {
    let Encryption { key_file, key } = Encryption::read(found)?;
    match (key_file, key) {
        (Some(_), Some(_)) => Err(found.wrong("encryption.key", "set ENCRYPTION_KEY or ENCRYPTION_KEY_FILE, not both")),
        (Some(path), None) => Ok(RootKeySource::File(path)),
        (None, Some(text)) => Ok(RootKeySource::Text(text)),
        (None, None) => Ok(RootKeySource::File(data_dir(found).join("root.key"))),
    }
}
