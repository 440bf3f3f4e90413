//! `[database]`: where the data is kept.

use secrecy::SecretString;

use super::{
    read,
    section::{named, section},
};

section! {
    /// Where the data is kept.
    Database, "database", "The database" {
        /// `postgres://…` instead of the built-in SQLite. Off this machine, end it with `?sslmode=verify-full`.
        url: Option<SecretString> = read::database_url, named("database_url", "DATABASE_URL")
            .secret()
            .unset("SQLite in the data directory")
            .example("postgres://keywright:password@db.example.org:5432/keywright?sslmode=verify-full");
    }
}
