//! `[ledger]`: the rows of requests on their way to the database.

use gateway::Durability;

use super::{
    read,
    section::{named, section},
};

section! {
    /// The rows of requests on their way to the database.
    Ledger, "ledger", "The ledger of requests" {
        /// What a power cut may cost: `normal` the rows of the last second, `strict` nothing, and every request waits for
        /// the disk. `kill -9` costs nothing either way.
        durability: Durability = read::durability, named("durability", "KEYWRIGHT_DURABILITY").default("normal");
        /// Disk for rows that the database does not have yet; beyond it requests get 503.
        spool_bytes: u64 = read::disk, named("spool_bytes", "KEYWRIGHT_SPOOL_BYTES").default("1073741824");
    }
}
