//! tower-sessions over our own table: ids hashed at rest, both lifetimes decided here.
//!
//! tower-sessions' own clock only stamps the cookie; idle and absolute time are judged by ours at every load.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use domain::{Clock, Timestamp, UserId};
use sha2::{Digest as _, Sha256};
use store::{SessionRow, Store};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// Without a request for this long, a session ends.
const IDLE: i64 = 30 * 60 * 1000;
/// However busy, a session ends after this.
const ABSOLUTE: i64 = 12 * 3600 * 1000;
/// The row is touched at most this often.
const TOUCH: i64 = 60 * 1000;

/// The adapter.
#[derive(Clone)]
pub(crate) struct Sessions {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

impl Sessions {
    /// Sessions in `store`, judged by `clock`.
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    fn row(&self, record: &Record, created_at: Timestamp) -> Result<SessionRow> {
        let now = self.clock.now();
        Ok(SessionRow {
            id_hash: hash(record.id),
            user_id: user_of(record),
            data: serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?,
            created_at,
            touched_at: now,
            expires_at: created_at.plus(ABSOLUTE),
        })
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits do not collide; if they ever do, the insert fails and nobody shares a session.
        let row = self.row(record, self.clock.now())?;
        self.store.insert_session(&row).await.map_err(backend)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        // A session that was ended meanwhile (password reset, sign-out elsewhere) must not come back to life.
        let Some(known) = self.store.load_session(&hash(record.id)).await.map_err(backend)? else { return Ok(()) };
        let row = self.row(record, known.created_at)?;
        self.store.update_session(&row).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let hash = hash(*id);
        let Some(row) = self.store.load_session(&hash).await.map_err(backend)? else { return Ok(None) };
        let now = self.clock.now();
        if now >= row.expires_at || now.since(row.touched_at) >= IDLE {
            self.store.delete_session(&hash).await.map_err(backend)?;
            return Ok(None);
        }
        if now.since(row.touched_at) >= TOUCH {
            self.store.touch_session(&hash, now).await.map_err(backend)?;
        }
        Ok(Some(Record {
            id: *id,
            data: serde_json::from_str(&row.data).map_err(|error| Error::Decode(error.to_string()))?,
            expiry_date: row.expires_at.to_datetime(),
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store.delete_session(&hash(*id)).await.map_err(backend)
    }
}

/// Whoever reads the database must not be able to sign in with what they find.
fn hash(id: Id) -> Vec<u8> {
    Sha256::digest(id.0.to_be_bytes()).to_vec()
}

fn user_of(record: &Record) -> Option<UserId> {
    record.data.get(web::door::SESSION_USER)?.as_str()?.parse().ok()
}

#[allow(clippy::needless_pass_by_value)] // the shape map_err wants
fn backend(error: store::Error) -> Error {
    Error::Backend(error.to_string())
}
