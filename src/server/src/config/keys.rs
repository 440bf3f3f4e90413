//! `[keys]`: how issued keys look.

use keyring::KeyFormat;

use super::{
    read,
    section::{named, section},
};

section! {
    /// How issued keys look.
    Keys, "keys", "Issued keys" {
        /// How issued keys begin. It ends in a separator: `sk-auto-live-…`, or with `hk_` `hk_live_…`.
        prefix: KeyFormat = read::key_format, named("key_prefix", "KEYWRIGHT_KEY_PREFIX").default("sk-auto-");
    }
}
