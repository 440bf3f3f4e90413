//! `[server]`: the process itself.

use std::{path::PathBuf, time::Duration};

use super::{
    read,
    section::{named, section},
};

section! {
    /// The process itself.
    Server, "server", "The process" {
        /// Directory of the databases, the spool and the root key; mode 0700. It decides where the file is looked for:
        /// not in the file, but by `--data-dir` or the environment.
        data_dir: PathBuf = read::path, named("data_dir", "KEYWRIGHT_DATA_DIR").default("data").not_in_file();
        /// Seconds for requests under way at shutdown.
        drain_timeout: Duration = read::seconds, named("drain_timeout", "KEYWRIGHT_DRAIN_TIMEOUT").default("30");
    }
}
