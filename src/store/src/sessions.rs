//! Sessions, as whoever judges them hands them in: ids hashed, data opaque.

use domain::{Timestamp, UserId};

use crate::{Error, Result, Store, Tx, on, parse};

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// The hash of its id; the id itself is only in the browser.
    pub id_hash: Vec<u8>,
    /// Who is signed in, if anybody.
    pub user_id: Option<UserId>,
    /// What the session holds, as text.
    pub data: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub touched_at: Timestamp,
    /// When it ends, however busy.
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct SessionColumns {
    id_hash: Vec<u8>,
    user_id: Option<String>,
    data: String,
    created_at: i64,
    touched_at: i64,
    expires_at: i64,
}

impl TryFrom<SessionColumns> for SessionRow {
    type Error = Error;

    fn try_from(row: SessionColumns) -> Result<Self> {
        Ok(Self {
            id_hash: row.id_hash,
            user_id: row.user_id.map(|id| parse::text("sessions.user_id", &id)).transpose()?,
            data: row.data,
            created_at: Timestamp(row.created_at),
            touched_at: Timestamp(row.touched_at),
            expires_at: Timestamp(row.expires_at),
        })
    }
}

impl Store {
    /// Adds a session, and removes those that had ended when it began: nobody comes back for them.
    pub async fn insert_session(&self, session: &SessionRow) -> Result<()> {
        on!(pool self.control_writer(), |c| {
            sqlx::query("DELETE FROM sessions WHERE expires_at <= $1").bind(session.created_at.0).execute(c).await?;
            sqlx::query(
                "INSERT INTO sessions (id_hash, user_id, data, created_at, touched_at, expires_at) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(&session.id_hash)
            .bind(session.user_id.as_ref().map(UserId::as_str))
            .bind(&session.data)
            .bind(session.created_at.0)
            .bind(session.touched_at.0)
            .bind(session.expires_at.0)
            .execute(c)
            .await
            .map(drop)
        })?;
        Ok(())
    }

    /// The session with this hash, ended or not.
    pub async fn load_session(&self, id_hash: &[u8]) -> Result<Option<SessionRow>> {
        let row: Option<SessionColumns> = on!(pool self.control(), |c| sqlx::query_as(
            "SELECT id_hash, user_id, data, created_at, touched_at, expires_at FROM sessions WHERE id_hash = $1"
        )
        .bind(id_hash)
        .fetch_optional(c)
        .await)?;
        row.map(SessionRow::try_from).transpose()
    }

    /// Writes everything of a session but when it began. One that is gone stays gone.
    pub async fn update_session(&self, session: &SessionRow) -> Result<()> {
        on!(pool self.control_writer(), |c| sqlx::query(
            "UPDATE sessions SET user_id = $2, data = $3, touched_at = $4, expires_at = $5 WHERE id_hash = $1"
        )
        .bind(&session.id_hash)
        .bind(session.user_id.as_ref().map(UserId::as_str))
        .bind(&session.data)
        .bind(session.touched_at.0)
        .bind(session.expires_at.0)
        .execute(c)
        .await
        .map(drop))?;
        Ok(())
    }

    /// Notes that a session was used.
    pub async fn touch_session(&self, id_hash: &[u8], at: Timestamp) -> Result<()> {
        on!(pool self.control_writer(), |c| sqlx::query("UPDATE sessions SET touched_at = $2 WHERE id_hash = $1")
            .bind(id_hash)
            .bind(at.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Ends a session. Ending one that is gone is fine.
    pub async fn delete_session(&self, id_hash: &[u8]) -> Result<()> {
        on!(pool self.control_writer(), |c| sqlx::query("DELETE FROM sessions WHERE id_hash = $1")
            .bind(id_hash)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}

impl Tx {
    /// Ends every session of a person.
    pub async fn delete_sessions_of(&mut self, user: &UserId) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query("DELETE FROM sessions WHERE user_id = $1")
            .bind(user.as_str())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
