//! Database access: the only crate with SQL.
//!
//! [`Store`] reads, and writes what needs no company; [`Tx`] writes what belongs together. Every function holds on
//! SQLite and on `PostgreSQL` alike: one SQL text, `$1` placeholders, and `dialect` for the few things that
//! only one engine has. Nothing here decides anything, and no clock is read: instants come in.

mod audit;
mod background;
mod changes;
mod credentials;
mod damage;
mod dialect;
mod engine;
mod error;
mod figures;
mod inspect;
mod installation;
mod jobs;
mod key_cursor;
mod key_lists;
mod key_search;
mod key_search_query;
mod keys;
mod leases;
mod location;
mod migrate;
mod models;
mod outbox;
mod parse;
mod projects;
mod requests;
mod schema;
mod sessions;
mod signed;
mod statement;
mod table;
mod tx;
mod upgrade;
mod upstreams;
mod users;
mod visible;

use std::sync::Arc;

pub use audit::{AuditFilter, Mac};
pub use background::OpenAnswer;
pub use changes::FeedReading;
pub use credentials::StoredCredential;
pub use error::{Constraint, Error, Result};
pub use figures::{KeyActivity, RequestTotals, UpstreamFigures};
pub use inspect::{Inspection, inspect};
pub use key_cursor::{BadCursor, KeyCursor};
pub use key_lists::{KeyCounts, KeyFilter, KeyListing};
pub use keys::StoredKey;
pub use location::{Location, POSTGRES_VARIABLES, PostgresLink};
pub use requests::RequestFilter;
pub use schema::{Schema, SchemaError, schema};
pub use table::{Column, Cover, DERIVED, KEY_SEARCH_INDEX, TABLES, TableInfo};
pub use tx::Tx;
pub use upgrade::{UnsignedRows, Upgraded};
pub use upstreams::StoredUpstream;

use changes::{ChangeCursor, Subscribers};
use engine::{Db, on};
use location::Pools;

/// What is remembered. A handle: clones are the same store.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    location: Location,
    pools: Pools,
    subscribers: Arc<Subscribers>,
    /// The highest epoch seen of each signed row.
    epochs: Arc<domain::Epochs>,
    change_cursor: ChangeCursor,
}

impl Store {
    /// Opens the databases, making files that are missing. Tables are made by [`Store::migrate`].
    pub async fn open(location: &Location) -> Result<Self> {
        let pools = Pools::open(location).await?;
        Ok(Self(Arc::new(Inner {
            location: location.clone(),
            pools,
            subscribers: Arc::default(),
            epochs: Arc::default(),
            change_cursor: ChangeCursor::default(),
        })))
    }

    /// Brings the tables to what this version expects. Several processes may try at once; a database of a newer
    /// version is refused.
    pub async fn migrate(&self) -> Result<()> {
        migrate::run(&self.0.location, &self.0.pools).await?;
        self.index_keys().await
    }

    /// Whether the databases answer.
    pub async fn ping(&self) -> Result<()> {
        on!(pool self.control(), |c| sqlx::query("SELECT 1 FROM installation LIMIT 1").fetch_optional(c).await.map(drop))?;
        on!(pool self.usage(), |c| sqlx::query("SELECT 1 FROM request_logs LIMIT 1").fetch_optional(c).await.map(drop))?;
        Ok(())
    }

    /// Closes every connection, once those in use are given back.
    pub async fn close(&self) {
        self.0.pools.close().await;
    }

    fn control(&self) -> &Db {
        &self.0.pools.control
    }

    fn control_writer(&self) -> &Db {
        &self.0.pools.control_writer
    }

    fn usage(&self) -> &Db {
        &self.0.pools.usage
    }

    fn usage_writer(&self) -> &Db {
        &self.0.pools.usage_writer
    }
}
