//! Session store: tower-sessions over our own table, ids as MACs, rows signed, both lifetimes decided here.
//!
//! tower-sessions' own clock only stamps the cookie; idle and absolute time are judged by ours at every load.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use domain::{Clock, Session, Timestamp, UserId, Verified};
use keyring::Keyring;
use store::{Constraint, Store};
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
/// Under this name ids are hashed.
const ID_DOMAIN: &str = "session-id";
/// Two requests of one session may write its row at once; the later one reads it again, at most so often.
const TRIES: usize = 4;

/// The adapter.
#[derive(Clone)]
pub(crate) struct Sessions {
    store: Store,
    keyring: Keyring,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

impl Sessions {
    /// Sessions in `store`, signed by `keyring`, judged by `clock`.
    pub(crate) fn new(store: Store, keyring: Keyring, clock: Arc<dyn Clock>) -> Self {
        Self { store, keyring, clock }
    }

    /// Whoever reads the database must not be able to sign in with what they find, and whoever writes to it must not be
    /// able to put in a session of their own.
    fn hash(&self, id: Id) -> Vec<u8> {
        self.keyring.token_hash(ID_DOMAIN, &id.0.to_be_bytes()).to_vec()
    }

    fn row(&self, record: &Record, created_at: Timestamp) -> Result<Session> {
        let now = self.clock.now();
        Ok(Session {
            id_hash: self.hash(record.id),
            user_id: user_of(record),
            data: serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?,
            created_at,
            touched_at: now,
            expires_at: created_at.plus(ABSOLUTE),
        })
    }

    /// The session of this id, if its row verifies; one that does not is as good as none.
    async fn find(&self, id: Id) -> Result<Option<Verified<Session>>> {
        let Some(row) = self.store.load_session(&self.hash(id)).await.map_err(backend)? else { return Ok(None) };
        let row = self.keyring.verify(row).map_err(|row| {
            tracing::error!(what = %row, "a session's row does not verify; it is treated as ended");
        });
        Ok(row.ok())
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits do not collide; if they ever do, the insert fails and no session is shared.
        let row = self.row(record, self.clock.now())?;
        self.store.insert_session(&self.keyring, &row).await.map_err(backend)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        for _ in 0..TRIES {
            // A session that was ended meanwhile (password reset, sign-out elsewhere) must not come back to life.
            let Some(mut known) = self.find(record.id).await? else { return Ok(()) };
            let row = self.row(record, known.created_at)?;
            *known.edit() = row;
            match self.store.update_session(&self.keyring, known).await {
                Err(store::Error::Conflict(Constraint::Stale)) => {}
                written => return written.map(drop).map_err(backend),
            }
        }
        Err(Error::Backend("the session is written by others all the time".to_owned()))
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(mut row) = self.find(*id).await? else { return Ok(None) };
        let now = self.clock.now();
        if now >= row.expires_at || now.since(row.touched_at) >= IDLE {
            self.store.delete_session(&row.id_hash).await.map_err(backend)?;
            return Ok(None);
        }
        let record = Record {
            id: *id,
            data: serde_json::from_str(&row.data).map_err(|error| Error::Decode(error.to_string()))?,
            expiry_date: row.expires_at.to_datetime(),
        };
        if now.since(row.touched_at) >= TOUCH {
            row.edit().touched_at = now;
            match self.store.update_session(&self.keyring, row).await {
                // Another request has just done so.
                Ok(_) | Err(store::Error::Conflict(Constraint::Stale)) => {}
                Err(error) => return Err(backend(error)),
            }
        }
        Ok(Some(record))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store.delete_session(&self.hash(*id)).await.map_err(backend)
    }
}

fn user_of(record: &Record) -> Option<UserId> {
    record.data.get(web::handling::SESSION_USER)?.as_str()?.parse().ok()
}

#[allow(clippy::needless_pass_by_value)] // the shape map_err wants
fn backend(error: store::Error) -> Error {
    Error::Backend(error.to_string())
}
