//! Session table: ids as MACs, data opaque; expiry is decided by the caller.

use domain::{RowMac, Session, Timestamp, Unverified, UserId, Verified};

use crate::{
    Constraint, Error, Result, Store, Tx, dialect, on, parse,
    signed::{Bind, KeyText as _, Mapped, SignedRow as _},
    table::table,
};

table! {
    /// A session of a browser.
    SessionRow in "sessions", signed "session-v1", key(id_hash);
    id_hash: Vec<u8>;
    user_id: Option<String>;
    data: String;
    created_at: i64;
    touched_at: i64;
    expires_at: i64;
}

impl Mapped for SessionRow {
    type Value = Session;

    fn parse(self) -> Result<Session> {
        Ok(Session {
            id_hash: self.id_hash,
            user_id: self.user_id.map(|id| parse::text("sessions.user_id", &id)).transpose()?,
            data: self.data,
            created_at: Timestamp(self.created_at),
            touched_at: Timestamp(self.touched_at),
            expires_at: Timestamp(self.expires_at),
        })
    }

    fn of(session: &Session) -> Self {
        let Session { id_hash, user_id, data, created_at, touched_at, expires_at } = session;
        Self {
            id_hash: id_hash.clone(),
            user_id: user_id.as_ref().map(ToString::to_string),
            data: data.clone(),
            created_at: created_at.0,
            touched_at: touched_at.0,
            expires_at: expires_at.0,
            epoch: 0,
            mac: None,
        }
    }
}

impl Store {
    /// Removes at most `limit` sessions that have ended by `now`; says how many.
    pub async fn delete_ended_sessions(&self, now: Timestamp, limit: i64) -> Result<u64> {
        Ok(on!(pool self.control_writer(), |c| sqlx::query(
            "DELETE FROM sessions WHERE id_hash IN \
             (SELECT id_hash FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)"
        )
        .bind(now.0)
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
    }

    /// Adds a session.
    pub async fn insert_session(&self, macs: &dyn RowMac, session: &Session) -> Result<()> {
        let mut row = SessionRow::of(session);
        row.seal(macs, 1);
        let mut open = dialect::begin_shared(self.control_writer()).await?;
        SessionRow::insert(std::slice::from_ref(&row), &mut open).await?;
        open.commit().await?;
        Ok(())
    }

    /// The session with this MAC of its id, ended or not.
    pub async fn load_session(&self, id_hash: &[u8]) -> Result<Option<Unverified<Session>>> {
        self.row::<SessionRow>("WHERE t.id_hash = $1", &[Bind::Bytes(id_hash)]).await
    }

    /// Writes a session back. [`Constraint::Stale`] if it was written in between, or ended it: one that is gone stays
    /// gone.
    pub async fn update_session(&self, macs: &dyn RowMac, session: Verified<Session>) -> Result<Verified<Session>> {
        let (mut row, read) = (SessionRow::of(&session), session.epoch());
        row.seal(macs, read.saturating_add(1));
        let mut open = dialect::begin_shared(self.control_writer()).await?;
        if !row.update(&mut open, read).await? {
            return Err(Error::Conflict(Constraint::Stale));
        }
        open.commit().await?;
        let written = session.rewritten();
        self.0.epochs.note(SessionRow::DOMAIN, &written.id_hash.key_text(), written.epoch());
        Ok(written)
    }

    /// Ends a session. Ending one that is gone is fine.
    pub async fn delete_session(&self, id_hash: &[u8]) -> Result<()> {
        let deleted = on!(pool self.control_writer(), |c| sqlx::query("DELETE FROM sessions WHERE id_hash = $1")
            .bind(id_hash)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if deleted > 0 {
            self.0.epochs.note(SessionRow::DOMAIN, &id_hash.to_vec().key_text(), domain::epoch::DELETED);
        }
        Ok(())
    }
}

impl Tx {
    /// Ends every session of a person.
    pub async fn delete_sessions_of(&mut self, user: &UserId) -> Result<()> {
        let ended: Vec<Vec<u8>> = on!(tx &mut self.open, |c| sqlx::query_scalar(
            "SELECT id_hash FROM sessions WHERE user_id = $1"
        )
        .bind(user.as_str())
        .fetch_all(c)
        .await)?;
        on!(tx &mut self.open, |c| sqlx::query("DELETE FROM sessions WHERE user_id = $1")
            .bind(user.as_str())
            .execute(c)
            .await
            .map(drop))?;
        for id_hash in ended {
            self.forget::<SessionRow>(id_hash.key_text());
        }
        Ok(())
    }

    /// Ends every session there is: their ids are no longer recognised by the same MAC.
    pub(crate) async fn delete_all_sessions(&mut self) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query("DELETE FROM sessions").execute(c).await.map(drop))?;
        Ok(())
    }
}
