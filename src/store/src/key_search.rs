//! Key search index: folded texts, states and counts, kept in step with the keys by the same transaction.

use domain::{KeyState, Timestamp, VirtualKey, text::fold};
use sqlx::AssertSqlSafe;

use crate::{Result, Store, Tx, dialect, engine::Open, on, signed::ROWS_AT_ONCE};

/// So many keys are indexed, or have their end noted, in one transaction: others wait for it.
const CHUNK: i64 = 200;

/// What of a key's row the index is made of. It gives no access, so rows that do not verify are indexed as well.
#[derive(sqlx::FromRow)]
pub(crate) struct Indexed {
    id: String,
    project_id: String,
    owner_id: Option<String>,
    name: String,
    masked: String,
    enabled: bool,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    updated_at: i64,
}

macro_rules! indexed {
    ($tail:literal) => {
        concat!(
            "SELECT k.id, k.project_id, k.owner_id, k.name, k.masked, k.enabled, k.expires_at, k.revoked_at, k.updated_at FROM keys k ",
            $tail
        )
    };
}

const ONE: &str = indexed!("WHERE k.id = $1");
const MISSING: &str = indexed!(
    "WHERE k.id > $1 AND NOT EXISTS (SELECT 1 FROM key_search s WHERE s.key_id = k.id) ORDER BY k.id LIMIT $2"
);

impl Indexed {
    /// Its state as of its last write; what expires by itself is noted by [`Tx::note_expired_keys`].
    fn state(&self) -> KeyState {
        let expires_at = self.expires_at.map(Timestamp);
        KeyState::of(self.revoked_at.is_some(), expires_at, self.enabled, Timestamp(self.updated_at))
    }

    /// What a key is found by: its name and its visible form, folded, a line each.
    fn folded(&self) -> String {
        format!("{}\n{}", fold(&self.name), fold(&self.masked))
    }

    /// When the state becomes `expired` by itself.
    fn due_at(&self) -> Option<i64> {
        self.expires_at.filter(|_| matches!(self.state(), KeyState::Active | KeyState::Disabled))
    }
}

impl From<&VirtualKey> for Indexed {
    fn from(key: &VirtualKey) -> Self {
        Self {
            id: key.id.to_string(),
            project_id: key.project_id.to_string(),
            owner_id: key.owner_id.as_ref().map(ToString::to_string),
            name: key.name.clone(),
            masked: key.masked.clone(),
            enabled: key.enabled,
            expires_at: key.expires_at.map(|at| at.0),
            revoked_at: key.revoked_at.map(|at| at.0),
            updated_at: key.updated_at.0,
        }
    }
}

/// Adds keys to the index or, where they are in it, brings it in step with them. New ones get the next numbers, in order.
pub(crate) async fn add(open: &mut Open, keys: &[Indexed]) -> Result<()> {
    for keys in keys.chunks(ROWS_AT_ONCE) {
        let last: i64 = on!(tx &mut *open, |c| sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM key_search")
            .fetch_one(c)
            .await)?;
        let sql = AssertSqlSafe(format!(
            "INSERT INTO key_search (seq, key_id, project_id, owner_id, folded, state, due_at) VALUES {} \
             ON CONFLICT (key_id) DO UPDATE SET project_id = excluded.project_id, owner_id = excluded.owner_id, folded = excluded.folded, \
             state = excluded.state, due_at = excluded.due_at",
            dialect::places(keys.len(), 7, open.place())
        ));
        on!(tx &mut *open, |c| {
            let mut query = sqlx::query::<Engine>(sql);
            for (seq, key) in (last + 1..).zip(keys) {
                query = query.bind(seq).bind(&key.id).bind(&key.project_id).bind(&key.owner_id).bind(key.folded());
                query = query.bind(key.state().as_str()).bind(key.due_at());
            }
            query.execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Brings the index in step with the row of a key that this transaction has written.
pub(crate) async fn write(open: &mut Open, id: &str) -> Result<()> {
    let row: Option<Indexed> = on!(tx &mut *open, |c| sqlx::query_as(ONE).bind(id).fetch_optional(c).await)?;
    add(open, row.as_slice()).await
}

impl Tx {
    /// Notes the state of at most 200 keys whose end came at or before `now`; how many there were. Lists and counts hold
    /// without it, and are fast when little is left to be noted.
    pub async fn note_expired_keys(&mut self, now: Timestamp) -> Result<u64> {
        Ok(on!(tx &mut self.open, |c| sqlx::query(
            "UPDATE key_search SET state = 'expired', due_at = NULL WHERE seq IN \
             (SELECT seq FROM key_search WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at LIMIT $2)"
        )
        .bind(now.0)
        .bind(CHUNK)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
    }
}

impl Store {
    /// Adds keys that an older version of this program has written, a few in each transaction. States are those of the
    /// last change: what has expired since is noted by [`Tx::note_expired_keys`].
    pub(crate) async fn index_keys(&self) -> Result<()> {
        let (keys, indexed): (i64, i64) = on!(pool self.control(), |c| sqlx::query_as(
            "SELECT (SELECT COUNT(*) FROM keys), (SELECT COUNT(*) FROM key_search)"
        )
        .fetch_one(c)
        .await)?;
        if keys == indexed {
            return Ok(());
        }
        let mut after = String::new();
        loop {
            let mut open = dialect::begin_exclusive(self.control_writer()).await?;
            let rows: Vec<Indexed> = on!(tx &mut open, |c| sqlx::query_as(MISSING)
                .bind(&after)
                .bind(CHUNK)
                .fetch_all(c)
                .await)?;
            let Some(last) = rows.last() else { return Ok(()) };
            last.id.clone_into(&mut after);
            add(&mut open, &rows).await?;
            open.commit().await?;
        }
    }
}
