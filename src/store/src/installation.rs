//! The installation, its wrapped keys, and the one-time token that claims it.

use domain::{Installation, KeyringRow, Timestamp};

use crate::{Result, Store, Tx, on};

pub(crate) const SELECT_INSTALLATION: &str = "SELECT id, created_at FROM installation";
pub(crate) const SELECT_KEYRING: &str = "SELECT id, kind, root_key_id, wrapped, created_at FROM keyring ORDER BY id";

#[derive(sqlx::FromRow)]
pub(crate) struct InstallationColumns {
    id: String,
    created_at: i64,
}

#[derive(sqlx::FromRow)]
pub(crate) struct KeyringColumns {
    id: String,
    kind: String,
    root_key_id: String,
    wrapped: Vec<u8>,
    created_at: i64,
}

impl From<InstallationColumns> for Installation {
    fn from(row: InstallationColumns) -> Self {
        Self { id: row.id, created_at: Timestamp(row.created_at) }
    }
}

impl From<KeyringColumns> for KeyringRow {
    fn from(row: KeyringColumns) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            root_key_id: row.root_key_id,
            wrapped: row.wrapped,
            created_at: Timestamp(row.created_at),
        }
    }
}

impl Store {
    /// The installation; `None` until it is seeded.
    pub async fn find_installation(&self) -> Result<Option<Installation>> {
        let row: Option<InstallationColumns> =
            on!(pool self.control(), |c| sqlx::query_as(SELECT_INSTALLATION).fetch_optional(c).await)?;
        Ok(row.map(Installation::from))
    }

    /// The wrapped keys, by id.
    pub async fn list_keyring(&self) -> Result<Vec<KeyringRow>> {
        let rows: Vec<KeyringColumns> =
            on!(pool self.control(), |c| sqlx::query_as(SELECT_KEYRING).fetch_all(c).await)?;
        Ok(rows.into_iter().map(KeyringRow::from).collect())
    }

    /// The hash of the token that claims this installation; `None` once claimed.
    pub async fn setup_token_hash(&self) -> Result<Option<Vec<u8>>> {
        let hash: Option<Option<Vec<u8>>> = on!(pool self.control(), |c| sqlx::query_scalar(
            "SELECT setup_token_hash FROM installation"
        )
        .fetch_optional(c)
        .await)?;
        Ok(hash.flatten())
    }
}

impl Tx {
    /// Seeds an empty database; [`crate::Error::Conflict`] where another process was first.
    pub async fn insert_installation(&mut self, installation: &Installation) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query("INSERT INTO installation (singleton, id, created_at) VALUES (1, $1, $2)")
            .bind(&installation.id)
            .bind(installation.created_at.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Adds a wrapped key.
    pub async fn insert_keyring_row(&mut self, row: &KeyringRow) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query(
            "INSERT INTO keyring (id, kind, root_key_id, wrapped, created_at) VALUES ($1, $2, $3, $4, $5)"
        )
        .bind(&row.id)
        .bind(&row.kind)
        .bind(&row.root_key_id)
        .bind(&row.wrapped)
        .bind(row.created_at.0)
        .execute(c)
        .await
        .map(drop))?;
        Ok(())
    }

    /// Sets or removes the hash of the setup token.
    pub async fn set_setup_token(&mut self, hash: Option<&[u8]>) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query("UPDATE installation SET setup_token_hash = $1")
            .bind(hash)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Compares and clears: `true` for the one caller whose token it was.
    pub async fn claim_setup(&mut self, hash: &[u8]) -> Result<bool> {
        let claimed = on!(tx &mut self.open, |c| sqlx::query(
            "UPDATE installation SET setup_token_hash = NULL WHERE setup_token_hash = $1"
        )
        .bind(hash)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
        Ok(claimed == 1)
    }
}
