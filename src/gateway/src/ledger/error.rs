//! Spool errors: why a record is not in the spool.

use std::{io, path::PathBuf};

/// Why a record could not be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    /// The spool holds as much as it may.
    #[error("the spool is full")]
    Full,
    /// The disk says no.
    #[error("the spool cannot be written")]
    Io(#[from] io::Error),
}

/// Why a spool could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// Another process has it.
    #[error("{} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// A newer version wrote it.
    #[error("{} was written by a newer version (layout {version}); start that one once so that it empties it", .dir.display())]
    Newer {
        /// The spool.
        dir: PathBuf,
        /// The layout it uses.
        version: u16,
    },
    /// The disk says no.
    #[error("{}: {source}", .dir.display())]
    Io {
        /// The spool.
        dir: PathBuf,
        /// What the disk says.
        source: io::Error,
    },
}
