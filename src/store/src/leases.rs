//! Leases: what one node at a time may do, taken over when they expire.

use domain::Timestamp;

use crate::{Result, Store, on};

impl Store {
    /// Takes the lease `name` for `holder` until `until`, if no other node has it at `now`. Of several that ask at
    /// once, one gets it.
    pub async fn acquire_lease(&self, name: &str, holder: &str, now: Timestamp, until: Timestamp) -> Result<bool> {
        let taken = on!(pool self.control_writer(), |c| sqlx::query(
            "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at \
             WHERE leases.expires_at <= $4"
        )
        .bind(name)
        .bind(holder)
        .bind(until.0)
        .bind(now.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
        Ok(taken == 1)
    }

    /// Holds on to the lease until `until`; `false` where it is no longer `holder`'s, also if it has no holder.
    pub async fn renew_lease(&self, name: &str, holder: &str, until: Timestamp) -> Result<bool> {
        let renewed = on!(pool self.control_writer(), |c| sqlx::query(
            "UPDATE leases SET expires_at = $3 WHERE name = $1 AND holder = $2"
        )
        .bind(name)
        .bind(holder)
        .bind(until.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
        Ok(renewed == 1)
    }

    /// Gives the lease back, if `holder` still has it.
    pub async fn release_lease(&self, name: &str, holder: &str) -> Result<()> {
        on!(pool self.control_writer(), |c| sqlx::query("DELETE FROM leases WHERE name = $1 AND holder = $2")
            .bind(name)
            .bind(holder)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Whether a node holds the lease at `now`.
    pub async fn lease_is_held(&self, name: &str, now: Timestamp) -> Result<bool> {
        let until: Option<i64> = on!(pool self.control(), |c| sqlx::query_scalar(
            "SELECT expires_at FROM leases WHERE name = $1"
        )
        .bind(name)
        .fetch_optional(c)
        .await)?;
        Ok(until.is_some_and(|until| until > now.0))
    }
}
